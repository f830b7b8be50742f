"""Pages of the policy and of roles: what holds, in plain words; a look at a change before it is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, func, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accounts.administration.desk import Desk, Hooks
from accounts.asking import require
from accounts.frame import Form, signed_in_only
from accounts.model import person
from accounts.policy import form as fields
from accounts.policy import store
from accounts.policy.changing import OWN, PolicyChanges
from accounts.policy.rules import SETS, WINDOWS, Rule, Rules, checked, merged, shipped
from accounts.policy.store import AnnounceAll
from accounts.rights import ROLES
from accounts.sessions import Actor
from accounts.signing_in import SigningIn
from accounts.windows.model import own_windows
from realtime.refusal import Refusal
from storage.clock import Clock
from storage.database import Database
from web.pages import Pages

POLICY: Final = "/administration/policy"
ROLES_PATH: Final = "/administration/roles"


@dataclass(frozen=True)
class PolicyView:
    """What the pages are made from. `concerned`: how many people by (role, year)."""

    phase: str
    rules: Rules
    changed: frozenset[str]
    own: Mapping[str, str]
    role_names: Mapping[str, str]
    concerned: Mapping[tuple[str, str | None], int]
    off_for: Mapping[str, frozenset[str]]  # own role → rules that do not hold for it
    own_windows: Mapping[str, str]  # names by id


def policy_routes(
    database: Database, clock: Clock, pages: Pages, signing_in: SigningIn, hooks: Hooks, announce: AnnounceAll
) -> list[Route]:
    return PolicyPages(Desk(database, clock, pages, signing_in, hooks), announce).routes()


class PolicyPages:
    """Routes of the policy and of roles."""

    def __init__(self, desk: Desk, announce: AnnounceAll) -> None:
        self._desk = desk
        self._announce = announce

    def routes(self) -> list[Route]:
        return [
            Route(POLICY, signed_in_only(self.show), methods=["GET"]),
            Route(POLICY + "/new", signed_in_only(self.show_form), methods=["GET"]),
            Route(POLICY + "/preview", self.preview, methods=["POST"]),
            Route(POLICY + "/{rule}", signed_in_only(self.show_form), methods=["GET"]),
            Route(POLICY + "/{rule}/{act}", self.act, methods=["POST"]),
            Route(ROLES_PATH, signed_in_only(self.show_roles), methods=["GET"]),
            Route(ROLES_PATH, self.make_role, methods=["POST"]),
            Route(ROLES_PATH + "/{role}", signed_in_only(self.show_role), methods=["GET"]),
            Route(ROLES_PATH + "/{role}/{act}", self.act_on_role, methods=["POST"]),
        ]

    async def show(self, request: Request, refusal: Refusal | None = None) -> Response:
        view, links = await self._desk.read(request, _read)
        return self._desk.render(request, "administration_policy.html", _context(view), links, refusal)

    async def show_form(self, request: Request, refusal: Refusal | None = None, wanted: Rule | None = None) -> Response:
        view, links = await self._desk.read(request, _read)
        name = request.path_params.get("rule", "")
        rule = wanted or view.rules.get(name)
        if name and (rule is None or (name in view.rules and view.rules[name].locked)):
            raise Refusal("not_found", "There is no such rule.")
        place = request.query_params.get("place", "thread")
        rule = rule or Rule((), (), place if place in fields.PLACES else "thread")  # type: ignore[arg-type]
        context = {**_context(view), "rule": rule, "name": name, "verbs": fields.ROOM_VERBS[rule.place]}
        return self._desk.render(request, "administration_rule.html", context, links, refusal)

    async def preview(self, request: Request) -> Response:
        form = await self._desk.form(request)
        name = form.text("name")
        view, links = await self._desk.read(request, _read)
        try:
            after = fields.rule_of(form)
            after = checked(name or OWN, after, view.phase, view.own, view.own_windows)
        except Refusal as refusal:
            request.path_params.update({"rule": name} if name else {})
            return await self.show_form(request, refusal)
        before = view.rules.get(name)
        context = {
            **_context(view), "name": name, "before": before, "after": after, "fields": fields.fields_of(after),
            "gaining": _count(view, after) - _count(view, before, after),
            "losing": _count(view, before) - _count(view, before, after), "concerned": _count(view, after),
        }  # fmt: skip
        return self._desk.render(request, "administration_rule_preview.html", context, links)

    async def act(self, request: Request) -> Response:
        name, act = request.path_params["rule"], request.path_params["act"]

        async def work(form: Form) -> str:
            await self._desk.write(request, lambda tx, actor, now_ms: _act(
                PolicyChanges(tx, actor, self._announce, now_ms), act, name, form
            ))  # fmt: skip
            return f"{POLICY}?said=saved#{'' if name == 'new' else name}"

        return await self._desk.change(request, work, self.show)

    # Roles

    async def show_roles(self, request: Request, refusal: Refusal | None = None) -> Response:
        view, links = await self._desk.read(request, _read)
        context = {**_context(view), "bases": sorted(ROLES), "people_of": _people_by_role(view)}
        return self._desk.render(request, "administration_roles.html", context, links, refusal)

    async def make_role(self, request: Request) -> Response:
        async def work(form: Form) -> str:
            made = await self._desk.write(
                request,
                lambda tx, actor, now_ms: PolicyChanges(tx, actor, self._announce, now_ms).make_role(
                    form.text("name"), form.text("base")
                ),
            )
            return f"{ROLES_PATH}/{made}?said=saved"

        return await self._desk.change(request, work, self.show_roles)

    async def show_role(self, request: Request, refusal: Refusal | None = None) -> Response:
        view, links = await self._desk.read(request, _read)
        of = request.path_params["role"]
        if of not in view.own:
            raise Refusal("not_found", "There is no such role.")
        base = view.own[of]
        named = {base, of} | {name for name, roles in SETS.items() if base in roles}
        theirs = {name: rule for name, rule in view.rules.items() if named.intersection(rule.who) and rule.on}
        context = {
            **_context(view), "role": of, "base": base, "theirs": theirs,
            "off": view.off_for.get(of, frozenset()), "people_of": _people_by_role(view),
        }  # fmt: skip
        return self._desk.render(request, "administration_role.html", context, links, refusal)

    async def act_on_role(self, request: Request) -> Response:
        of, act = request.path_params["role"], request.path_params["act"]

        async def work(form: Form) -> str:
            await self._desk.write(request, lambda tx, actor, now_ms: _act_on_role(
                PolicyChanges(tx, actor, self._announce, now_ms), act, of, form
            ))  # fmt: skip
            return f"{ROLES_PATH}?said=saved" if act == "remove" else f"{ROLES_PATH}/{of}?said=saved"

        return await self._desk.change(request, work, self.show_role)


def _act(changes: PolicyChanges, act: str, name: str, form: Form) -> None:
    match act:
        case "keep" if name == "new":
            changes.add(fields.rule_of(form))
        case "keep":
            changes.change(name, fields.rule_of(form))
        case "on" | "off":
            changes.switch(name, on=act == "on")
        case "restore":
            changes.restore(name)
        case _:
            raise Refusal("not_found")


def _act_on_role(changes: PolicyChanges, act: str, of: str, form: Form) -> None:
    match act:
        case "rename":
            changes.rename_role(of, form.text("name"))
        case "remove":
            changes.remove_role(of)
        case "on" | "off":
            changes.switch_for_role(form.text("rule"), of, on=act == "on")
        case _:
            raise Refusal("not_found")


def _read(connection: Connection, actor: Actor, now_ms: int) -> PolicyView:
    require(connection, actor, "change_policy", now_ms)
    phase = store.phase_of(connection, actor.school)
    changes, own = store.changes_of(connection, actor.school), store.own_roles(connection, actor.school)
    off: dict[str, set[str]] = {}
    for name in changes:
        rule, _, of = name.partition("@")
        if of:
            off.setdefault(of, set()).add(rule)
    counted = connection.execute(
        select(person.c.role, person.c.year, func.count())
        .where(person.c.school_id == actor.school, person.c.disabled_ms.is_(None), person.c.erased_ms.is_(None))
        .group_by(person.c.role, person.c.year)
    )
    return PolicyView(
        phase, merged(phase, changes), frozenset(changes), own, store.role_names(connection, actor.school),
        {(role, year): count for role, year, count in counted}, {of: frozenset(rules) for of, rules in off.items()},
        {each.id: each.name for each in own_windows(connection, actor.school).values()},
    )  # fmt: skip


def _context(view: PolicyView) -> dict[str, Any]:
    by_place = {
        place: {name: rule for name, rule in view.rules.items() if rule.place == place} for place in fields.PLACES
    }
    return {
        "by_place": by_place, "changed": view.changed, "shipped": shipped(view.phase), "own_rule": OWN,
        "own_roles": view.role_names, "role_names": view.role_names, "sets": list(SETS), "roles": sorted(ROLES),
        "relations": fields.RELATIONS, "years": fields.YEARS,
        "windows": (*WINDOWS, *view.own_windows), "own_windows": view.own_windows,
    }  # fmt: skip


def _count(view: PolicyView, *rules: Rule | None) -> int:
    """How many people all of these rules are about."""
    return sum(
        count
        for (role, year), count in view.concerned.items()
        if all(rule is not None and rule.on and _is_about(view, rule, role, year) for rule in rules)
    )


def _is_about(view: PolicyView, rule: Rule, role: str, year: str | None) -> bool:
    named = {each for name in rule.who for each in SETS.get(name, {name})}
    return not named.isdisjoint({role, view.own.get(role, role)}) and (not rule.years or year in rule.years)


def _people_by_role(view: PolicyView) -> dict[str, int]:
    found: dict[str, int] = {}
    for (role, _), count in view.concerned.items():
        found[role] = found.get(role, 0) + count
    return found
