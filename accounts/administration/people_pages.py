"""Pages of people: look for them, add one, see one and change them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accounts.administration import people
from accounts.administration.changes import Changes, Wanted
from accounts.administration.desk import Desk
from accounts.administration.people import Search
from accounts.administration.rules import STATES, YEARS, last_day, may_give, state_of, today
from accounts.asking import require
from accounts.frame import Form, signed_in_only
from accounts.leaving import leavers
from accounts.model import person
from accounts.rights import KINDS, ROLES
from accounts.second_step.model import ways
from accounts.sessions import Actor
from realtime.refusal import Refusal
from storage.rows import AnyRow
from web.i18n import language_of
from web.pages import day_label, full_day, time_label

PATH: Final = people.PATH
MOST_PAGES: Final = 10_000

# What a form of one person's page may ask for, by its path's last part.
_Act = Callable[[Changes, str, Form], None]
ACTS: Final[Mapping[str, _Act]] = {
    "change": lambda changes, of, form: changes.change(of, wanted(form)),
    "close": lambda changes, of, form: changes.disable(of),
    "open": lambda changes, of, form: changes.reopen(of),
    "sign-out": lambda changes, of, form: changes.end_sessions(of),
    "second-step": lambda changes, of, form: changes.reset_second_step(of),
    "link": lambda changes, of, form: changes.link(of, form.text("login")),
    "unlink": lambda changes, of, form: changes.unlink(of, form.text("guardian")),
}


@dataclass(frozen=True)
class ListView:
    """What the list of people is made from."""

    rows: Sequence[AnyRow]
    groups: list[AnyRow]
    own_roles: list[AnyRow]
    my_base: str


@dataclass(frozen=True)
class PersonView:
    """What one person's page is made from."""

    row: AnyRow
    base: str
    my_base: str
    groups: list[AnyRow]
    family: list[AnyRow]
    sessions: list[AnyRow]
    extensions: list[AnyRow]
    manager: AnyRow | None
    own_roles: list[AnyRow]
    second_step: list[str]


class PeoplePages:
    """Routes of people."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        one = PATH + "/{person}"
        return [
            Route(PATH, signed_in_only(self.show), methods=["GET"]),
            Route(PATH, self.add, methods=["POST"]),
            Route(one, signed_in_only(self.show_one), methods=["GET"]),
            *(Route(f"{one}/{name}", partial(self.act, name), methods=["POST"]) for name in ACTS),
        ]

    async def show(self, request: Request, refusal: Refusal | None = None) -> Response:
        wanted_now = _search_of(request)
        view, links = await self._desk.read(
            request, lambda connection, actor, now_ms: _read_list(connection, actor, wanted_now, now_ms)
        )
        found = await asyncio.to_thread(people.fitting, view.rows, wanted_now, self._desk.clock.now_ms())
        context = {
            "search": wanted_now, "found": found,
            "people": [self._line(request, row) for row in found.people],
            "groups": view.groups, "own_roles": view.own_roles, "states": STATES, "years": YEARS,
            "roles": _roles_for(view.my_base), "all_roles": sorted(ROLES), "role_names": _names(view.own_roles),
            "own_roles_given": [row for row in view.own_roles if may_give(view.my_base, row.base)],
            "page_url": lambda page: f"{PATH}?{_query(wanted_now, page)}",
        }  # fmt: skip
        return self._desk.render(request, "administration_people.html", context, links, refusal)

    async def add(self, request: Request) -> Response:
        async def work(form: Form) -> str:
            made = await self._desk.write(
                request,
                lambda tx, actor, now_ms: Changes(tx, actor, self._desk.hooks, now_ms).add(wanted(form)),
            )
            return f"{PATH}/{made}?said=added"

        return await self._desk.change(request, work, self.show)

    async def show_one(self, request: Request, refusal: Refusal | None = None) -> Response:
        of = request.path_params["person"]
        view, links = await self._desk.read(
            request, lambda connection, actor, now_ms: _read_one(connection, actor, of, now_ms)
        )
        context = self._person_context(request, view)
        return self._desk.render(request, "administration_person.html", context, links, refusal)

    async def act(self, name: str, request: Request) -> Response:
        of, act = request.path_params["person"], ACTS[name]

        async def work(form: Form) -> str:
            await self._desk.write(
                request, lambda tx, actor, now_ms: act(Changes(tx, actor, self._desk.hooks, now_ms), of, form)
            )
            return f"{PATH}/{of}?said=saved"

        return await self._desk.change(request, work, self.show_one)

    def _line(self, request: Request, row: AnyRow) -> dict[str, Any]:
        now_ms = self._desk.clock.now_ms()
        zone, language = request.state.actor.zone, language_of(request)
        left = day_label(row.left_ms - 1, zone, language) if row.left_ms is not None else None
        return {**row._asdict(), "state": state_of(row, now_ms), "last_day": left}

    def _person_context(self, request: Request, view: PersonView) -> dict[str, Any]:
        actor: Actor = request.state.actor
        zone, language, now_ms = actor.zone, language_of(request), self._desk.clock.now_ms()

        def day(at_ms: int | None) -> str | None:
            return None if at_ms is None else full_day(today(at_ms, zone), language)

        return {
            "them": self._line(request, view.row),
            "base": view.base,
            "kind": KINDS[view.base],
            "groups": [_in_group(each, zone, now_ms) for each in view.groups],
            "family": view.family,
            "sessions": [
                {**each._asdict(), "since": f"{day(each.created_ms)}, {time_label(each.created_ms, zone, language)}"}
                for each in view.sessions
            ],
            "extensions": [{**each._asdict(), "until": day(each.until_ms - 1)} for each in view.extensions],
            "manager": view.manager,
            "own_roles": [row for row in view.own_roles if may_give(view.my_base, row.base)],
            "role_names": _names(view.own_roles),
            "roles": _roles_for(view.my_base),
            "years": YEARS,
            "last_day": day(view.row.left_ms - 1) if view.row.left_ms is not None else None,
            "end_day": day(view.row.off_ms - 1) if view.row.off_ms is not None else None,
            "last_day_iso": last_day(view.row.left_ms, zone).isoformat() if view.row.left_ms is not None else "",
            "may_touch": may_give(view.my_base, view.base),
            "oneself": view.row.id == actor.person,
            "second_step": view.second_step,
        }  # fmt: skip


def wanted(form: Form) -> Wanted:
    return Wanted(
        login=form.text("login"), name=form.text("name"), full_name=form.text("full_name"), role=form.text("role"),
        year=form.text("year"), manager=form.text("manager"),
    )  # fmt: skip


def _read_list(connection: Connection, actor: Actor, looked_for: Search, now_ms: int) -> ListView:
    require(connection, actor, "manage_people", now_ms)
    return ListView(
        people.candidates(connection, actor.school, looked_for),
        people.groups_in(connection, actor.school),
        people.own_roles(connection, actor.school),
        people.base_of(connection, actor.school, actor.role),
    )


def _read_one(connection: Connection, actor: Actor, of: str, now_ms: int) -> PersonView:
    require(connection, actor, "manage_people", now_ms, about=of)
    row = people.one(connection, actor.school, of)
    manager = connection.execute(
        select(person.c.id, person.c.name, person.c.login).where(person.c.id == row.manager_id)
    )
    return PersonView(
        row,
        people.base_of(connection, actor.school, row.role),
        people.base_of(connection, actor.school, actor.role),
        people.groups_of(connection, of),
        people.family_of(connection, of),
        people.sessions_of(connection, of, now_ms),
        leavers.extensions(connection, [of]).get(of, []),
        manager.first(),
        people.own_roles(connection, actor.school),
        ways(connection, of),
    )


def _search_of(request: Request) -> Search:
    asked = request.query_params
    page = asked.get("page", "1")
    number = int(page[:5]) if page.isascii() and page[:5].isdigit() else 1
    text, role, group, state = ((asked.get(name) or "").replace("\0", "")[:100] for name in _FIELDS)
    return Search(text, role, group, state, min(max(1, number), MOST_PAGES))


_FIELDS: Final = ("text", "role", "group", "state")


def _query(looked_for: Search, page: int) -> str:
    given = {name: getattr(looked_for, name) for name in _FIELDS}
    return urlencode({**{name: value for name, value in given.items() if value}, "page": page})


def _roles_for(giver: str) -> list[str]:
    """The built-in roles that somebody of this one may give."""
    return sorted(role for role in ROLES if may_give(giver, role))


def _names(own: list[AnyRow]) -> dict[str, str]:
    return {row.id: row.name for row in own}


def _in_group(row: AnyRow, zone: str, now_ms: int) -> dict[str, Any]:
    over = row.until_ms is not None and row.until_ms <= now_ms
    until = last_day(row.until_ms, zone).isoformat() if row.until_ms is not None else None
    return {**row._asdict(), "over": over, "until": until}
