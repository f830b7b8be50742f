"""The look of a school: its name, colour and logo, and who has pictures that speak."""

import asyncio
from typing import Final

from msgspec import structs
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts.administration.desk import Desk
from accounts.administration.settings_form import PASSWORDS_FROM, number_of
from accounts.asking import require
from accounts.audit.log import record
from accounts.door import actor_of
from accounts.frame import signed_in_only
from accounts.looks import keeping, logo
from accounts.looks.rules import SchoolLook
from accounts.sessions import Actor
from realtime.refusal import Refusal
from storage.database import Transaction
from web import colours
from web.requests import TooLarge
from web.uploads import Upload, upload_of

PATH: Final = "/administration/look"
USUAL: Final = "0b6e69"  # the accent of pages of no school, as in web/styles/accents.css

Logo = tuple[str, bytes]  # its digest and the image


class SchoolLookPages:
    """Routes of a school's look."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._decoding = asyncio.Semaphore(1)  # one picture's memory at a time

    def routes(self) -> list[Route]:
        return [
            Route(PATH, signed_in_only(self.show), methods=["GET"]),
            Route(PATH, self.save, methods=["POST"]),
        ]

    async def show(self, request: Request, refusal: Refusal | None = None) -> Response:
        (name, look), links = await self._desk.read(request, _read)
        wish = look.colour or USUAL
        context = {
            "name": name, "at_school": look, "usual": USUAL, "wish": wish,
            "paper": colours.readable_on_paper(wish), "lamplight": colours.readable_by_lamplight(wish),
        }  # fmt: skip
        return self._desk.render(request, "administration_look.html", context, links, refusal)

    async def save(self, request: Request) -> Response:
        try:
            sent = await self._sent(request)
            made = await self._logo(sent)
            await self._desk.write(request, lambda tx, actor, now_ms: save(tx, actor, sent.fields, made, now_ms))
        except Refusal as refusal:
            if refusal.code not in ("bad_request", "too_large"):
                raise
            return await self.show(request, refusal)
        return RedirectResponse(f"{PATH}?said=saved", 303)

    async def _sent(self, request: Request) -> Upload:
        actor = actor_of(request)
        await self._desk.read(request, _read)  # whoever may not change it need not send a picture
        try:
            sent = await upload_of(request, logo.LARGEST)
        except TooLarge:
            raise Refusal("too_large", "A logo has at most 2 MB.") from None
        except ValueError:
            raise Refusal("bad_request") from None
        self._desk.signing_in.check_form(actor.session, sent.fields.get("csrf"))
        return sent

    async def _logo(self, sent: Upload) -> Logo | None:
        if not sent.content:
            return None
        async with self._decoding:
            return await asyncio.to_thread(logo.made_anew, sent.content)


def _read(connection: Connection, actor: Actor, now_ms: int) -> tuple[str, SchoolLook]:
    require(connection, actor, "change_settings", now_ms)
    return keeping.of_school(connection, actor.school)


def save(tx: Transaction, actor: Actor, fields: dict[str, str], made: Logo | None, now_ms: int) -> None:
    """Keep what the form says and audit which parts changed; Refusal `bad_request` says what cannot be."""
    require(tx.connection, actor, "change_settings", now_ms)
    name, before = keeping.of_school(tx.connection, actor.school)
    after = _wanted(before, fields, made)
    renamed = " ".join(fields.get("name", "").split())
    changes = sorted({key for key in structs.asdict(after) if getattr(after, key) != getattr(before, key)})
    changes += ["name"] if renamed != name else []
    if not changes:
        return
    keeping.write(tx, actor.school, renamed, after)
    if after.logo != before.logo:
        keeping.write_logo(tx, actor.school, after.logo, made[1] if made else None)
    record(
        tx, actor.school, "settings_changed", now_ms,
        by=actor.person, in_school=actor.in_school, detail={"fields": changes},
    )  # fmt: skip


def _wanted(before: SchoolLook, fields: dict[str, str], made: Logo | None) -> SchoolLook:
    colour = fields.get("colour", "").removeprefix("#").lower()
    if not colours.is_colour(colour):
        raise Refusal("bad_request", "A colour looks like #0b6e69.")
    kept = "" if fields.get("no_logo") == "true" else before.logo
    return SchoolLook(
        "" if colour == USUAL else colour,
        made[0] if made else kept,
        number_of(fields.get("pictures_before", ""), PASSWORDS_FROM),
        fields.get("open") == "true",
    )
