"""What a writer is told of those who will read: that they have quiet hours or are away, and who else there is."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from accounts import standing
from accounts.hours.model import Reading, reading_of
from accounts.hours.rules import When, in_words
from accounts.model import person, school
from accounts.rights import Other, Place, Who, may
from rooms import private
from rooms.grants import Grant
from rooms.receipts import model
from storage.rows import AnyRow


class Instead(NamedTuple):
    """Somebody else who can be asked. room: the thread with them, if there is one."""

    id: str
    name: str
    room: str | None


class Reader(NamedTuple):
    """Somebody who will not read at once. when: in which words of time they are likely to; None: nobody knows.

    away: they are not there; back: the first day on which they are, of the school's clock; line: what they say of it.
    """

    id: str
    name: str
    when: When | None
    away: bool = False
    back: When | None = None
    line: str = ""
    instead: Sequence[Instead] = ()


class Told(NamedTuple):
    """Who will not read at once, whether the writer has quiet hours themselves, and when to ask again."""

    readers: Sequence[Reader]
    quiet: bool
    changes_ms: int | None


def told(connection: Connection, grant: Grant, at: datetime, now_ms: int) -> Told:
    """What the writer may know of the readers of a private room. Of children nothing, but to the staff."""
    who = grant.who
    others = _others(connection, grant, at, now_ms)
    readings = reading_of(connection, [who.id, *(each.id for each in others)], now_ms)
    moments = [each.changes_ms for each in readings.values() if each.changes_ms is not None]
    late = [each for each in others if readings[each.id].quiet or readings[each.id].away is not None]
    found = []
    if late:
        names = {row.id: row.name for row in _people(connection, [each.id for each in late], now_ms)}
        zone = connection.scalars(select(school.c.zone).where(school.c.id == who.school)).one()
        here = at.astimezone(ZoneInfo(zone))
        found = [
            _reader(connection, who, each, names[each.id], readings[each.id], here, now_ms)
            for each in late
            if each.id in names
        ]
    return Told(found, readings[who.id].quiet, min(moments, default=None))


def _others(connection: Connection, grant: Grant, at: datetime, now_ms: int) -> Sequence[Other]:
    """Those of whom the writer may know it, where they may write at all."""
    who, place = grant.who, grant.place
    if place is None or place.kind not in private.KINDS or not _writes(who, place, at):
        return ()
    kinds = who.rights.kinds
    others = model.others_in(connection, place, who.id, now_ms)
    if kinds.get(who.role) == "staff":
        return others
    return [each for each in others if kinds.get(each.role) != "learner"]


def _writes(who: Who, place: Place, at: datetime) -> bool:
    return may(who, "write", place, at) in (None, "window_closed")


def _reader(
    connection: Connection, who: Who, other: Other, name: str, reading: Reading, here: datetime, now_ms: int
) -> Reader:
    zone = str(here.tzinfo)
    when = None if reading.at is None else in_words(reading.at, here, zone)
    away = reading.away
    if away is None:
        return Reader(other.id, name, when)
    back = None
    if away.until_ms is not None:
        back = in_words(datetime.fromtimestamp(away.until_ms / 1000, here.tzinfo), here, zone)
    return Reader(other.id, name, when, True, back, away.line, _instead(connection, who, away.others, here, now_ms))


def _instead(connection: Connection, who: Who, people: Collection[str], at: datetime, now_ms: int) -> Sequence[Instead]:
    """Of those who were named only whom the writer may begin to write to."""
    rows = _people(connection, people, now_ms)
    allowed = private.may_begin_with(connection, who, rows, at, now_ms)
    return [Instead(row.id, row.name, private.between(connection, who.id, row.id)) for row, _ in allowed]


def _people(connection: Connection, people: Collection[str], now_ms: int) -> Sequence[AnyRow]:
    of = person.c.id.in_(sorted(people))
    chosen = select(person.c.id, person.c.name, person.c.role, person.c.year).where(of, standing.is_open(now_ms))
    return connection.execute(chosen.order_by(person.c.name, person.c.id)).all() if people else ()


def as_json(reader: Reader) -> Mapping[str, Any]:
    """A reader as the API gives them."""
    when, back = reader.when, reader.back
    return {
        "id": reader.id, "name": reader.name, "away": reader.away,
        "likely": None if when is None else {"day": when.day, "part": when.part, "date": when.date},
        **({"back": back.date} if back is not None else {}), **({"line": reader.line} if reader.line else {}),
        "instead": [
            {"id": each.id, "name": each.name, **({"room": each.room} if each.room else {})} for each in reader.instead
        ],
    }  # fmt: skip
