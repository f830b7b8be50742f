"""Pages of quiet hours and absences: one's own, and those of a member of staff who cannot say it themselves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from babel.dates import get_day_names
from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts.administration import people
from accounts.administration.desk import Desk
from accounts.administration.rules import today
from accounts.asking import require
from accounts.door import actor_of
from accounts.frame import Form, signed_in_only
from accounts.hours import model
from accounts.hours.changing import MOST_OTHERS, Changing, colleagues, is_staff, may_be_away
from accounts.hours.model import Away
from accounts.hours.rules import Hours
from accounts.model import person
from accounts.sessions import Actor
from realtime.refusal import Refusal
from storage.database import Transaction
from storage.rows import AnyRow
from web.i18n import language_of
from web.pages import full_day

PATH: Final = "/account/hours"
OF: Final = people.PATH + "/{person}/away"

# What a form about an absence may ask for, by its path's last part.
_Act = Callable[[Changing, str, Form], None]
ACTS: Final[Mapping[str, _Act]] = {
    "away": lambda changing, of, form: changing.go(of, form),
    "today": lambda changing, of, form: changing.go_today(of),
    "back": lambda changing, of, form: changing.come_back(of),
}


@dataclass(frozen=True)
class Absent:
    """Somebody's absence as forms about it need it. told: the name of whoever said so in their stead."""

    away: Away | None
    told: str
    colleagues: Sequence[AnyRow]


@dataclass(frozen=True)
class Of:
    """A member of staff, and their absence."""

    row: AnyRow
    absent: Absent


class HoursPages:
    """Routes of quiet hours and of being away."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        return [
            Route(PATH, signed_in_only(self.show), methods=["GET"]),
            Route(PATH, self.save, methods=["POST"]),
            *(Route(f"{PATH}/{name}", partial(self.act, name), methods=["POST"]) for name in ACTS),
            Route(OF, signed_in_only(self.show_of), methods=["GET"]),
            Route(OF, partial(self.act_of, "away"), methods=["POST"]),
            *(Route(f"{OF}/{name}", partial(self.act_of, name), methods=["POST"]) for name in ("today", "back")),
        ]

    async def show(self, request: Request, refusal: Refusal | None = None) -> Response:
        actor, now_ms = actor_of(request), self._desk.clock.now_ms()

        def read(connection: Connection) -> tuple[Hours, Absent | None]:
            settled = model.hours_of(connection, actor.person)[0]
            absent = _absent(connection, actor, actor.person, now_ms) if may_be_away(connection, actor) else None
            return settled, absent

        settled, absent = await self._desk.database.read(read)
        names = get_day_names("wide", locale=language_of(request))
        context = {
            "settled": settled, "days": [(day, names[day]) for day in range(7)],
            **({} if absent is None else self._told(request, absent)),
        }  # fmt: skip
        return self._desk.page(request, "account_hours.html", {"absent": None, **context}, refusal)

    async def save(self, request: Request) -> Response:
        async def work(form: Form) -> Response:
            await self._desk.write(request, lambda tx, actor, now_ms: self._changing(tx, actor, now_ms).settle(form))
            return RedirectResponse(f"{PATH}?said=saved", 303)

        return await self._desk.answer(request, work, self.show)

    async def act(self, name: str, request: Request) -> Response:
        async def work(form: Form) -> Response:
            await self._act(request, name, actor_of(request).person, form)
            return RedirectResponse(f"{PATH}?said=saved", 303)

        return await self._desk.answer(request, work, self.show)

    async def show_of(self, request: Request, refusal: Refusal | None = None) -> Response:
        of = request.path_params["person"]
        found, links = await self._desk.read(
            request, lambda connection, actor, now_ms: _read_of(connection, actor, of, now_ms)
        )
        context = {"them": found.row, **self._told(request, found.absent)}
        return self._desk.render(request, "administration_away.html", context, links, refusal)

    async def act_of(self, name: str, request: Request) -> Response:
        of = request.path_params["person"]

        async def work(form: Form) -> str:
            await self._act(request, name, of, form)
            return f"{people.PATH}/{of}/away?said=saved"

        return await self._desk.change(request, work, self.show_of)

    async def _act(self, request: Request, name: str, of: str, form: Form) -> None:
        act = ACTS[name]
        await self._desk.write(request, lambda tx, actor, now_ms: act(self._changing(tx, actor, now_ms), of, form))

    def _changing(self, tx: Transaction, actor: Actor, now_ms: int) -> Changing:
        return Changing(tx, actor, self._desk.hooks.announce, now_ms)

    def _told(self, request: Request, absent: Absent) -> dict[str, Any]:
        """The absence in words, and as the fields of its form hold it."""
        zone, language, now_ms = actor_of(request).zone, language_of(request), self._desk.clock.now_ms()
        away = absent.away
        shown: dict[str, Any] = {"from": today(now_ms, zone).isoformat(), "back": "", "line": "", "others": ()}
        if away is not None:
            back = None if away.until_ms is None else today(away.until_ms, zone)
            shown |= {
                "from": today(away.from_ms, zone).isoformat(), "back": "" if back is None else back.isoformat(),
                "line": away.line, "others": away.others, "now": away.from_ms <= now_ms,
                "from_day": full_day(today(away.from_ms, zone), language),
                "back_day": None if back is None else full_day(back, language),
            }  # fmt: skip
        return {
            "absent": shown, "is_absent": away is not None, "told_by": absent.told, "colleagues": absent.colleagues,
            "places": range(MOST_OTHERS),
        }  # fmt: skip


def _absent(connection: Connection, actor: Actor, of: str, now_ms: int) -> Absent:
    away = model.planned(connection, of, now_ms)
    told = ""
    if away is not None and away.set_by != of:
        told = connection.scalar(select(person.c.name).where(person.c.id == away.set_by)) or ""
    return Absent(away, told, colleagues(connection, actor.school, of, now_ms))


def _read_of(connection: Connection, actor: Actor, of: str, now_ms: int) -> Of:
    require(connection, actor, "manage_people", now_ms, about=of)
    if not is_staff(connection, actor.school, of):
        raise Refusal("not_found")
    return Of(people.one(connection, actor.school, of), _absent(connection, actor, of, now_ms))
