"""Pages of people's data: one's own to take away, and a person's to hand out, hold or erase."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import IO, Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from accounts.administration import people
from accounts.administration.desk import Desk
from accounts.administration.rules import state_of, today
from accounts.asking import allowed, require
from accounts.audit.log import record
from accounts.door import actor_of
from accounts.frame import Form, signed_in_only
from accounts.privacy import erasing, traces
from accounts.privacy.exporting import Export, archive, gather
from accounts.privacy.keepers import Keeper
from accounts.sessions import Actor
from realtime.refusal import Refusal
from storage.clock import rfc3339
from storage.database import Transaction
from storage.rows import AnyRow
from web.i18n import language_of
from web.pages import full_day, time_label

OWN: Final = "/account/data"
CHUNK: Final = 64 * 1024


@dataclass(frozen=True)
class View:
    """What the page of somebody's data is made from."""

    row: AnyRow
    held: Sequence[AnyRow]
    is_held: bool
    counts: Mapping[str, int]
    may_export: bool
    may_erase: bool


class PrivacyPages:
    """Routes of people's data."""

    def __init__(self, desk: Desk, keepers: Sequence[Keeper], database_url: str) -> None:
        self._desk = desk
        self._keepers = keepers
        self._database_url = database_url

    def routes(self) -> list[Route]:
        theirs = people.PATH + "/{person}/data"
        return [
            Route(OWN, signed_in_only(self.show_own), methods=["GET"]),
            Route(OWN, self.export_own, methods=["POST"]),
            Route(theirs, signed_in_only(self.show), methods=["GET"]),
            Route(theirs + "/export", self.export, methods=["POST"]),
            Route(theirs + "/hold", self.hold, methods=["POST"]),
            Route(theirs + "/lift", self.lift, methods=["POST"]),
            Route(theirs + "/erase", self.erase, methods=["POST"]),
        ]

    async def show_own(self, request: Request, refusal: Refusal | None = None) -> Response:
        return self._desk.render(request, "account_data.html", {}, (), refusal)

    async def export_own(self, request: Request) -> Response:
        await self._desk.form(request)
        return await self._exported(request, actor_of(request).person, lambda connection, actor, now_ms: None)

    async def show(self, request: Request, refusal: Refusal | None = None) -> Response:
        of = request.path_params["person"]
        view, links = await self._desk.read(request, partial(self._read, of))
        zone, language, now_ms = request.state.actor.zone, language_of(request), self._desk.clock.now_ms()
        context = {
            "them": view.row,
            "state": state_of(view.row, now_ms),
            "closed": state_of(view.row, now_ms) in erasing.CLOSED,
            "is_held": view.is_held,
            "holds": [{**each._asdict(), "since": full_day(today(each.at_ms, zone), language)} for each in view.held],
            "counts": view.counts,
            "may_export": view.may_export,
            "may_erase": view.may_erase,
        }
        return self._desk.render(request, "administration_data.html", context, links, refusal)

    def _read(self, of: str, connection: Connection, actor: Actor, now_ms: int) -> View:
        require(connection, actor, "read_audit", now_ms, about=of)
        more = allowed(connection, actor, ("export_person", "erase_person"), now_ms)
        return View(
            people.one(connection, actor.school, of),
            erasing.holds(connection, of),
            erasing.is_held(connection, of),
            erasing.preview(connection, actor.school, of, self._keepers),
            "export_person" in more,
            "erase_person" in more,
        )

    async def export(self, request: Request) -> Response:
        of = request.path_params["person"]
        await self._desk.form(request)

        def check(connection: Connection, actor: Actor, now_ms: int) -> None:
            require(connection, actor, "export_person", now_ms, about=of)

        return await self._exported(request, of, check)

    async def hold(self, request: Request) -> Response:
        return await self._act(
            request, lambda tx, actor, of, form, now_ms: erasing.put_hold(tx, actor, of, form.text("reason"), now_ms)
        )

    async def lift(self, request: Request) -> Response:
        return await self._act(request, lambda tx, actor, of, form, now_ms: erasing.lift_hold(tx, actor, of, now_ms))

    async def erase(self, request: Request) -> Response:
        hooks = self._desk.hooks

        def work(tx: Transaction, actor: Actor, of: str, form: Form, now_ms: int) -> None:
            erasing.erase(tx, actor, of, form.text("login"), self._keepers, hooks, now_ms)

        response = await self._act(request, work, said="erased")
        if response.status_code == HTTPStatus.SEE_OTHER:  # it was done
            await asyncio.to_thread(traces.empty_journal, self._database_url)
        return response

    async def _act(
        self, request: Request, work: Callable[[Transaction, Actor, str, Form, int], None], said: str = "saved"
    ) -> Response:
        of = request.path_params["person"]

        async def change(form: Form) -> str:
            await self._desk.write(request, lambda tx, actor, now_ms: work(tx, actor, of, form, now_ms))
            return f"{people.PATH}/{of}/data?said={said}"

        return await self._desk.change(request, change, self.show)

    async def _exported(self, request: Request, of: str, check: Callable[[Connection, Actor, int], None]) -> Response:
        """Read, told to the record, packed beside the event loop, and sent piece by piece."""

        def read(connection: Connection, actor: Actor, now_ms: int) -> Export:
            check(connection, actor, now_ms)
            return gather(connection, actor.school, of, self._keepers, themselves=actor.person == of)

        export, _ = await self._desk.read(request, read)
        await self._desk.write(request, lambda tx, actor, now_ms: _record(tx, actor, export, now_ms))
        file = await asyncio.to_thread(self._packed, request, export)
        headers = {"Content-Disposition": f'attachment; filename="corridor-{of}.zip"', "Cache-Control": "no-store"}
        return StreamingResponse(_pieces(file), media_type="application/zip", headers=headers)

    def _packed(self, request: Request, export: Export) -> IO[bytes]:
        actor, now_ms = actor_of(request), self._desk.clock.now_ms()
        made_at = f"{full_day(today(now_ms, actor.zone), language_of(request))}, "
        context = {
            "of": export.of, "parts": export.parts, "school": {"name": actor.school_name},
            "made_at": made_at + time_label(now_ms, actor.zone, language_of(request)),
        }  # fmt: skip
        page = bytes(self._desk.pages.render(request, "privacy_export.html", context).body)
        facts: dict[str, Any] = {"school": actor.school_name, "made_at": rfc3339(now_ms), "person": export.of.person}
        return archive(export, page, facts)


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while piece := await asyncio.to_thread(file.read, CHUNK):
            yield piece
    finally:
        file.close()


def _record(tx: Transaction, actor: Actor, export: Export, now_ms: int) -> None:
    record(
        tx, actor.school, "exported", now_ms,
        by=actor.person, subject=export.of.person, in_school=actor.in_school, detail={"rows": dict(export.counts)},
    )  # fmt: skip
