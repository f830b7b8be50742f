"""What two people of a school are to each other, from the groups that they share, guardianship and line management."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from sqlalchemy import ColumnElement, Connection, FromClause, select

from accounts.model import group_member, guardian, person, school_group
from accounts.rights import Relation

TEACHING: Final = frozenset({"teacher", "assistant", "head"})
TAUGHT_IN: Final = frozenset({"class", "teaching", "tutor", "year", "club"})

_SHARED: Final[Mapping[str, Relation]] = {
    "class": "same_class", "teaching": "same_class", "tutor": "same_tutor_group", "house": "same_house",
    "year": "same_year",
}  # fmt: skip


def between(connection: Connection, asker: str, other: str, now_ms: int) -> frozenset[Relation]:
    """All that `other` is to `asker` at this moment."""
    if asker == other:
        return frozenset({"self"})
    found: set[Relation] = set()
    for kind, mine, theirs in _shared(connection, asker, other, now_ms):
        found.update(_in_a_group(kind, mine, theirs))
    found.update(_by_family(connection, asker, other, now_ms))
    found.update(_by_line(connection, asker, other))
    return frozenset(found)


def _shared(connection: Connection, asker: str, other: str, now_ms: int) -> list[tuple[str, str, str]]:
    """Kind of group, part of the asker, part of the other, for each group that both are in."""
    mine, theirs = group_member.alias(), group_member.alias()
    rows = connection.execute(
        select(school_group.c.kind, mine.c.part, theirs.c.part)
        .join(mine, mine.c.group_id == school_group.c.id)
        .join(theirs, theirs.c.group_id == school_group.c.id)
        .where(
            mine.c.person_id == asker, theirs.c.person_id == other, school_group.c.archived_ms.is_(None),
            valid(mine, now_ms), valid(theirs, now_ms),
        )
    )  # fmt: skip
    return [(kind, one, two) for kind, one, two in rows]


def valid(of: FromClause, now_ms: int) -> ColumnElement[bool]:
    """Whether a membership, of `group_member` or an alias of it, holds at this moment."""
    begun = of.c.from_ms.is_(None) | (of.c.from_ms <= now_ms)
    return begun & (of.c.until_ms.is_(None) | (of.c.until_ms > now_ms))


def _in_a_group(kind: str, mine: str, theirs: str) -> Iterator[Relation]:
    if mine == theirs == "learner" and kind in _SHARED:
        yield _SHARED[kind]
    if mine in TEACHING and theirs == "learner":
        if kind in TAUGHT_IN:
            yield "own_learner"
        if kind == "house":
            yield "house_learner"
    if mine == "learner" and theirs in TEACHING and kind in TAUGHT_IN:
        yield "own_teacher"


def _by_family(connection: Connection, asker: str, other: str, now_ms: int) -> Iterator[Relation]:
    wards, others_wards = wards_of(connection, asker), wards_of(connection, other)
    if other in wards:
        yield "ward"
    if asker in others_wards:
        yield "guardian"
    if any(_taught_by(connection, other, ward, now_ms) for ward in wards):
        yield "ward_teacher"
    if any(_taught_by(connection, asker, ward, now_ms) for ward in others_wards):
        yield "guardian_of_own_learner"


def wards_of(connection: Connection, guardian_id: str) -> list[str]:
    """The learners of whom this person is a guardian."""
    of = guardian.c.guardian_id == guardian_id
    return list(connection.scalars(select(guardian.c.learner_id).where(of).order_by(guardian.c.learner_id)))


def _taught_by(connection: Connection, teacher: str, learner: str, now_ms: int) -> bool:
    shared = _shared(connection, teacher, learner, now_ms)
    return any("own_learner" in _in_a_group(*each) for each in shared)


def _by_line(connection: Connection, asker: str, other: str) -> Iterator[Relation]:
    rows = connection.execute(select(person.c.id, person.c.manager_id).where(person.c.id.in_((asker, other))))
    managers = {row.id: row.manager_id for row in rows}
    if managers.get(other) == asker:
        yield "manages"
    if managers.get(asker) == other:
        yield "managed_by"


def teaching_groups(connection: Connection, asker: str, now_ms: int, kinds: Collection[str] = TAUGHT_IN) -> list[str]:
    """The groups that this person teaches at this moment, by name."""
    rows = connection.scalars(
        select(school_group.c.id)
        .join(group_member, group_member.c.group_id == school_group.c.id)
        .where(
            group_member.c.person_id == asker, group_member.c.part.in_(TEACHING), valid(group_member, now_ms),
            school_group.c.kind.in_(kinds), school_group.c.archived_ms.is_(None),
        )
        .order_by(school_group.c.name, school_group.c.id)
    )  # fmt: skip
    return list(dict.fromkeys(rows))
