"""Server-side sessions: made at sign-in, found by the hash of a token, ended here or everywhere."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select, update

from accounts import standing
from accounts.model import person, session
from accounts.rules import initials
from realtime.protocol import CloseCode
from storage.database import Transaction
from storage.ids import new_id
from storage.rows import AnyRow, Statement

LIFETIME_MS: Final = 30 * 24 * 3600 * 1000
MOST_SESSIONS: Final = 20  # of one person; the oldest gives way


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, as the database had them when the request came."""

    person: str
    session: str
    session_expires_ms: int
    name: str
    role: str
    school: str
    school_slug: str
    school_name: str
    phase: str
    zone: str
    strong: bool
    in_school: bool
    role_called: str  # the role's name, where the school made it itself; else the role
    year: str | None = None  # a learner's
    preferences: str = "{}"  # JSON of looks.rules.Preferences
    school_look: str = "{}"  # JSON of looks.rules.SchoolLook

    @property
    def own_room(self) -> str:
        return own_room_of(self.person)

    @property
    def card(self) -> dict[str, Any]:
        return {
            "id": self.person,
            "name": self.name,
            "role": self.role_called,
            "school": self.school,
            "initials": initials(self.name),
        }


def own_room_of(person_id: str) -> str:
    """A person's own room: where counts, invitations and outcomes reach that person."""
    return "u" + person_id[1:]


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


_find: Final = Statement(
    lambda _, given: (
        f"""
        SELECT given.hash, person.id, session.id, session.expires_ms, person.name, person.role, school.id,
               school.slug, school.name, school.phase, school.zone, session.strong, session.in_school,
               COALESCE(role.name, person.role), person.year, person.preferences, school.look
        FROM {given} AS given
        JOIN session ON session.token_hash = given.hash
        JOIN person ON person.id = session.person_id
        JOIN school ON school.id = person.school_id
        LEFT JOIN role ON role.id = person.role
        WHERE session.ended_ms IS NULL AND session.expires_ms > :now AND {standing.OPEN}
    """
    ),
    {"hash": str},
    "now",
)


def find(connection: Connection, tokens: Sequence[str], now_ms: int) -> list[Actor | None]:
    """The people behind these session tokens, in order; None where a session is unknown or over."""
    hashes = [hash_token(token) for token in tokens]
    rows = _find.run(connection, [(each,) for each in set(hashes)], now_ms).all()
    found: dict[str, Actor] = {row[0]: Actor(*tuple(row)[1:]) for row in rows}
    return [found.get(each) for each in hashes]


@dataclass(frozen=True, slots=True)
class Fresh:
    """A session that is to begin; `device`: what a person may recognise it by."""

    person: str
    device: str
    method: str = "password"
    strong: bool = False
    in_school: bool = False


_start: Final = Statement(
    lambda _, given: (
        f"""
        INSERT INTO session
            (id, token_hash, person_id, device, method, strong, in_school, created_ms, expires_ms)
        SELECT id, token_hash, person_id, device, method, strong, in_school,
            CAST(:now AS BIGINT), CAST(:expires AS BIGINT)
        FROM {given} AS given
    """
    ),
    {
        "id": str, "token_hash": str, "person_id": str, "device": str, "method": str, "strong": bool,
        "in_school": bool,
    },
    "now", "expires",
)  # fmt: skip


def start(tx: Transaction, person_id: str, device: str, now_ms: int) -> str:
    """Begin a session and give its token, which is kept nowhere."""
    return start_all(tx, [Fresh(person_id, device)], now_ms)[0]


def start_all(tx: Transaction, fresh: Sequence[Fresh], now_ms: int) -> list[str]:
    """Begin these sessions and give their tokens, which are kept nowhere."""
    tokens = [secrets.token_urlsafe(32) for _ in fresh]
    rows = [
        (new_id("k"), hash_token(token), each.person, each.device[:200], each.method, each.strong, each.in_school)
        for each, token in zip(fresh, tokens, strict=True)
    ]
    _start.run(tx.connection, rows, now_ms, now_ms + LIFETIME_MS)
    return tokens


_surplus: Final = Statement(
    lambda _, given: (
        f"""
        SELECT person_id, id FROM (
            SELECT session.person_id, session.id, ROW_NUMBER() OVER (
                PARTITION BY session.person_id ORDER BY session.created_ms DESC, session.id
            ) AS place
            FROM {given} AS given
            JOIN session ON session.person_id = given.person
            WHERE session.ended_ms IS NULL AND session.expires_ms > :now
        ) AS open_ones
        WHERE place > :most
    """
    ),
    {"person": str},
    "now", "most",
)  # fmt: skip


def surplus(connection: Connection, people: Collection[str], now_ms: int) -> dict[str, list[str]]:
    """The sessions of these people beyond the most that one may have, for those who have any."""
    found: dict[str, list[str]] = {}
    given = [(each,) for each in sorted(set(people))]
    for person_id, session_id in _surplus.run(connection, given, now_ms, MOST_SESSIONS):
        found.setdefault(person_id, []).append(session_id)
    return found


def end(tx: Transaction, ids: Collection[str], now_ms: int) -> None:
    tx.connection.execute(
        update(session).where(session.c.id.in_(ids), session.c.ended_ms.is_(None)).values(ended_ms=now_ms)
    )


def open_of(connection: Connection, person_id: str) -> list[str]:
    return list(
        connection.scalars(select(session.c.id).where(session.c.person_id == person_id, session.c.ended_ms.is_(None)))
    )


def ended(connection: Connection, ids: Collection[str], now_ms: int) -> dict[str, int]:
    """Which of these sessions are over, and the close code that tells why."""
    state: dict[str, AnyRow] = {}
    known = list(ids)
    for start_at in range(0, len(known), 500):
        part = known[start_at : start_at + 500]
        rows = connection.execute(
            select(
                session.c.id,
                session.c.ended_ms,
                session.c.expires_ms,
                person.c.disabled_ms,
                person.c.starts_ms,
                person.c.off_ms,
            )
            .join(person, person.c.id == session.c.person_id)
            .where(session.c.id.in_(part))
        )
        state.update({row.id: row for row in rows})
    codes = {each: _why_over(state.get(each), now_ms) for each in known}
    return {each: code for each, code in codes.items() if code is not None}


def _why_over(row: AnyRow | None, now_ms: int) -> int | None:
    if row is not None and not standing.was_open(row.disabled_ms, row.starts_ms, row.off_ms, now_ms):
        return CloseCode.ACCESS_REMOVED
    if row is None or row.ended_ms is not None:
        return CloseCode.SESSION_ENDED
    return CloseCode.NOT_SIGNED_IN if row.expires_ms <= now_ms else None
