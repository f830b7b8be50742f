"""Quiet hours and absences in the tables, and what they say of people at a moment."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    select,
)

from accounts.calendar.model import load
from accounts.calendar.rules import Calendar
from accounts.hours import rules
from accounts.hours.rules import DEFAULTS, Hours
from accounts.model import person
from accounts.policy.store import rights_now
from storage.schema import metadata

quiet_hours = Table(
    "quiet_hours",  # of those who have settled their own
    metadata,
    Column("person_id", Text, ForeignKey("person.id"), primary_key=True),
    Column("body", Text, nullable=False),  # rules.Hours as JSON
    sqlite_with_rowid=False,
)

absence = Table(
    "absence",  # of each person the one that is or comes next
    metadata,
    Column("person_id", Text, ForeignKey("person.id"), primary_key=True),
    Column("from_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger),  # when they are back; none: nobody knows
    Column("line", Text, nullable=False),  # what they say of it
    Column("set_by", Text, ForeignKey("person.id"), nullable=False),
    Index(None, "set_by"),
    sqlite_with_rowid=False,
)

absence_other = Table(
    "absence_other",  # whom else one can ask meanwhile
    metadata,
    Column("person_id", Text, ForeignKey("absence.person_id"), nullable=False),
    Column("other_id", Text, ForeignKey("person.id"), nullable=False),
    PrimaryKeyConstraint("person_id", "other_id"),
    Index(None, "other_id"),
    sqlite_with_rowid=False,
)

_decode: Final = msgspec.json.Decoder(Hours).decode


class Away(NamedTuple):
    """Somebody is not at work. until_ms: when they are back, if that is known. others: whom else one can ask."""

    from_ms: int
    until_ms: int | None
    line: str
    set_by: str
    others: tuple[str, ...]


class Reading(NamedTuple):
    """How it stands with somebody who is written to. at: when they are likely to read it, if that is known.

    changes_ms: when their quiet hours begin or end next, or their absence ends.
    """

    quiet: bool
    away: Away | None
    at: datetime | None
    changes_ms: int | None


def quiet_until(connection: Connection, person_id: str, now_ms: int) -> int | None:
    """When the quiet hours end in which this person is at this moment; None if they are in none.

    Until then nothing buzzes and no badge counts for them, but what concerns the safety of a child.
    """
    return quiet_until_all(connection, [person_id], now_ms)[person_id]


def quiet_until_all(connection: Connection, people: Collection[str], now_ms: int) -> dict[str, int | None]:
    """The same for many people, of whichever schools."""
    at = _moment(now_ms)
    found: dict[str, int | None] = dict.fromkeys(people)
    for who, (hours, calendar) in _settled(connection, people).items():
        ends = rules.quiet_until(hours, calendar, at)
        found[who] = None if ends is None else int(ends.timestamp() * 1000)
    return found


def hours_of(connection: Connection, person_id: str) -> tuple[Hours, Calendar]:
    """Somebody's quiet hours, their own or those of their kind, and the calendar that they go by."""
    return _settled(connection, [person_id])[person_id]


def away(connection: Connection, people: Collection[str], now_ms: int) -> dict[str, Away]:
    """Who of these people is away at this moment."""
    of = (absence.c.from_ms <= now_ms) & (absence.c.until_ms.is_(None) | (absence.c.until_ms > now_ms))
    return _absences(connection, people, of)


def planned(connection: Connection, person_id: str, now_ms: int) -> Away | None:
    """Somebody's absence that is, or that comes."""
    of = absence.c.until_ms.is_(None) | (absence.c.until_ms > now_ms)
    return _absences(connection, [person_id], of).get(person_id)


def reading_of(connection: Connection, people: Collection[str], now_ms: int) -> dict[str, Reading]:
    """How it stands with each of these people, if something is written to them at this moment."""
    gone, at = away(connection, people, now_ms), _moment(now_ms)
    found = {}
    for who, (hours, calendar) in _settled(connection, people).items():
        absent = gone.get(who)
        quiet = rules.quiet_until(hours, calendar, at) is not None
        until_ms = None if absent is None else absent.until_ms
        back = None if until_ms is None else _moment(until_ms)
        unknown = absent is not None and back is None
        likely = None if unknown else rules.likely_read_at(hours, calendar, at, back)
        change = rules.changes_at(hours, calendar, at)
        moments = (None if change is None else int(change.timestamp() * 1000), until_ms)
        found[who] = Reading(quiet, absent, likely, min((each for each in moments if each is not None), default=None))
    return found


def _settled(connection: Connection, people: Collection[str]) -> Mapping[str, tuple[Hours, Calendar]]:
    rows = connection.execute(
        select(person.c.id, person.c.school_id, person.c.role, quiet_hours.c.body)
        .outerjoin(quiet_hours, quiet_hours.c.person_id == person.c.id)
        .where(person.c.id.in_(sorted(people)))
    ).all()
    schools = sorted({row.school_id for row in rows})
    calendars = {each: load(connection, each) for each in schools}
    kinds = {each: rights_now(connection, each).kinds for each in schools}
    return {
        row.id: (
            _decode(row.body) if row.body else DEFAULTS[kinds[row.school_id].get(row.role, "visitor")],
            calendars[row.school_id],
        )
        for row in rows
    }


def _absences(connection: Connection, people: Collection[str], of: ColumnElement[bool]) -> dict[str, Away]:
    if not people:
        return {}
    chosen = select(absence).where(absence.c.person_id.in_(sorted(people)), of)
    rows = connection.execute(chosen).all()
    if not rows:
        return {}
    others: dict[str, list[str]] = {}
    instead = (
        select(absence_other.c.person_id, absence_other.c.other_id)
        .where(absence_other.c.person_id.in_([row.person_id for row in rows]))
        .order_by(absence_other.c.person_id, absence_other.c.other_id)
    )
    for who, other in connection.execute(instead):
        others.setdefault(who, []).append(other)
    return {
        row.person_id: Away(row.from_ms, row.until_ms, row.line, row.set_by, tuple(others.get(row.person_id, ())))
        for row in rows
    }


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
