"""Sub-groups of a room, for differentiated work: small rooms that nobody outside of them can tell exist.

A sub-group has a log of its own, so that what is handed out to it leaves no gap in anybody else's. Its name and its
people are known to those who look after the room; its members see their teachers, themselves, and "for you".
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from accounts.model import person, role, role_called
from accounts.policy.store import rights_now
from rooms.grants import Grant, keeps_all
from rooms.model import member, room
from rooms.seating import Moves, Seat, carry_out_in
from rooms.turn import Turn


@dataclass(frozen=True, slots=True)
class Subgroup:
    """As the asker may know it: `name` and `people` are empty for its own members."""

    id: str
    name: str
    people: tuple[str, ...]
    head: int
    read: int


def may_see(connection: Connection, person_id: str, room_id: str, now_ms: int) -> bool:
    """Whether this person is in the room, or in the sub-group, at this moment."""
    of = (member.c.room_id == room_id) & (member.c.person_id == person_id)
    begun = member.c.from_ms.is_(None) | (member.c.from_ms <= now_ms)
    going_on = member.c.until_ms.is_(None) | (member.c.until_ms > now_ms)
    return connection.scalar(select(member.c.person_id).where(of, begun, going_on)) is not None


def audience(connection: Connection, room_id: str) -> frozenset[str]:
    """For whom a sub-group is; without those who are there because they look after the room."""
    of = (member.c.room_id == room_id) & ~member.c.by_group
    return frozenset(connection.scalars(select(member.c.person_id).where(of)))


def keeps(grant: Grant) -> bool:
    """Whether the asker looks after the room, and so knows its sub-groups by name."""
    place = grant.place
    return place is not None and (place.may_administer or keeps_all(grant.who, place.kind))


def seen_in(connection: Connection, room_id: str, grant: Grant) -> list[Subgroup]:
    """The open sub-groups of a room that the asker is in, by name for those who look after it."""
    rows = connection.execute(
        select(room.c.id, room.c.name, room.c.last_seq, member.c.read_seq)
        .join(member, member.c.room_id == room.c.id)
        .where(room.c.part_of == room_id, room.c.closed_ms.is_(None), member.c.person_id == grant.who.id)
        .order_by(room.c.name, room.c.id)
    ).all()
    if not keeps(grant):
        return [Subgroup(row.id, "", (), row.last_seq, row.read_seq) for row in rows]
    people = {row.id: tuple(sorted(audience(connection, row.id))) for row in rows}
    return [Subgroup(row.id, row.name, people[row.id], row.last_seq, row.read_seq) for row in rows]


def of_rooms(connection: Connection, rooms: Collection[str]) -> list[str]:
    """All sub-groups of these rooms."""
    chosen = select(room.c.id).where(room.c.part_of.in_(sorted(rooms)), room.c.closed_ms.is_(None))
    return list(connection.scalars(chosen.order_by(room.c.id)))


def settle(turn: Turn, room_id: str) -> None:
    """The room has other members now, or others look after it: so do its sub-groups."""
    for each in of_rooms(turn.connection, [room_id]):
        carry_out_in(turn, moves(turn.connection, each))


def moves(connection: Connection, subgroup_id: str) -> Moves:
    """Those who look after the room come in; who has left the room goes."""
    of = connection.execute(select(room.c.part_of, room.c.kind, room.c.school_id).where(room.c.id == subgroup_id)).one()
    here = _members(connection, subgroup_id)
    above = {row.id: row for row in _members(connection, of.part_of)}
    rights = rights_now(connection, of.school_id)
    wanted = {
        row.id: Seat(row.name, row.called, True, row.until_ms)
        for row in above.values()
        if row.may_administer or (row.role, "administer", of.kind) in rights.lines
    }
    named = {row.id for row in here if not row.by_group}
    seated = {row.id: row for row in here if row.by_group}
    found = Moves(subgroup_id, quietly=True)
    found.go = sorted((seated.keys() - wanted.keys()) | (named - above.keys()))
    found.come = {who: seat for who, seat in sorted(wanted.items()) if who not in seated and who not in named}
    found.change = {
        who: wanted[who] for who, row in seated.items() if who in wanted and row.until_ms != wanted[who].until_ms
    }
    return found


def _members(connection: Connection, room_id: str) -> Sequence[Any]:
    return connection.execute(
        select(
            person.c.id, person.c.name, person.c.role, role_called.label("called"), member.c.by_group,
            member.c.may_administer, member.c.until_ms,
        )
        .join(member, member.c.person_id == person.c.id)
        .outerjoin(role, role.c.id == person.c.role)
        .where(member.c.room_id == room_id)
    ).all()  # fmt: skip
