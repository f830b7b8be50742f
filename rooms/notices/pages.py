"""Pages of notices: post one, see who has read it, and what one has still to read oneself."""

import asyncio
from typing import Any, Final
from uuid import uuid4

import msgspec
from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts.administration.rules import today
from accounts.door import actor_of, json_response
from accounts.frame import Form, Frame, signed_in_only
from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms import directory
from rooms.commands import Commands
from rooms.doors import caller_of
from rooms.notices import model
from rooms.notices.commands import NOT_THERE, PostNotice
from rooms.notices.rules import LONGEST_DAYS, usual_day
from rooms.notices.showing import Reader, cards, may_know, states
from rooms.posts import message, message_id, seq_of
from storage.rows import AnyRow
from web.i18n import language_of

WHOLE: Final = 8000  # characters
ONE: Final = "/rooms/{room}/notices/{message}"


class NoticePages:
    """Routes of notices."""

    def __init__(self, frame: Frame, commands: Commands) -> None:
        self._frame = frame
        self._commands = commands

    def routes(self) -> list[Route]:
        return [
            Route("/to-read", signed_in_only(self.to_read), methods=["GET"]),
            Route("/rooms/{room}/notice", signed_in_only(self.form), methods=["GET"]),
            Route("/rooms/{room}/notice", self.post, methods=["POST"]),
            Route(ONE, signed_in_only(self.one), methods=["GET"]),
            Route("/api/v1" + ONE, self.state, methods=["GET"]),
        ]

    async def to_read(self, request: Request) -> Response:
        """What one has still to read, in all rooms, each with the button that says so."""
        actor, now_ms, language = actor_of(request), self._frame.clock.now_ms(), language_of(request)

        def read(connection: Connection) -> list[dict[str, Any]]:
            rooms = directory.names_known_to(connection, actor, now_ms)
            waiting = [each for each in model.open_for(connection, actor.person, now_ms) if each.room in rooms]
            return cards(connection, waiting, rooms, actor.zone, language, WHOLE)

        waiting = [{**each, "key": str(uuid4())} for each in await self._frame.database.read(read)]
        return self._frame.page(request, "to_read.html", {"waiting": waiting})

    async def form(self, request: Request, refusal: Refusal | None = None, said: Form | None = None) -> Response:
        actor, room, now_ms = actor_of(request), request.path_params["room"], self._frame.clock.now_ms()

        def read(connection: Connection) -> Any:
            grant = directory.require_shared(connection, actor, room, "notice", now_ms)
            return directory.card(connection, room, grant)

        first, said = today(now_ms, actor.zone), said or Form([])
        context = {
            "room": await self._frame.database.read(read),
            "form_key": str(uuid4()),
            "draft": said.get("text", ""),
            "until": said.text("until") or usual_day(now_ms, actor.zone).isoformat(),
            "audience": said.text("audience") or "all",
            "first": first.isoformat(),
            "last": first.replace(year=first.year + 1).isoformat() if (first.month, first.day) != (2, 29) else "",
            "longest": LONGEST_DAYS,
        }
        return self._frame.page(request, "notice_form.html", context, refusal)

    async def post(self, request: Request) -> Response:
        """From the form; from the one where messages are written it only brings along what is written there."""
        actor, room = actor_of(request), request.path_params["room"]
        said = await self._frame.form(request)
        if "until" not in said:
            return await self.form(request, said=said)
        try:
            fields = {name: said[name] for name in ("key", "text", "until", "audience") if said.get(name)}
            command = msgspec.convert({"room": room, "text": "", **fields}, PostNotice, strict=False)
            await asyncio.shield(self._commands.submit(caller_of(actor), command))
            sent = self._commands.types["drop_draft"](room=room)  # what was being written is put up now
            await asyncio.shield(self._commands.submit(caller_of(actor), sent))
        except msgspec.ValidationError as error:
            raise Refusal("bad_request", reason=str(error)[:200]) from None
        except Refusal as refusal:
            if refusal.code not in ("bad_request", "too_large", "key_conflict", "rate_limited"):
                raise
            return await self.form(request, refusal, said)
        return RedirectResponse(f"/rooms/{room}#latest", 303)

    async def one(self, request: Request) -> Response:
        """Who has read it: for its author and for those who put up notices here."""
        found = await self._frame.database.read(self._whole, actor_of(request), request, True)
        return self._frame.page(request, "notice.html", {**found, "form_key": str(uuid4())})

    async def state(self, request: Request) -> Response:
        return json_response((await self._frame.database.read(self._whole, actor_of(request), request, False))["state"])

    def _whole(self, connection: Connection, actor: Actor, request: Request, listed: bool) -> dict[str, Any]:
        room, now_ms = request.path_params["room"], self._frame.clock.now_ms()
        grant = directory.require_shared(connection, actor, room, "read", now_ms)
        seq = seq_of(request.path_params["message"], room)
        row = model.found(connection, room, [seq]).get(seq)
        if row is None or seq < grant.floor or (listed and not may_know(grant, row, now_ms)):
            raise Refusal("not_found", NOT_THERE)
        reader = Reader(connection, grant, room, actor.zone, language_of(request), now_ms)
        state = states(reader, [seq])[seq]
        if not listed:
            return {"state": state}
        return {**_words(connection, room, seq), "room": directory.card(connection, room, grant), "state": state,
                "over": row.until_ms <= now_ms, "missing": _missing(connection, room, row, now_ms)}  # fmt: skip


def _words(connection: Connection, room: str, seq: int) -> dict[str, Any]:
    of = (message.c.room_id == room) & (message.c.seq == seq)
    return {"message": message_id(room, seq), "text": connection.scalar(select(message.c.text).where(of)) or ""}


def _missing(connection: Connection, room: str, row: AnyRow, now_ms: int) -> list[dict[str, str]]:
    return [{"id": each.id, "name": each.name} for each in model.missing(connection, room, row.seq, now_ms)]
