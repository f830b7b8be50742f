"""What the database says of people in rooms: everything that judging needs, for many at once, in one query."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from accounts.rights import Place, Who
from storage.rows import Statement, gathered

Pair = tuple[int, str, str, str, UUID | None]  # place in the list, person, session, room, key of a command


class Earlier(Struct, frozen=True):
    """The event that a command with the same key has already made."""

    seq: int
    fingerprint: str
    at_ms: int
    body: str


class Grant(Struct):
    """One person in one room, as this transaction sees them. `place` is None where there is no such room."""

    who: Who
    place: Place | None
    head: int = 0
    floor: int = 1
    read_seq: int = 0
    earlier: Earlier | None = None


NOBODY: Final = Grant(Who("", "", "", active=False), None)


class _Found(Struct, array_like=True):
    """A row of the query, in the order of _FIELDS."""

    n: int
    person: str
    school: str
    role: str
    disabled_ms: int | None
    ended_ms: int | None
    expires_ms: int
    room: str | None
    room_school: str | None
    kind: str | None
    head: int | None
    floor: int | None
    closed_ms: int | None
    member: str | None
    may_write: bool | None
    may_administer: bool | None
    read_seq: int | None
    seq: int | None
    fingerprint: str | None
    at_ms: int | None
    body: str | None


_FIELDS: Final = (
    "given.n", "person.id", "person.school_id", "person.role", "person.disabled_ms",
    "session.ended_ms", "session.expires_ms",
    "room.id", "room.school_id", "room.kind", "room.last_seq", "room.floor", "room.closed_ms",
    "member.person_id", "member.may_write", "member.may_administer", "member.read_seq",
    "event.seq", "event.fingerprint", "event.at_ms", "event.body",
)  # fmt: skip

_PAIR: Final = {"n": int, "person_id": str, "session_id": str, "room_id": str, "key": str}


def _event(dialect: str) -> str:
    """The event with the key. PostgreSQL would rather read the whole room, unless it is shown nothing but the key."""
    if dialect == "sqlite":
        return "event INDEXED BY uq_event_key ON event.key = given.key AND"
    return "LATERAL (SELECT * FROM event WHERE event.key = given.key OFFSET 0) AS event ON"


_load: Final = Statement(
    lambda dialect, given: (
        f"""
        SELECT {gathered(dialect, *_FIELDS)}
        FROM {given} AS given
        JOIN person ON person.id = given.person_id
        JOIN session ON session.id = given.session_id AND session.person_id = person.id
        LEFT JOIN room ON room.id = given.room_id
        LEFT JOIN member ON member.room_id = room.id AND member.person_id = person.id
        LEFT JOIN {_event(dialect)} event.author_id = person.id AND event.room_id = room.id
    """
    ),
    _PAIR,
)

# SQLite has no booleans of its own: 0 and 1 are read as such.
_rows: Final = msgspec.json.Decoder(list[_Found], strict=False)


def load(connection: Connection, pairs: Sequence[Pair], now_ms: int) -> list[Grant]:
    """A grant for each pair, in order."""
    text = _load.run(connection, pairs).scalar()
    grants = [NOBODY] * len(pairs)
    for row in _rows.decode(text or "[]"):
        grants[row.n] = _grant(row, now_ms)
    return grants


def _grant(row: _Found, now_ms: int) -> Grant:
    active = row.disabled_ms is None and row.ended_ms is None and row.expires_ms > now_ms
    who = Who(row.person, row.school, row.role, active)
    if row.room_school is None or row.kind is None:
        return Grant(who, None)
    place = Place(
        row.room_school, row.kind, row.closed_ms is not None, row.member is not None,
        bool(row.may_write), bool(row.may_administer),
    )  # fmt: skip
    earlier = None
    if row.seq is not None:
        earlier = Earlier(row.seq, row.fingerprint or "", row.at_ms or 0, row.body or "{}")
    return Grant(who, place, row.head or 0, row.floor or 1, row.read_seq or 0, earlier)
