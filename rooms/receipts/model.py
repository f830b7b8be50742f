"""How far everybody in a private room is, and what somebody has said there."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import ColumnElement, Connection, func, select, text

from accounts import standing
from accounts.model import person
from accounts.relations import valid
from accounts.rights import Other, Place
from accounts.sessions import own_room_of
from rooms.model import event, member, room
from rooms.posts import message_change
from rooms.private import KINDS, SAID, seat_note
from rooms.receipts.rules import Mark

_deliver: Final = text(
    "INSERT INTO seat_note (room_id, person_id, delivered_seq) VALUES (:room, :who, :seq)"
    " ON CONFLICT (room_id, person_id) DO UPDATE SET delivered_seq = excluded.delivered_seq"
    " WHERE seat_note.delivered_seq < excluded.delivered_seq"
)


def own_rooms(connection: Connection, rooms: Collection[str]) -> list[str]:
    """The own rooms of everybody in those of these rooms that are private."""
    of = room.c.id.in_(sorted(rooms)) & room.c.kind.in_(KINDS)
    chosen = select(member.c.person_id).join(room, room.c.id == member.c.room_id).where(of)
    return [own_room_of(each) for each in connection.scalars(chosen)]


def others_in(connection: Connection, place: Place, but: str, now_ms: int) -> Sequence[Other]:
    """Everybody else who is in a private room now."""
    if place.people is not None:
        return place.people
    rows = connection.execute(
        select(person.c.id, person.c.role, person.c.year)
        .join(member, member.c.person_id == person.c.id)
        .where(member.c.room_id == place.room, person.c.id != but, valid(member, now_ms), standing.is_open(now_ms))
        .order_by(person.c.id)
    )
    return [Other(*row) for row in rows]


def marks_of(connection: Connection, room: str, people: Collection[str]) -> Mapping[str, Mark]:
    """What somebody has read a device of theirs has had."""
    here = (seat_note.c.room_id == member.c.room_id) & (seat_note.c.person_id == member.c.person_id)
    rows = connection.execute(
        select(member.c.person_id, member.c.read_seq, func.coalesce(seat_note.c.delivered_seq, 0))
        .outerjoin(seat_note, here)
        .where(member.c.room_id == room, member.c.person_id.in_(sorted(people)))
    )
    return {who: Mark(max(read, delivered), read) for who, read, delivered in rows}


def noted(connection: Connection, room: str, who: str) -> int:
    """How far a device of theirs has said that it has this room."""
    of = (seat_note.c.room_id == room) & (seat_note.c.person_id == who)
    found: int | None = connection.scalar(select(seat_note.c.delivered_seq).where(of))
    return found or 0


def deliver(connection: Connection, room: str, who: str, seq: int) -> None:
    """A device of theirs has everything up to `seq`."""
    connection.execute(_deliver, {"room": room, "who": who, "seq": seq})


def authors_between(connection: Connection, room: str, after: int, upto: int, but: str) -> dict[str, int]:
    """Who else has said something in this stretch that still stands, and the last of it."""
    rows = connection.execute(
        select(event.c.author_id, func.max(event.c.seq))
        .outerjoin(message_change, _changed)
        .where(_standing(room), event.c.seq > after, event.c.seq <= upto, event.c.author_id != but)
        .group_by(event.c.author_id)
        .order_by(event.c.author_id)
    )
    return {row[0]: row[1] for row in rows}


def newest(connection: Connection, room: str, author: str, upto: int) -> int:
    """The last that somebody has said up to here and that still stands; 0 if there is nothing."""
    found: int | None = connection.scalar(
        select(event.c.seq)
        .outerjoin(message_change, _changed)
        .where(_standing(room), event.c.seq <= upto, event.c.author_id == author)
        .order_by(event.c.seq.desc())
        .limit(1)
    )
    return found or 0


_changed = (message_change.c.room_id == event.c.room_id) & (message_change.c.seq == event.c.seq)


def _standing(room: str) -> ColumnElement[bool]:
    return (event.c.room_id == room) & event.c.kind.in_(SAID) & message_change.c.removed_ms.is_(None)
