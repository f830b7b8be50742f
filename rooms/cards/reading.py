"""What one person may know of another, and do for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from accounts import relations
from accounts.asking import allowed, groups_for, who_of
from accounts.model import group_member, person, role, role_called, school_group
from accounts.relations import valid
from accounts.rights import KINDS, Kind
from accounts.rules import initials
from accounts.sessions import Actor
from accounts.standing import is_open
from realtime.refusal import Refusal
from rooms import directory, private
from rooms.directory import RoomCard
from rooms.kinds import PRIVATE
from rooms.model import member
from storage.rows import AnyRow


@dataclass(frozen=True)
class Card:
    """A person as somebody may know them.

    relations: what they are to the viewer. rooms: those that both are in. year, groups: only for staff of the school.
    acts: what the viewer may do: `access` (see when they were here), `sign_in` (help with signing in), `administer`.
    """

    id: str
    name: str
    initials: str
    role: str
    relations: tuple[str, ...]
    rooms: tuple[RoomCard, ...]
    full_name: str | None = None
    year: str | None = None
    groups: tuple[tuple[str, str], ...] = ()  # id, name
    acts: tuple[tuple[str, str], ...] = ()  # what, where
    sticky: str | None = None  # where one can write to them


# What a feature lets staff do about somebody, as (what, where): the person's id, name and role are given.
Way = Callable[[Connection, Actor, AnyRow, int], tuple[str, str] | None]


def card(connection: Connection, actor: Actor, person_id: str, now_ms: int, ways: Sequence[Way] = ()) -> Card:
    """Refusal `not_found` for whoever shares nothing with the viewer, and for nobody at all: both alike."""
    row = _person(connection, actor, person_id, now_ms)
    if row is None:
        raise _nobody()
    rooms = _shared(connection, actor, person_id, now_ms)
    to = relations.between(connection, actor.person, person_id, now_ms)
    colleagues = kind_of(connection, actor.role) == kind_of(connection, row.role) == "staff"
    sticky = _sticky(connection, actor, row, now_ms)
    if not (rooms or to or colleagues or sticky):
        raise _nobody()
    more: dict[str, Any] = {}
    if kind_of(connection, actor.role) == "staff" and person_id != actor.person:
        more = _for_staff(connection, actor, row, now_ms)
        offered = [way(connection, actor, row, now_ms) for way in ways]
        more["acts"] = (*more.get("acts", ()), *(each for each in offered if each is not None))
    return Card(row.id, row.name, initials(row.name), row.called, tuple(sorted(to)), rooms, sticky=sticky, **more)


def _sticky(connection: Connection, actor: Actor, row: AnyRow, now_ms: int) -> str | None:
    """The way to a thread with them, if there is one already or the viewer may begin it."""
    who, at = who_of(connection, actor, now_ms), datetime.fromtimestamp(now_ms / 1000, UTC)
    begun = private.begun_with(connection, actor.person, row.id) is not None
    may = begun or (row.id != actor.person and private.may_begin_with(connection, who, [row], at, now_ms))
    return f"/stickies/with/{row.id}" if may else None


def kind_of(connection: Connection, role_id: str) -> Kind:
    """Staff, learner, guardian …: also of a role that a school has made."""
    if role_id in KINDS:
        return KINDS[role_id]
    return KINDS[connection.scalars(select(role.c.base).where(role.c.id == role_id)).one()]


def _nobody() -> Refusal:
    return Refusal("not_found", "There is no such person at this school.")


def _person(connection: Connection, actor: Actor, person_id: str, now_ms: int) -> AnyRow | None:
    chosen = (
        select(
            person.c.id, person.c.name, person.c.full_name, person.c.role, person.c.year, role_called.label("called")
        )
        .outerjoin(role, role.c.id == person.c.role)
        .where(person.c.id == person_id, person.c.school_id == actor.school, is_open(now_ms))
    )
    return connection.execute(chosen).first()


def _shared(connection: Connection, actor: Actor, person_id: str, now_ms: int) -> tuple[RoomCard, ...]:
    """The viewer's rooms, without their own, in which the other is at this moment.

    Sub-groups are passed over: who else is in one is for nobody to find out.
    """
    theirs = set(
        connection.scalars(select(member.c.room_id).where(member.c.person_id == person_id, valid(member, now_ms)))
    )
    mine = directory.rooms_of(connection, actor, now_ms)
    return tuple(
        each for each in mine if each.id in theirs and each.id != actor.own_room and each.part_of is None
        and each.kind not in PRIVATE
    )  # fmt: skip


def _for_staff(connection: Connection, actor: Actor, row: AnyRow, now_ms: int) -> dict[str, Any]:
    """Whoever teaches a learner, or runs the school, sees the groups, and what there is to do."""
    acts: list[tuple[str, str]] = []
    runs = allowed(connection, actor, ["manage_people", "see_access_log"], now_ms)
    if kind_of(connection, row.role) != "learner":
        return {"acts": (("administer", f"/administration/people/{row.id}"),)} if "manage_people" in runs else {}
    groups = _groups(connection, row.id, now_ms)
    helps = {each for each, _ in groups} & set(groups_for(connection, actor, "manage_sign_in", now_ms))
    sees = {each for each, _ in groups} & set(groups_for(connection, actor, "see_access_log", now_ms))
    if sees or "see_access_log" in runs:
        acts.append(("access", f"/people/{row.id}/access"))
    acts += [("sign_in", f"/classes/{each}/sign-in") for each, _ in groups if each in helps][:1]
    if "manage_people" in runs:
        acts.append(("administer", f"/administration/people/{row.id}"))
    if not acts:
        return {}
    return {"full_name": row.full_name, "year": row.year, "groups": tuple(groups), "acts": tuple(acts)}


def _groups(connection: Connection, person_id: str, now_ms: int) -> list[tuple[str, str]]:
    rows = connection.execute(
        select(school_group.c.id, school_group.c.name)
        .join(group_member, group_member.c.group_id == school_group.c.id)
        .where(group_member.c.person_id == person_id, valid(group_member, now_ms), school_group.c.archived_ms.is_(None))
        .order_by(school_group.c.name, school_group.c.id)
    )
    return list(dict.fromkeys((row.id, row.name) for row in rows))
