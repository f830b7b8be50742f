"""The first page of administration: what needs doing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accounts.administration import groups, people
from accounts.administration.desk import Desk
from accounts.administration.navigation import administers, pages_open_to
from accounts.asking import require
from accounts.frame import signed_in_only
from accounts.leaving import leavers
from accounts.leaving.rules import SOON_DAYS
from accounts.roster.model import roster_run
from accounts.sessions import Actor
from realtime.refusal import Refusal
from storage.rows import AnyRow
from web.i18n import language_of
from web.pages import day_label

MOST_SHOWN: Final = 8


@dataclass(frozen=True)
class Overview:
    """What the first page is made from; what somebody may not see is empty."""

    states: Mapping[str, int]
    leaving: list[AnyRow]
    never: list[AnyRow]
    never_count: int
    covers: list[AnyRow]
    roster_run: AnyRow | None


class HomePages:
    """The route of administration's first page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        return [Route("/administration", signed_in_only(self.show), methods=["GET"])]

    async def show(self, request: Request, refusal: Refusal | None = None) -> Response:
        view, links = await self._desk.read(request, _read)
        return self._desk.render(request, "administration_home.html", self._context(request, view), links, refusal)

    def _context(self, request: Request, view: Overview) -> dict[str, Any]:
        zone, language, now_ms = request.state.actor.zone, language_of(request), self._desk.clock.now_ms()

        def days(row: AnyRow) -> dict[str, Any]:
            last = day_label(row.left_ms - 1, zone, language) if row.left_ms is not None else ""
            end = day_label(row.off_ms - 1, zone, language) if row.off_ms is not None else ""
            return {**row._asdict(), "last": last, "end": end, "has_left": (row.left_ms or now_ms + 1) <= now_ms}

        return {
            "states": view.states,
            "roster_run": view.roster_run,
            "roster_day": day_label(view.roster_run.state_ms, zone, language) if view.roster_run is not None else "",
            "leaving": [days(row) for row in view.leaving[:MOST_SHOWN]],
            "leaving_more": max(0, len(view.leaving) - MOST_SHOWN),
            "never": view.never,
            "never_more": max(0, view.never_count - len(view.never)),
            "covers": [
                {**row._asdict(), "last": day_label(row.until_ms - 1, zone, language), "now": row.from_ms <= now_ms}
                for row in view.covers
            ],
        }


def _read(connection: Connection, actor: Actor, now_ms: int) -> Overview:
    links = pages_open_to(connection, actor, now_ms)
    if not links and not administers(actor.card):
        raise Refusal("not_found")
    states, leaving, never = _people(connection, actor, now_ms) if "people" in links else ({}, [], (0, []))
    covers = groups.covers(connection, actor.school, now_ms)[:MOST_SHOWN] if "groups" in links else []
    return Overview(states, leaving, never[1], never[0], covers, _last_run(connection, actor, links))


def _last_run(connection: Connection, actor: Actor, links: Sequence[str]) -> AnyRow | None:
    if "roster" not in links:
        return None
    of = roster_run.c.school_id == actor.school
    chosen = select(roster_run.c.id, roster_run.c.state, roster_run.c.state_ms).where(of)
    return connection.execute(chosen.order_by(roster_run.c.at_ms.desc(), roster_run.c.id).limit(1)).first()


def _people(
    connection: Connection, actor: Actor, now_ms: int
) -> tuple[Mapping[str, int], list[AnyRow], tuple[int, list[AnyRow]]]:
    require(connection, actor, "manage_people", now_ms)
    return (
        people.counts_by_state(connection, actor.school, now_ms),
        leavers.due(connection, actor.school, now_ms, SOON_DAYS),
        people.never_signed_in(connection, actor.school, now_ms, MOST_SHOWN),
    )
