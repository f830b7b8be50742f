"""Whom somebody may bring into rooms: leaders, office and whoever looks after all such rooms anybody, a teacher the
groups that they teach, their learners with their guardians, and colleagues.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, or_, select

from accounts import relations
from accounts.model import group_member, guardian, person, role, role_called, school_group
from accounts.relations import TEACHING, valid
from accounts.rights import Place, Who, may
from accounts.standing import is_open
from realtime.refusal import Refusal
from rooms.grants import keeps_all
from rooms.kinds import TEMPLATES, template
from storage.rows import AnyRow

MOST_FOUND: Final = 30
NO_GROUP: Final = "There is no such group at this school."
NO_PERSON: Final = "There is no such person at this school."
_NAMES: Final = (person.c.name, person.c.full_name, person.c.login)


def makes_any(who: Who, at: datetime) -> bool:
    """Whether somebody may make rooms of every kind, for everybody."""
    return may(who, "make_room", _school(who), at) is None


def makes_for_taught(who: Who, at: datetime) -> bool:
    """Whether somebody may make rooms for those whom they teach."""
    place = _school(who, others=("learner",), relations=frozenset({"own_learner"}))
    return may(who, "make_room", place, at) is None


def kinds_for(connection: Connection, who: Who, at: datetime, now_ms: int) -> tuple[str, ...]:
    """The kinds of room that somebody may make, in the order of the templates."""
    if makes_any(who, at):
        return tuple(TEMPLATES)
    if makes_for_taught(who, at) and relations.teaching_groups(connection, who.id, now_ms):
        return tuple(kind for kind in TEMPLATES if template(kind).for_teachers)
    return ()


def anybody(who: Who, kind: str, at: datetime) -> bool:
    """Whether somebody may bring whomever they like into a room of this kind."""
    return keeps_all(who, kind) or makes_any(who, at)


def groups_for(connection: Connection, who: Who, kind: str, at: datetime, now_ms: int) -> Sequence[AnyRow]:
    """The groups that somebody may bring into a room of this kind, those that fit it first."""
    of = school_group.c.school_id == who.school
    if not anybody(who, kind, at):
        of &= school_group.c.id.in_(relations.teaching_groups(connection, who.id, now_ms))
    chosen = (
        select(school_group.c.id, school_group.c.kind, school_group.c.name, school_group.c.year)
        .where(of, school_group.c.archived_ms.is_(None))
        .order_by(school_group.c.kind, school_group.c.name, school_group.c.id)
    )
    fitting = template(kind).groups
    return sorted(connection.execute(chosen).all(), key=lambda row: row.kind not in fitting)


def check_group(connection: Connection, who: Who, kind: str, group_id: str, at: datetime, now_ms: int) -> AnyRow:
    """The group, if somebody may bring it in; Refusal `not_found` or `forbidden`."""
    of = (school_group.c.id == group_id) & (school_group.c.school_id == who.school)
    found = connection.execute(select(school_group).where(of, school_group.c.archived_ms.is_(None))).first()
    if found is None:
        raise Refusal("not_found", NO_GROUP)
    if not anybody(who, kind, at) and group_id not in relations.teaching_groups(connection, who.id, now_ms):
        raise Refusal("forbidden", "You can bring in only groups that you teach.")
    return found


def check_person(connection: Connection, who: Who, kind: str, whom: Any, at: datetime, now_ms: int) -> None:
    """Refusal `not_found` for somebody whom this one knows nothing of. `whom` has an id and a role."""
    if anybody(who, kind, at) or who.rights.kinds.get(whom.role) in ("staff", "governor"):
        return
    known = relations.between(connection, who.id, whom.id, now_ms)
    if not known & {"own_learner", "guardian_of_own_learner", "self"}:
        raise Refusal("not_found", NO_PERSON)


def find_people(connection: Connection, who: Who, kind: str, text: str, at: datetime, now_ms: int) -> Sequence[AnyRow]:
    """People whose name or sign-in name has `text` in it, among those that somebody may bring in; by name."""
    sought = f"%{text.strip().lower().replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
    of = person.c.school_id == who.school
    if not anybody(who, kind, at):
        of &= _known_to(who, now_ms)
    return connection.execute(
        select(person.c.id, person.c.name, person.c.login, person.c.role, person.c.year, role_called.label("called"))
        .outerjoin(role, role.c.id == person.c.role)
        .where(
            of, is_open(now_ms), person.c.erased_ms.is_(None),
            or_(*(func.lower(each).like(sought, escape="!") for each in _NAMES)),
        )
        .order_by(person.c.name, person.c.id)
        .limit(MOST_FOUND)
    ).all()  # fmt: skip


def _known_to(who: Who, now_ms: int) -> ColumnElement[bool]:
    """Colleagues, own learners, and those learners' guardians."""
    mine, theirs = group_member.alias(), group_member.alias()
    learners = (
        select(theirs.c.person_id)
        .join(mine, mine.c.group_id == theirs.c.group_id)
        .join(school_group, school_group.c.id == mine.c.group_id)
        .where(
            mine.c.person_id == who.id, mine.c.part.in_(TEACHING), theirs.c.part == "learner",
            school_group.c.archived_ms.is_(None), school_group.c.kind.in_(relations.TAUGHT_IN),
            valid(mine, now_ms), valid(theirs, now_ms),
        )
    )  # fmt: skip
    families = select(guardian.c.guardian_id).where(guardian.c.learner_id.in_(learners))
    colleagues = [name for name, kind in who.rights.kinds.items() if kind in ("staff", "governor")]
    return or_(person.c.role.in_(colleagues), person.c.id.in_(learners), person.c.id.in_(families))


def _school(who: Who, **more: Any) -> Place:
    return Place(who.school, "school", closed=False, member=True, **more)
