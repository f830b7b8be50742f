"""Pages of the audit log, of a learner's access log, and of who looked at my things."""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accounts import settings
from accounts.administration.desk import Desk, Hooks
from accounts.administration.rules import day_of, start_of, today
from accounts.asking import require
from accounts.audit import access, reading
from accounts.audit.access import Seen
from accounts.audit.log import record
from accounts.audit.looking import look, looked
from accounts.audit.reading import Chosen, Named, Row
from accounts.audit.retention import DAY_MS
from accounts.audit.sheets import sheet
from accounts.frame import signed_in_only
from accounts.model import person
from accounts.sessions import Actor
from accounts.signing_in import SigningIn
from realtime.protocol import MAX_SEQ
from realtime.refusal import Refusal
from storage.clock import Clock, rfc3339
from storage.database import Database, Transaction
from web.i18n import language_of
from web.pages import Pages, full_day, time_label

PATH: Final = "/administration/audit"
MOST_EXPORTED: Final = 20_000
FOR_EVER_MS: Final = 1 << 53

# The names of the rooms that somebody may enter, by id.
RoomNames = Callable[[Connection, Actor, int], Mapping[str, str]]


@dataclass(frozen=True)
class Shown:
    """Rows, what the people in them are called, and whether the look was recorded earlier today."""

    rows: list[Row]
    names: Mapping[str, Named]
    recorded: bool = True


@dataclass(frozen=True)
class AccessView:
    """What the page of a learner's access log is made from."""

    name: str
    lines: list[Seen]
    rooms: Mapping[str, str]
    days: int
    recorded: bool


class AuditPages:
    """Routes of the logs."""

    def __init__(self, desk: Desk, room_names: RoomNames) -> None:
        self._desk = desk
        self._room_names = room_names

    def routes(self) -> list[Route]:
        return [
            Route(PATH, signed_in_only(self.show), methods=["GET"]),
            Route(f"{PATH}/export", self.export, methods=["POST"]),
            Route("/people/{person}/access", signed_in_only(self.show_access), methods=["GET"]),
            Route("/account/looks", signed_in_only(self.show_looks), methods=["GET"]),
        ]

    async def show(self, request: Request, refusal: Refusal | None = None) -> Response:
        chosen = _chosen(request.query_params, request.state.actor.zone)

        def read(connection: Connection, actor: Actor, now_ms: int) -> Shown:
            require(connection, actor, "read_audit", now_ms)
            rows = reading.rows(connection, actor.school, chosen, reading.PAGE + 1)
            names = reading.names(connection, actor.school, reading.people_of(rows))
            return Shown(rows, names, looked(connection, actor, "audit", now_ms))

        view, links = await self._desk.read(request, read)
        if not view.recorded:
            await self._desk.write(request, lambda tx, actor, now_ms: look(tx, actor, "audit", now_ms))
        return self._desk.render(request, "audit.html", self._context(request, view), links, refusal)

    def _context(self, request: Request, view: Shown) -> dict[str, Any]:
        given = {name: request.query_params.get(name, "") for name in ("who", "kind", "day")}
        rows, more = view.rows[: reading.PAGE], len(view.rows) > reading.PAGE
        asked = {name: value for name, value in given.items() if value}
        return {
            "days": _by_day([self._line(request, row, view.names) for row in rows]),
            "chosen": given,
            "filtered": bool(asked),
            "newest": f"{PATH}?{urlencode(asked)}" if "before" in request.query_params else None,
            "older": f"{PATH}?{urlencode({**asked, 'before': rows[-1].seq})}" if more else None,
        }

    async def export(self, request: Request) -> Response:
        form = await self._desk.form(request)
        chosen = _chosen(form, request.state.actor.zone)

        def read(connection: Connection, actor: Actor, now_ms: int) -> Shown:
            require(connection, actor, "read_audit", now_ms)
            rows = reading.rows(connection, actor.school, chosen, MOST_EXPORTED)
            return Shown(rows, reading.names(connection, actor.school, reading.people_of(rows)))

        view, _ = await self._desk.read(request, read)

        def write(tx: Transaction, actor: Actor, now_ms: int) -> None:
            require(tx.connection, actor, "read_audit", now_ms)
            detail = {"rows": len(view.rows), "filters": [name for name in ("who", "kind", "day") if form.get(name)]}
            by, inside = actor.person, actor.in_school
            record(tx, actor.school, "audit_exported", now_ms, by=by, in_school=inside, detail=detail)

        await self._desk.write(request, write)
        body = await asyncio.to_thread(sheet, view.rows, view.names)
        headers = {"Content-Disposition": 'attachment; filename="corridor-record.csv"', "Cache-Control": "no-store"}
        return Response(body, media_type="text/csv; charset=utf-8", headers=headers)

    async def show_access(self, request: Request, refusal: Refusal | None = None) -> Response:
        of, before = request.path_params["person"], _before(request.query_params)
        room_names = self._room_names

        def read(connection: Connection, actor: Actor, now_ms: int) -> AccessView:
            require(connection, actor, "see_access_log", now_ms, about=of)
            name = connection.scalars(select(person.c.name).where(person.c.id == of)).one()
            days = settings.read(connection, actor.school).access_log_days
            lines = access.seen(connection, actor.school, of, now_ms - days * DAY_MS, before or FOR_EVER_MS)
            rooms = room_names(connection, actor, now_ms)
            return AccessView(name, lines, rooms, days, looked(connection, actor, "access_log", now_ms, subject=of))

        view, links = await self._desk.read(request, read)
        if not view.recorded:
            await self._desk.write(request, lambda tx, who, now_ms: look(tx, who, "access_log", now_ms, subject=of))
        lines = [
            {**self._moment(request, each.at_ms), "seen": each, "room": access.room_name(each, view.rooms)}
            for each in view.lines
        ]
        older = f"?before={view.lines[-1].at_ms}" if len(view.lines) == access.PAGE else None
        context = {
            "learner": {"id": of, "name": view.name}, "days": _by_day(lines), "kept": view.days, "older": older,
            "newest": request.url.path if before else None,
        }  # fmt: skip
        return self._desk.render(request, "access_log.html", context, links, refusal)

    async def show_looks(self, request: Request, refusal: Refusal | None = None) -> Response:
        before = _before(request.query_params)

        def read(connection: Connection, actor: Actor, now_ms: int) -> Shown:
            rows = reading.looks_at(connection, actor.school, actor.person, before, reading.PAGE + 1, now_ms)
            return Shown(rows, reading.names(connection, actor.school, reading.people_of(rows)))

        view, links = await self._desk.read(request, read)
        rows = view.rows[: reading.PAGE]
        context = {
            "days": _by_day([self._line(request, row, view.names) for row in rows]),
            "older": f"?before={rows[-1].seq}" if len(view.rows) > reading.PAGE else None,
            "newest": request.url.path if before else None,
        }
        return self._desk.render(request, "looks.html", context, links, refusal)

    def _line(self, request: Request, row: Row, names: Mapping[str, Named]) -> dict[str, Any]:
        by, subject = names.get(row.by or ""), names.get(row.subject or "")
        return {**self._moment(request, row.at_ms), "row": row, "by": by, "subject": subject}

    def _moment(self, request: Request, at_ms: int) -> dict[str, str]:
        zone, language = request.state.actor.zone, language_of(request)
        day = full_day(today(at_ms, zone), language)
        return {"at": rfc3339(at_ms), "day": day, "time": time_label(at_ms, zone, language)}


def audit_routes(
    database: Database, clock: Clock, pages: Pages, signing_in: SigningIn, hooks: Hooks, room_names: RoomNames
) -> list[Route]:
    return AuditPages(Desk(database, clock, pages, signing_in, hooks), room_names).routes()


def _chosen(given: Mapping[str, str], zone: str) -> Chosen:
    """What a query or a form asks for; Refusal `bad_request` where it cannot be understood."""
    kind = given.get("kind", "")
    if not re.fullmatch(r"[a-z_]{0,40}", kind):
        raise Refusal("bad_request")
    chosen = Chosen(given.get("who", "").strip().replace("\0", ""), kind, None, _before(given))
    if not given.get("day"):
        return chosen
    day = day_of(given["day"])
    return replace(chosen, day=(start_of(day, zone), start_of(day + timedelta(days=1), zone)))


def _before(given: Mapping[str, str]) -> int | None:
    text = given.get("before", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:20]) <= MAX_SEQ):
        raise Refusal("bad_request", "A position is a whole number above nought.")
    return int(text)


def _by_day(lines: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The lines under their days, in the order that they have."""
    days: list[tuple[str, list[dict[str, Any]]]] = []
    for line in lines:
        if not days or days[-1][0] != line["day"]:
            days.append((line["day"], []))
        days[-1][1].append(line)
    return days
