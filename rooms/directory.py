"""Questions about rooms: mine, their members, whether I may."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from accounts.asking import refusal
from accounts.model import person, role, role_called
from accounts.rights import Verb, may
from accounts.rules import initials
from accounts.sessions import Actor
from rooms import grants
from rooms.grants import Grant
from rooms.model import member, room

Unread = Callable[[Connection, str], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class RoomCard:
    """A room as its members know it."""

    id: str
    kind: str
    name: str
    head: int
    read: int
    may_write: bool


def require(connection: Connection, actor: Actor, room_id: str, verb: Verb, now_ms: int) -> Grant:
    """The actor's grant in a room, if they may `verb` there; else a Refusal."""
    grant = grants.load(connection, [(0, actor.person, actor.session, room_id, None)], now_ms)[0]
    at = datetime.fromtimestamp(now_ms / 1000, UTC)
    code = may(grant.who, verb, grant.place, at)
    if code is not None:
        raise refusal(code, grant.who, verb, grant.place, at)
    return grant


def rooms_of(connection: Connection, actor: Actor, now_ms: int) -> list[RoomCard]:
    """The rooms that a person may enter, their own room among them, by name."""
    rows = connection.execute(
        select(room.c.id, room.c.kind, room.c.name)
        .join(member, member.c.room_id == room.c.id)
        .where(member.c.person_id == actor.person)
        .order_by(room.c.name, room.c.id)
    ).all()
    pairs = [(n, actor.person, actor.session, row.id, None) for n, row in enumerate(rows)]
    loaded = grants.load(connection, pairs, now_ms)
    at = datetime.fromtimestamp(now_ms / 1000, UTC)
    return [
        RoomCard(
            row.id, row.kind, row.name, grant.head, grant.read_seq, may(grant.who, "write", grant.place, at) is None
        )
        for row, grant in zip(rows, loaded, strict=True)
        if may(grant.who, "read", grant.place, at) is None
    ]


def names_known_to(connection: Connection, actor: Actor, now_ms: int) -> dict[str, str]:
    """The names of the rooms that a person may enter, by id."""
    return {each.id: each.name for each in rooms_of(connection, actor, now_ms)}


def card(connection: Connection, room_id: str) -> Mapping[str, Any]:
    return connection.execute(select(room.c.id, room.c.kind, room.c.name).where(room.c.id == room_id)).one()._asdict()


def members(connection: Connection, room_id: str) -> Sequence[dict[str, Any]]:
    """Who is in a room, by name."""
    rows = connection.execute(
        select(person.c.id, person.c.name, role_called.label("role"), member.c.may_write)
        .join(member, member.c.person_id == person.c.id)
        .outerjoin(role, role.c.id == person.c.role)
        .where(member.c.room_id == room_id)
        .order_by(person.c.name, person.c.id)
    )
    return [
        {"id": row.id, "name": row.name, "initials": initials(row.name), "role": row.role, "may_write": row.may_write}
        for row in rows
    ]


def names_of(connection: Connection, people: Collection[str]) -> dict[str, str]:
    """Names by person, also of those who have left the room."""
    rows = connection.execute(select(person.c.id, person.c.name).where(person.c.id.in_(people)))
    return {row.id: row.name for row in rows}
