"""The school as it is, as far as a roster speaks of it."""

from collections.abc import Mapping

from msgspec import Struct
from sqlalchemy import Connection, func, select

from accounts.model import group_member, guardian, person, role, school, school_group, term
from accounts.roster.difference import Facts
from accounts.roster.model import roster_role
from accounts.roster.wanted import Pair, SeatKey
from accounts.settings import read as read_settings
from storage.rows import AnyRow


class Somebody(Struct, frozen=True):
    """A person of the school. `manager`: the roster's id of their line manager, where there is one.

    `actual_role`: the built-in role that theirs is or was copied from; `facts.role` is the roster's word.
    """

    id: str
    sid: str
    login: str
    actual_role: str
    facts: Facts
    manager: str


class Group(Struct, frozen=True):
    """A group that came from a roster."""

    id: str
    sid: str
    kind: str
    name: str
    year: str
    archived: bool


class Term(Struct, frozen=True):
    """Days of the calendar that came from a roster."""

    id: str
    sid: str
    kind: str
    name: str
    starts_on: str
    ends_on: str


class Current(Struct, frozen=True, kw_only=True):
    """Everything by the roster's ids; `by_hand` are those people whom no roster ever named, by their own ids."""

    people: Mapping[str, Somebody]
    by_hand: Mapping[str, Somebody]
    erased: frozenset[str]
    logins: frozenset[str]
    groups: Mapping[str, Group]
    seats: Mapping[SeatKey, tuple[int | None, int | None]]
    guardians: frozenset[Pair]
    guardians_by_hand: frozenset[Pair]
    terms: Mapping[str, Term]
    zone: str
    leaver_days: int
    largest_change: int


def load(connection: Connection, school_id: str) -> Current:
    settings = read_settings(connection, school_id)
    zone: str = connection.scalars(select(school.c.zone).where(school.c.id == school_id)).one()
    everybody, erased, logins = _people(connection, school_id)
    return Current(
        people={each.sid: each for each in everybody if each.sid},
        by_hand={each.id: each for each in everybody if not each.sid},
        erased=erased,
        logins=logins,
        groups=_groups(connection, school_id),
        seats=_seats(connection, school_id),
        guardians=_guardians(connection, school_id, "roster"),
        guardians_by_hand=_guardians(connection, school_id, "name"),
        terms=_terms(connection, school_id),
        zone=zone,
        leaver_days=settings.leaver_days,
        largest_change=settings.largest_change,
    )


def _people(connection: Connection, school_id: str) -> tuple[list[Somebody], frozenset[str], frozenset[str]]:
    """Everybody who is not erased; the roster's ids of those who are; and every sign-in name."""
    boss = person.alias()
    rows = connection.execute(
        select(
            person,
            roster_role.c.role.label("word"),
            boss.c.sourced_id.label("boss"),
            func.coalesce(role.c.base, person.c.role).label("base"),
        )
        .outerjoin(role, role.c.id == person.c.role)
        .outerjoin(roster_role, roster_role.c.person_id == person.c.id)
        .outerjoin(boss, boss.c.id == person.c.manager_id)
        .where(person.c.school_id == school_id)
    ).all()
    erased = frozenset(row.sourced_id for row in rows if row.erased_ms is not None and row.sourced_id)
    here = [_somebody(row) for row in rows if row.erased_ms is None]
    return here, erased, frozenset(row.login for row in rows)


def _somebody(row: AnyRow) -> Somebody:
    facts = Facts(
        role=row.word or row.base, name=row.name, full_name=row.full_name, year=row.year,
        starts_ms=row.starts_ms, left_ms=row.left_ms,
    )  # fmt: skip
    return Somebody(row.id, row.sourced_id or "", row.login, row.base, facts, row.boss or "")


def _groups(connection: Connection, school_id: str) -> Mapping[str, Group]:
    rows = connection.execute(
        select(school_group).where(school_group.c.school_id == school_id, school_group.c.sourced_id.is_not(None))
    )
    return {
        row.sourced_id: Group(row.id, row.sourced_id, row.kind, row.name, row.year or "", row.archived_ms is not None)
        for row in rows
    }


def _seats(connection: Connection, school_id: str) -> Mapping[SeatKey, tuple[int | None, int | None]]:
    """Only those that a roster gave: what somebody gave by hand is theirs to take back."""
    rows = connection.execute(
        select(school_group.c.sourced_id, person.c.sourced_id, group_member.c.part, group_member.c.from_ms,
               group_member.c.until_ms)
        .join(school_group, school_group.c.id == group_member.c.group_id)
        .join(person, person.c.id == group_member.c.person_id)
        .where(school_group.c.school_id == school_id, group_member.c.origin == "roster",
               school_group.c.sourced_id.is_not(None), person.c.sourced_id.is_not(None), person.c.erased_ms.is_(None))
    )  # fmt: skip
    return {(group, who, part): (begins, ends) for group, who, part, begins, ends in rows}


def _guardians(connection: Connection, school_id: str, origin: str) -> frozenset[Pair]:
    adult, child = person.alias(), person.alias()
    rows = connection.execute(
        select(adult.c.sourced_id, child.c.sourced_id)
        .select_from(guardian)
        .join(adult, adult.c.id == guardian.c.guardian_id)
        .join(child, child.c.id == guardian.c.learner_id)
        .where(adult.c.school_id == school_id, guardian.c.origin == origin,
               adult.c.sourced_id.is_not(None), child.c.sourced_id.is_not(None),
               adult.c.erased_ms.is_(None), child.c.erased_ms.is_(None))
    )  # fmt: skip
    return frozenset((one, other) for one, other in rows)


def _terms(connection: Connection, school_id: str) -> Mapping[str, Term]:
    rows = connection.execute(
        select(term).where(term.c.school_id == school_id, term.c.origin == "roster", term.c.sourced_id.is_not(None))
    )
    return {
        row.sourced_id: Term(row.id, row.sourced_id, row.kind, row.name, row.starts_on, row.ends_on) for row in rows
    }
