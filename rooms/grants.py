"""What the database says of people in rooms: everything that judging needs, for many at once, in one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, TextClause, text

from accounts.rights import Place, Who
from storage.rows import as_json, recordset

Pair = tuple[str, str, str, str | None]  # person, session, room, key of a command


@dataclass(frozen=True, slots=True)
class Earlier:
    """The event that a command with the same key has already made."""

    seq: int
    fingerprint: str
    at_ms: int
    body: str


@dataclass(slots=True)
class Grant:
    """One person in one room, as this transaction sees them. `place` is None where there is no such room."""

    who: Who
    place: Place | None
    head: int = 0
    floor: int = 1
    read_seq: int = 0
    earlier: Earlier | None = None


NOBODY: Final = Grant(Who("", "", "", active=False), None)

_statements: dict[str, TextClause] = {}


def load(connection: Connection, pairs: Sequence[Pair], now_ms: int) -> list[Grant]:
    """A grant for each pair, in order."""
    found = {row[0]: _grant(row, now_ms) for row in connection.execute(
        _statement(connection.dialect.name),
        {"pairs": as_json((place, *pair) for place, pair in enumerate(pairs))},
    )}  # fmt: skip
    return [found.get(place, NOBODY) for place in range(len(pairs))]


def _statement(dialect: str) -> TextClause:
    if dialect not in _statements:
        columns = {"n": int, "person_id": str, "session_id": str, "room_id": str, "key": str}
        _statements[dialect] = text(f"""
            SELECT given.n, person.id, person.school_id, person.role, person.disabled_ms,
                   session.ended_ms, session.expires_ms,
                   room.id, room.school_id, room.kind, room.last_seq, room.floor, room.closed_ms,
                   member.person_id, member.may_write, member.may_administer, member.read_seq,
                   event.seq, event.fingerprint, event.at_ms, event.body
            FROM {recordset(dialect, "pairs", columns)} AS given
            JOIN person ON person.id = given.person_id
            JOIN session ON session.id = given.session_id AND session.person_id = person.id
            LEFT JOIN room ON room.id = given.room_id
            LEFT JOIN member ON member.room_id = room.id AND member.person_id = person.id
            LEFT JOIN event ON event.room_id = room.id AND event.author_id = person.id AND event.key = given.key
        """)
    return _statements[dialect]


def _grant(row: Sequence[object], now_ms: int) -> Grant:
    (_, person, school, role, disabled, ended, expires, room, room_school, kind, head, floor, closed,
     member, may_write, may_administer, read_seq, earlier_seq, fingerprint, earlier_at, body) = row  # fmt: skip
    who = Who(person, school, role, active=disabled is None and ended is None and expires > now_ms)  # type: ignore[operator, arg-type]
    if room is None:
        return Grant(who, None)
    place = Place(
        room_school, kind, closed is not None, member is not None, bool(may_write), bool(may_administer)  # type: ignore[arg-type]
    )  # fmt: skip
    earlier = None if earlier_seq is None else Earlier(earlier_seq, fingerprint or "", earlier_at, body)  # type: ignore[arg-type]
    return Grant(who, place, head, floor, read_seq or 0, earlier)  # type: ignore[arg-type]
