"""Questions about rooms: mine, their members, whether I may."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, select, true

from accounts.asking import refusal
from accounts.model import person, role, role_called
from accounts.rights import Verb, may
from accounts.rules import initials
from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms import grants, private
from rooms.grants import Grant
from rooms.kinds import accent_of, icon_of
from rooms.model import member, room
from rooms.subgroups import keeps
from storage.rows import AnyRow

_above: Final = room.alias("above")
_CARD: Final = (
    room.c.id, room.c.kind, room.c.name, room.c.icon, room.c.accent, room.c.welcome, room.c.who_writes, room.c.part_of,
    room.c.closed_ms, _above.c.name.label("above_name"),
)  # fmt: skip

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
    floor: int = 1  # the first seq that they may see
    icon: str = ""
    accent: str = ""
    part_of: str | None = None  # the room that this one is a sub-group of
    archived: bool = False


def require(connection: Connection, actor: Actor, room_id: str, verb: Verb, now_ms: int) -> Grant:
    """The actor's grant in a room, if they may `verb` there; else a Refusal."""
    grant = grants.load(connection, [(0, actor.person, actor.session, room_id, None)], now_ms)[0]
    at = datetime.fromtimestamp(now_ms / 1000, UTC)
    code = may(grant.who, verb, grant.place, at)
    if code is not None:
        raise refusal(code, grant.who, verb, grant.place, at)
    return grant


def require_shared(connection: Connection, actor: Actor, room_id: str, verb: Verb, now_ms: int) -> Grant:
    """The same for what only rooms with a door have: for a thread, or where somebody asks for help, there is none."""
    grant = require(connection, actor, room_id, "read", now_ms)
    if grant.place is not None and grant.place.kind in private.KINDS:
        raise Refusal("not_found")
    return grant if verb == "read" else require(connection, actor, room_id, verb, now_ms)


def rooms_of(connection: Connection, actor: Actor, now_ms: int) -> list[RoomCard]:
    """The rooms that a person may enter, by name; their own room, archived ones and sub-groups among them.

    Not threads in which nothing was said yet.
    """
    rows = connection.execute(
        select(*_CARD)
        .join(member, member.c.room_id == room.c.id)
        .outerjoin(_above, _above.c.id == room.c.part_of)
        .where(member.c.person_id == actor.person)
        .order_by(room.c.name, room.c.id)
    ).all()
    pairs = [(n, actor.person, actor.session, row.id, None) for n, row in enumerate(rows)]
    loaded = grants.load(connection, pairs, now_ms)
    at = datetime.fromtimestamp(now_ms / 1000, UTC)
    quiet = [row.id for row in rows if row.kind in private.KINDS]
    called = private.names(connection, quiet, actor.person) if quiet else {}
    return [
        RoomCard(
            row.id,
            row.kind,
            called[row.id] if row.id in called else _name(row, grant),
            grant.head,
            grant.read_seq,
            may(grant.who, "write", grant.place, at) is None,
            grant.floor,
            icon_of(row.kind, row.icon),
            accent_of(row.kind, row.accent),
            row.part_of,
            row.closed_ms is not None,
        )
        for row, grant in zip(rows, loaded, strict=True)
        if may(grant.who, "read", grant.place, at) is None and not (row.kind == "thread" and grant.head == 0)
    ]


def names_known_to(connection: Connection, actor: Actor, now_ms: int) -> dict[str, str]:
    """The names of the rooms that a person may enter, by id."""
    return {each.id: each.name for each in rooms_of(connection, actor, now_ms)}


def card(connection: Connection, room_id: str, grant: Grant | None = None) -> Mapping[str, Any]:
    """What a room's page says of it to whoever has this grant."""
    chosen = select(*_CARD).outerjoin(_above, _above.c.id == room.c.part_of).where(room.c.id == room_id)
    row = connection.execute(chosen).one()
    name = _name(row, grant)
    if row.kind in private.KINDS and grant is not None:
        name = private.names(connection, [room_id], grant.who.id).get(room_id, "")
    return {
        "id": row.id, "kind": row.kind, "name": name, "icon": icon_of(row.kind, row.icon),
        "accent": accent_of(row.kind, row.accent), "part_of": row.part_of, "archived": row.closed_ms is not None,
        "welcome": row.welcome, "who_writes": row.who_writes,
    }  # fmt: skip


def members(connection: Connection, room_id: str, grant: Grant | None = None) -> Sequence[dict[str, Any]]:
    """Who is in a room, by name, as far as whoever has this grant may know: of a sub-group those who look after it."""
    of = connection.execute(select(room.c.part_of).where(room.c.id == room_id)).scalar()
    hidden = of is not None and not (grant is not None and keeps(grant))
    seen = (member.c.by_group | (member.c.person_id == (grant.who.id if grant else ""))) if hidden else true()
    rows = connection.execute(
        select(person.c.id, person.c.name, role_called.label("role"), member.c.may_write)
        .join(member, member.c.person_id == person.c.id)
        .outerjoin(role, role.c.id == person.c.role)
        .where(member.c.room_id == room_id, seen)
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


def _name(row: AnyRow, grant: Grant | None) -> str:
    """Its own; a sub-group has none for its members, who read the name of the room that it is of."""
    if row.part_of is None or (grant is not None and keeps(grant)):
        return str(row.name)
    return str(row.above_name)
