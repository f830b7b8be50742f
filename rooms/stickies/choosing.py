"""Whom somebody may begin to write to: found in the database, judged one by one, and put in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, false, func, or_, select

from accounts import settings
from accounts.asking import who_of
from accounts.model import group_member, guardian, person, role, role_called, school_group
from accounts.relations import valid
from accounts.rights import Who
from accounts.rules import initials
from accounts.sessions import Actor
from accounts.standing import is_open
from realtime.refusal import Refusal
from rooms import private
from rooms.stickies.rules import SECTIONS, largest_group, section

MOST_LOOKED_AT: Final = 500
SHOWN: Final = 60  # of a section; more of them are found by their names
LONGEST_NAME: Final = 80
NOBODY: Final = "There is no such person at this school."


@dataclass(frozen=True)
class Choice:
    """Those whom somebody may begin with, by section. `several`: with how many at once. `more`: others can be found.

    kind: what whoever asks is at the school.
    """

    sections: Mapping[str, Sequence[Mapping[str, Any]]]
    several: int
    more: bool
    kind: str | None


def choice(
    connection: Connection, actor: Actor, find: str, chosen: Sequence[str], now_ms: int
) -> Choice:  # fmt: skip
    """With `find`: whose names have that in them, and whoever is `chosen` already."""
    who = who_of(connection, actor, now_ms)
    at = datetime.fromtimestamp(now_ms / 1000, UTC)
    rows = connection.execute(_near(who, now_ms).where(_named(find, chosen)).limit(MOST_LOOKED_AT)).all()
    found: dict[str, list[Mapping[str, Any]]] = {each: [] for each in SECTIONS}
    more = len(rows) == MOST_LOOKED_AT
    kinds = who.rights.kinds
    for row, relations in private.may_begin_with(connection, who, rows, at, now_ms):
        listed = found[section(kinds.get(who.role), kinds.get(row.role), relations)]
        if len(listed) < SHOWN or row.id in chosen:
            listed.append(_shown(row))
        else:
            more = True
    most = largest_group(who, settings.read(connection, who.school))
    return Choice({name: listed for name, listed in found.items() if listed}, most, more, kinds.get(who.role))


def one(connection: Connection, actor: Actor, person_id: str, now_ms: int) -> tuple[Mapping[str, Any], str | None]:
    """Somebody with whom one may begin or has begun, and the thread if something was said there; else `not_found`."""
    row = connection.execute(_people(actor.school, now_ms).where(person.c.id == person_id)).first()
    if row is None or row.id == actor.person:
        raise Refusal("not_found", NOBODY)
    begun = private.begun_with(connection, actor.person, person_id)
    who, at = who_of(connection, actor, now_ms), datetime.fromtimestamp(now_ms / 1000, UTC)
    if begun is None and not private.may_begin_with(connection, who, [row], at, now_ms):
        raise Refusal("not_found", NOBODY)
    return _shown(row), begun


def _shown(row: Any) -> dict[str, Any]:
    return {"id": row.id, "name": row.name, "initials": initials(row.name), "role": row.called}


def _people(school: str, now_ms: int) -> Select[Any]:
    return (
        select(person.c.id, person.c.name, person.c.role, person.c.year, role_called.label("called"))
        .outerjoin(role, role.c.id == person.c.role)
        .where(person.c.school_id == school, is_open(now_ms), person.c.erased_ms.is_(None))
        .order_by(person.c.name, person.c.id)
    )


def _near(who: Who, now_ms: int) -> Select[Any]:
    """Those whom the rules may mean: of some roles anybody, of others whoever has to do with the asker."""
    lines = who.rights.lines.get((who.role, "start", "thread"), ())
    anybody: ColumnElement[bool] = false()
    related: ColumnElement[bool] = false()
    for line in lines:
        if line.years is not None and who.year not in line.years:
            continue
        of = person.c.role.is_not(None) if line.others is None else person.c.role.in_(sorted(line.others))
        if line.relation is None:
            anybody = or_(anybody, of)
        else:
            related = or_(related, of)
    return _people(who.school, now_ms).where(
        person.c.id != who.id, or_(anybody, related & person.c.id.in_(_related(who.id, now_ms)))
    )


def _related(me: str, now_ms: int) -> Any:
    """Who shares a group with somebody or with their children, is family of those, or works above or below them."""
    wards = select(guardian.c.learner_id).where(guardian.c.guardian_id == me)
    around = _sharing(or_(group_member.c.person_id == me, group_member.c.person_id.in_(wards)), now_ms)
    families = select(guardian.c.guardian_id).where(
        or_(guardian.c.learner_id == me, guardian.c.learner_id.in_(_sharing(group_member.c.person_id == me, now_ms)))
    )
    above = select(person.c.manager_id).where(person.c.id == me, person.c.manager_id.is_not(None))
    below = select(person.c.id).where(person.c.manager_id == me)
    return around.union(wards, families, above, below)


def _sharing(mine: ColumnElement[bool], now_ms: int) -> Select[Any]:
    theirs = group_member.alias()
    return (
        select(theirs.c.person_id)
        .join(group_member, group_member.c.group_id == theirs.c.group_id)
        .join(school_group, school_group.c.id == theirs.c.group_id)
        .where(mine, school_group.c.archived_ms.is_(None), valid(group_member, now_ms), valid(theirs, now_ms))
    )


def _named(find: str, chosen: Sequence[str]) -> ColumnElement[bool]:
    text = find.strip().lower()[:LONGEST_NAME]
    sought = f"%{text.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
    return or_(func.lower(person.c.name).like(sought, escape="!"), person.c.id.in_(chosen))
