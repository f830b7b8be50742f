"""What two people of a school are to each other, from the groups that they share, guardianship and line management."""

from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from typing import Final

from sqlalchemy import ColumnElement, Connection, FromClause, select

from accounts.model import group_member, guardian, person, school_group
from accounts.rights import Relation

TEACHING: Final = frozenset({"teacher", "assistant", "head"})
TAUGHT_IN: Final = frozenset({"class", "teaching", "tutor", "year", "club"})

Pair = tuple[str, str]
_Parts = dict[str, dict[str, list[tuple[str, str]]]]  # person → group → its kind and their part, often just one

_SHARED: Final[Mapping[str, Relation]] = {
    "class": "same_class", "teaching": "same_class", "tutor": "same_tutor_group", "house": "same_house",
    "year": "same_year",
}  # fmt: skip


def between(connection: Connection, asker: str, other: str, now_ms: int) -> frozenset[Relation]:
    """All that `other` is to `asker` at this moment."""
    return between_all(connection, [(asker, other)], now_ms)[asker, other]


def between_all(connection: Connection, pairs: Collection[Pair], now_ms: int) -> dict[Pair, frozenset[Relation]]:
    """The same for many pairs of (asker, other), in three questions to the database for all of them."""
    people = frozenset(chain.from_iterable(pairs))
    family = _family(connection, people)
    wards = {each for of in people for each in family.get(of, ())}
    parts = _parts(connection, people | wards, now_ms)
    managers = _managers(connection, people)
    return {(asker, other): frozenset(_found(asker, other, family, parts, managers)) for asker, other in pairs}


def _found(
    asker: str, other: str, family: Mapping[str, Collection[str]], parts: _Parts, managers: Mapping[str, str | None]
) -> Iterator[Relation]:
    if asker == other:
        yield "self"
        return
    for kind, mine, theirs in _shared(parts, asker, other):
        yield from _in_a_group(kind, mine, theirs)
    yield from _by_family(asker, other, family, parts)
    if managers.get(other) == asker:
        yield "manages"
    if managers.get(asker) == other:
        yield "managed_by"


def _by_family(asker: str, other: str, family: Mapping[str, Collection[str]], parts: _Parts) -> Iterator[Relation]:
    wards, others_wards = family.get(asker, ()), family.get(other, ())
    if other in wards:
        yield "ward"
    if asker in others_wards:
        yield "guardian"
    if any(_taught_by(parts, other, ward) for ward in wards):
        yield "ward_teacher"
    if any(_taught_by(parts, asker, ward) for ward in others_wards):
        yield "guardian_of_own_learner"


def _parts(connection: Connection, people: Collection[str], now_ms: int) -> _Parts:
    """In which groups these people are, of which kind, and as what: they may have several parts in one."""
    rows = connection.execute(
        select(group_member.c.person_id, group_member.c.group_id, school_group.c.kind, group_member.c.part)
        .join(school_group, school_group.c.id == group_member.c.group_id)
        .where(
            group_member.c.person_id.in_(sorted(people)), school_group.c.archived_ms.is_(None),
            valid(group_member, now_ms),
        )
    )  # fmt: skip
    found: _Parts = {}
    for who, group, kind, part in rows:
        found.setdefault(who, {}).setdefault(group, []).append((kind, part))
    return found


def _shared(parts: _Parts, asker: str, other: str) -> Iterator[tuple[str, str, str]]:
    """Kind of group, part of the asker, part of the other, for each group that both are in."""
    mine, theirs = parts.get(asker, {}), parts.get(other, {})
    for group in mine.keys() & theirs.keys():
        for kind, one in mine[group]:
            for _, two in theirs[group]:
                yield kind, one, two


def _family(connection: Connection, people: Collection[str]) -> dict[str, list[str]]:
    """Learners by guardian, for those among these people who are guardians."""
    rows = connection.execute(
        select(guardian.c.guardian_id, guardian.c.learner_id).where(guardian.c.guardian_id.in_(sorted(people)))
    )
    found: dict[str, list[str]] = {}
    for of, learner in rows:
        found.setdefault(of, []).append(learner)
    return found


def _managers(connection: Connection, people: Collection[str]) -> dict[str, str | None]:
    rows = connection.execute(select(person.c.id, person.c.manager_id).where(person.c.id.in_(sorted(people))))
    return {row.id: row.manager_id for row in rows}


def _taught_by(parts: _Parts, teacher: str, learner: str) -> bool:
    return any("own_learner" in _in_a_group(*each) for each in _shared(parts, teacher, learner))


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


def wards_of(connection: Connection, guardian_id: str) -> list[str]:
    """The learners of whom this person is a guardian."""
    of = guardian.c.guardian_id == guardian_id
    return list(connection.scalars(select(guardian.c.learner_id).where(of).order_by(guardian.c.learner_id)))


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
