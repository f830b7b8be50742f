"""Rooms whose members are those of a group: when the group changes, people come and go in the room, live."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, delete, select

from accounts.model import group_member, person, role, role_called
from accounts.relations import valid
from accounts.sessions import own_room_of
from accounts.standing import is_open
from rooms import log
from rooms.membership import added
from rooms.model import member, room
from storage.database import Transaction
from storage.rows import insert_rows

# Who has these parts in a group administers its room.
KEEPERS: Final = frozenset({"teacher", "head"})
BY: Final = ""  # nobody in particular: the roster, or the clock
MOST_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Seat:
    """How somebody of the group is in its room. `until_ms`: none for ever."""

    name: str
    role: str
    keeps: bool
    until_ms: int | None


@dataclass
class Moves:
    """What changes in one room."""

    room: str
    come: dict[str, Seat] = field(default_factory=dict)
    go: list[str] = field(default_factory=list)
    change: dict[str, Seat] = field(default_factory=dict)


def groups_changed(tx: Transaction, school_id: str, group_ids: Collection[str], now_ms: int) -> None:
    """Make the members of the rooms that follow these groups those that the groups have at this moment."""
    listed = sorted(group_ids)
    for start in range(0, len(listed), MOST_AT_ONCE):
        of = (room.c.group_id.in_(listed[start : start + MOST_AT_ONCE])) & (room.c.school_id == school_id)
        rooms = {row.id: row.group_id for row in tx.connection.execute(select(room.c.id, room.c.group_id).where(of))}
        log.lock(tx.connection, rooms)
        moves = [_moves(tx.connection, each, rooms[each], now_ms) for each in sorted(rooms)]
        _carry_out(tx, [each for each in moves if each.come or each.go or each.change], now_ms)


def _moves(connection: Connection, room_id: str, group_id: str, now_ms: int) -> Moves:
    here = connection.execute(
        select(member.c.person_id, member.c.by_group, member.c.may_administer, member.c.until_ms).where(
            member.c.room_id == room_id
        )
    ).all()
    by_name = {row.person_id for row in here if not row.by_group}
    seated = {row.person_id: (bool(row.may_administer), row.until_ms) for row in here if row.by_group}
    wanted = {who: seat for who, seat in _seats(connection, group_id, now_ms).items() if who not in by_name}
    moves = Moves(room_id, go=sorted(seated.keys() - wanted.keys()))
    for who, seat in sorted(wanted.items()):
        if who not in seated:
            moves.come[who] = seat
        elif seated[who] != (seat.keeps, seat.until_ms):
            moves.change[who] = seat
    return moves


def _seats(connection: Connection, group_id: str, now_ms: int) -> dict[str, Seat]:
    """The people of a group at this moment; of several parts of one person the furthest-reaching counts."""
    rows = connection.execute(
        select(group_member.c.person_id, group_member.c.part, group_member.c.until_ms, person.c.name, role_called)
        .join(person, person.c.id == group_member.c.person_id)
        .outerjoin(role, role.c.id == person.c.role)
        .where(group_member.c.group_id == group_id, valid(group_member, now_ms), is_open(now_ms))
    )
    seats: dict[str, Seat] = {}
    for who, part, until_ms, name, called in rows:
        keeps, before = part in KEEPERS, seats.get(who)
        if before is not None:
            keeps = keeps or before.keeps
            until_ms = None if None in (until_ms, before.until_ms) else max(until_ms, before.until_ms or 0)  # noqa: PLW2901
        seats[who] = Seat(name, called, keeps, until_ms)
    return seats


def _carry_out(tx: Transaction, moves: Sequence[Moves], now_ms: int) -> None:
    if not moves:
        return
    people = {own_room_of(who) for each in moves for who in (*each.come, *each.go)}
    log.lock(tx.connection, people)
    heads = log.heads(tx.connection, [*people, *(each.room for each in moves)])
    for each in moves:
        _seat(tx, each, heads, now_ms)
    log.write(tx, [row for each in moves for row in _rows(each, heads, now_ms)])


def _seat(tx: Transaction, moves: Moves, heads: Mapping[str, int], now_ms: int) -> None:
    gone = [*moves.go, *moves.change]
    marks = _read_marks(tx.connection, moves.room, moves.change)
    for start in range(0, len(gone), MOST_AT_ONCE):
        of = member.c.person_id.in_(gone[start : start + MOST_AT_ONCE])
        tx.connection.execute(delete(member).where(member.c.room_id == moves.room, of))
    seats = {**moves.come, **moves.change}
    rows = [
        (moves.room, who, True, seat.keeps, marks.get(who, heads[moves.room]), now_ms, True, None, seat.until_ms)
        for who, seat in seats.items()
    ]
    insert_rows(tx.connection, member, rows)


def _read_marks(connection: Connection, room_id: str, people: Collection[str]) -> dict[str, int]:
    of = (member.c.room_id == room_id) & member.c.person_id.in_(people)
    rows = connection.execute(select(member.c.person_id, member.c.read_seq).where(of))
    return {row.person_id: row.read_seq for row in rows}


def _rows(moves: Moves, heads: dict[str, int], now_ms: int) -> Iterator[log.Row]:
    """The events of a room, and of the own rooms of those who come and go."""
    for who, seat in moves.come.items():
        yield _row(moves.room, "member_added", added(who, seat.name, seat.role, may_write=True), heads, now_ms)
        yield _row(own_room_of(who), "room_joined", {"room": moves.room}, heads, now_ms)
    for who in moves.go:
        yield _row(moves.room, "member_removed", {"person": who}, heads, now_ms)
        yield _row(own_room_of(who), "room_left", {"room": moves.room}, heads, now_ms)


def _row(room_id: str, kind: str, body: dict[str, Any], heads: dict[str, int], now_ms: int) -> log.Row:
    heads[room_id] += 1
    return room_id, heads[room_id], kind, BY, now_ms, msgspec.json.encode(body).decode(), None, None
