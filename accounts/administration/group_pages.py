"""Pages of groups: see them, make one, put people in and out, give a class to a cover teacher for some days."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accounts.administration import groups, people
from accounts.administration.desk import Desk
from accounts.administration.groups import GroupChanges
from accounts.administration.rules import COVERED_KINDS, HAND_MADE_KINDS, PARTS, YEARS, day_of, last_day, today
from accounts.asking import require
from accounts.frame import Form, signed_in_only
from accounts.sessions import Actor
from realtime.refusal import Refusal
from storage.rows import AnyRow
from web.i18n import language_of
from web.pages import day_label

PATH: Final = "/administration/groups"

# What a form of one group's page may ask for, by its path's last part.
_Act = Callable[[GroupChanges, str, Form], None]
ACTS: Final[Mapping[str, _Act]] = {
    "add": lambda changes, of, form: changes.add(of, form.text("login"), form.text("part")),
    "remove": lambda changes, of, form: changes.remove(of, form.text("person"), form.text("part")),
    "rename": lambda changes, of, form: changes.rename(of, form.text("name")),
    "archive": lambda changes, of, form: changes.archive(of),
    "bring-back": lambda changes, of, form: changes.bring_back(of),
    "cover": lambda changes, of, form: changes.cover(
        of, form.text("login"), day_of(form.text("first")), day_of(form.text("last"))
    ),
    "end-cover": lambda changes, of, form: changes.end_cover(of, form.text("person")),
}


@dataclass(frozen=True)
class GroupView:
    """What one group's page is made from."""

    row: AnyRow
    members: list[AnyRow]
    offered: list[AnyRow]
    role_names: Mapping[str, str]


class GroupPages:
    """Routes of groups."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        one = PATH + "/{group}"
        return [
            Route(PATH, signed_in_only(self.show), methods=["GET"]),
            Route(PATH, self.make, methods=["POST"]),
            Route(one, signed_in_only(self.show_one), methods=["GET"]),
            Route(one + "/{act}", self.act, methods=["POST"]),
        ]

    async def show(self, request: Request, refusal: Refusal | None = None) -> Response:
        (every, covers), links = await self._desk.read(request, _read_every)
        context = {
            "groups": every, "covers": [self._cover(request, row) for row in covers], "kinds": HAND_MADE_KINDS,
            "years": YEARS,
        }  # fmt: skip
        return self._desk.render(request, "administration_groups.html", context, links, refusal)

    async def make(self, request: Request) -> Response:
        async def work(form: Form) -> str:
            made = await self._desk.write(
                request,
                lambda tx, actor, now_ms: GroupChanges(tx, actor, self._desk.hooks, now_ms).make(
                    form.text("kind"), form.text("name"), form.text("year")
                ),
            )
            return f"{PATH}/{made}?said=made"

        return await self._desk.change(request, work, self.show)

    async def show_one(self, request: Request, refusal: Refusal | None = None) -> Response:
        of = request.path_params["group"]
        view, links = await self._desk.read(
            request, lambda connection, actor, now_ms: _read_one(connection, actor, of, now_ms)
        )
        context = self._context(request, view)
        return self._desk.render(request, "administration_group.html", context, links, refusal)

    async def act(self, request: Request) -> Response:
        of, act = request.path_params["group"], ACTS.get(request.path_params["act"])
        if act is None:
            raise Refusal("not_found")

        async def work(form: Form) -> str:
            await self._desk.write(
                request, lambda tx, actor, now_ms: act(GroupChanges(tx, actor, self._desk.hooks, now_ms, of), of, form)
            )
            return f"{PATH}/{of}?said=saved"

        return await self._desk.change(request, work, self.show_one)

    def _context(self, request: Request, view: GroupView) -> dict[str, Any]:
        return {
            "group": view.row,
            "members": [row for row in view.members if row.origin != "cover"],
            "covers": [self._cover(request, row) for row in view.members if row.origin == "cover"],
            "role_names": view.role_names,
            "offered": view.offered,
            "parts": PARTS,
            "may_cover": view.row.kind in COVERED_KINDS and view.row.archived_ms is None,
            "today": today(self._desk.clock.now_ms(), request.state.actor.zone).isoformat(),
        }

    def _cover(self, request: Request, row: AnyRow) -> dict[str, Any]:
        zone, language, now_ms = request.state.actor.zone, language_of(request), self._desk.clock.now_ms()
        return {
            **row._asdict(),
            "first": day_label(row.from_ms, zone, language),
            "last": day_label(row.until_ms - 1, zone, language),
            "last_iso": last_day(row.until_ms, zone).isoformat(),
            "now": row.from_ms <= now_ms,
        }


def _read_every(connection: Connection, actor: Actor, now_ms: int) -> tuple[list[AnyRow], list[AnyRow]]:
    require(connection, actor, "manage_groups", now_ms)
    return groups.every(connection, actor.school), groups.covers(connection, actor.school, now_ms)


def _read_one(connection: Connection, actor: Actor, of: str, now_ms: int) -> GroupView:
    require(connection, actor, "manage_groups", now_ms, group=of)
    names = {row.id: row.name for row in people.own_roles(connection, actor.school)}
    return GroupView(
        groups.one(connection, actor.school, of),
        groups.members(connection, of, now_ms),
        people.staff(connection, actor.school),
        names,
    )
