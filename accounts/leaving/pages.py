"""The page of leavers: who is due, a last day, an extension with who and why, and taking both back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accounts.administration import people
from accounts.administration.changes import touchable
from accounts.administration.desk import Desk
from accounts.administration.rules import DAY_MS, day_of, today
from accounts.asking import require
from accounts.frame import Form, signed_in_only
from accounts.leaving import leavers
from accounts.leaving.leavers import By, Leaving
from accounts.leaving.rules import LATER_DAYS, SOON_DAYS
from accounts.sessions import Actor
from realtime.refusal import Refusal
from storage.database import Transaction
from storage.rows import AnyRow
from web.i18n import language_of
from web.pages import full_day

PATH: Final = "/administration/leavers"
MOST_ENDED: Final = 50

_Act = Callable[[Leaving, str, Form], None]
ACTS: Final[Mapping[str, _Act]] = {
    "leave": lambda leaving, of, form: leaving.leave(of, day_of(form.text("day"))),
    "stay": lambda leaving, of, form: leaving.stay(of),
    "extend": lambda leaving, of, form: leaving.extend(of, day_of(form.text("until")), form.text("reason")),
    "undo": lambda leaving, of, form: leaving.undo_extension(of),
}


@dataclass(frozen=True)
class View:
    """What the page is made from."""

    due: Sequence[AnyRow]
    ended: Sequence[AnyRow]
    extensions: Mapping[str, Sequence[AnyRow]]
    role_names: Mapping[str, str]


class LeaverPages:
    """Routes of leavers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        return [
            Route(PATH, signed_in_only(self.show), methods=["GET"]),
            Route(PATH + "/{person}/{act}", self.act, methods=["POST"]),
        ]

    async def show(self, request: Request, refusal: Refusal | None = None) -> Response:
        days = SOON_DAYS if request.query_params.get("days") == str(SOON_DAYS) else LATER_DAYS
        view, links = await self._desk.read(
            request, lambda connection, actor, now_ms: _read(connection, actor, now_ms, days)
        )
        context = {
            "due": [self._line(request, row, view) for row in view.due],
            "ended": [self._line(request, row, view) for row in view.ended],
            "days": days,
            "today": today(self._desk.clock.now_ms(), request.state.actor.zone).isoformat(),
        }
        return self._desk.render(request, "administration_leavers.html", context, links, refusal)

    async def act(self, request: Request) -> Response:
        of, act = request.path_params["person"], ACTS.get(request.path_params["act"])
        if act is None:
            raise Refusal("not_found")

        async def work(form: Form) -> str:
            def write(tx: Transaction, actor: Actor, now_ms: int) -> None:
                touchable(tx.connection, actor, of, now_ms)
                _check_not_oneself(actor, of)
                by = By(actor.person, actor.in_school)
                act(Leaving(tx, actor.school, by, self._desk.hooks.announce, now_ms), of, form)

            await self._desk.write(request, write)
            return f"{people.PATH}/{of}?said=saved" if form.get("back") == "person" else f"{PATH}?said=saved"

        return await self._desk.change(request, work, self.show)

    def _line(self, request: Request, row: AnyRow, view: View) -> dict[str, Any]:
        zone, language, now_ms = request.state.actor.zone, language_of(request), self._desk.clock.now_ms()

        def day(at_ms: int | None) -> str:
            if at_ms is None:
                return ""
            return full_day(today(at_ms - 1, zone), language)

        return {
            **row._asdict(),
            "role_name": view.role_names.get(row.role),
            "last": day(row.left_ms),
            "end": day(row.off_ms),
            "has_left": row.left_ms is not None and row.left_ms <= now_ms,
            "soon": row.off_ms is not None and row.off_ms <= now_ms + SOON_DAYS * DAY_MS,
            "extensions": [{**each._asdict(), "until": day(each.until_ms)} for each in view.extensions.get(row.id, [])],
        }


def _check_not_oneself(actor: Actor, of: str) -> None:
    """The last who administers a school cannot leave it without anybody."""
    if of == actor.person:
        raise Refusal("forbidden", "You cannot decide about your own leaving. Ask a colleague who may.")


def _read(connection: Connection, actor: Actor, now_ms: int, days: int) -> View:
    require(connection, actor, "manage_people", now_ms)
    due = leavers.due(connection, actor.school, now_ms, days)
    over = leavers.ended(connection, actor.school, now_ms, MOST_ENDED)
    names = {row.id: row.name for row in people.own_roles(connection, actor.school)}
    return View(due, over, leavers.extensions(connection, [row.id for row in (*due, *over)]), names)
