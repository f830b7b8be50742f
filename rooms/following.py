"""Rooms whose members are those of groups: when a group changes, people come and go in its rooms, live."""

from collections.abc import Collection, Iterator
from typing import Any, Final

from sqlalchemy import Connection, and_, or_, select

from accounts.model import group_member, guardian, person, role, role_called
from accounts.relations import TEACHING, valid
from accounts.standing import is_open
from rooms import log, subgroups
from rooms.model import member, room, room_group
from rooms.seating import MOST_AT_ONCE, Moves, Seat, carry_out, carry_out_in
from rooms.turn import Turn
from storage.database import Transaction

# Who has these parts in a group looks after its rooms, where those say so.
KEEPERS: Final = frozenset({"teacher", "head"})

_Found = tuple[str, Seat]


def groups_changed(tx: Transaction, school_id: str, group_ids: Collection[str], now_ms: int) -> None:
    """Make the members of the open rooms that follow these groups those that the groups have at this moment."""
    listed = sorted(group_ids)
    for start in range(0, len(listed), MOST_AT_ONCE):
        chosen = (
            select(room.c.id)
            .join(room_group, room_group.c.room_id == room.c.id)
            .where(
                room_group.c.group_id.in_(listed[start : start + MOST_AT_ONCE]), room.c.school_id == school_id,
                room.c.closed_ms.is_(None),
            )
        )  # fmt: skip
        rooms = sorted(set(tx.connection.scalars(chosen)))
        parts = subgroups.of_rooms(tx.connection, rooms)
        log.lock(tx.connection, [*rooms, *parts])
        carry_out(tx, [_moves(tx.connection, each, now_ms) for each in rooms], now_ms)
        carry_out(tx, [subgroups.moves(tx.connection, each) for each in parts], now_ms)


def settle(turn: Turn, room_id: str) -> None:
    """As a part of a command: the same for one room that follows other groups now."""
    carry_out_in(turn, _moves(turn.connection, room_id, turn.now_ms))
    subgroups.settle(turn, room_id)


def _moves(connection: Connection, room_id: str, now_ms: int) -> Moves:
    here = connection.execute(select(member).where(member.c.room_id == room_id)).all()
    by_name = {row.person_id for row in here if not row.by_group}
    seated = {row.person_id: row for row in here if row.by_group}
    wanted = {who: seat for who, seat in _seats(connection, room_id, now_ms).items() if who not in by_name}
    moves = Moves(room_id, go=sorted(seated.keys() - wanted.keys()))
    for who, seat in sorted(wanted.items()):
        if who not in seated:
            moves.come[who] = seat
        elif not _sits(seated[who], seat):
            moves.change[who] = seat
    return moves


def _sits(row: Any, seat: Seat) -> bool:
    same = row.by_hand or (bool(row.may_administer), bool(row.may_write)) == (seat.keeps, seat.may_write)
    return same and row.until_ms == seat.until_ms


def _seats(connection: Connection, room_id: str, now_ms: int) -> dict[str, Seat]:
    """The people of a room's groups at this moment; of several seats of one person the furthest-reaching counts."""
    seats: dict[str, Seat] = {}
    for who, seat in (*_of_groups(connection, room_id, now_ms), *_guardians(connection, room_id, now_ms)):
        before = seats.get(who)
        seats[who] = seat if before is None else _further(before, seat)
    return seats


def _further(one: Seat, other: Seat) -> Seat:
    until_ms = None
    if one.until_ms is not None and other.until_ms is not None:
        until_ms = max(one.until_ms, other.until_ms)
    return Seat(one.name, one.role, one.keeps or other.keeps, until_ms, one.may_write or other.may_write)


def _of_groups(connection: Connection, room_id: str, now_ms: int) -> Iterator[_Found]:
    follows = room_group.c.part
    rows = connection.execute(
        select(
            person.c.id, person.c.name, role_called, group_member.c.part, group_member.c.until_ms,
            room_group.c.keeps, room_group.c.may_write,
        )
        .select_from(room_group)
        .join(group_member, group_member.c.group_id == room_group.c.group_id)
        .join(person, person.c.id == group_member.c.person_id)
        .outerjoin(role, role.c.id == person.c.role)
        .where(
            room_group.c.room_id == room_id, valid(group_member, now_ms), is_open(now_ms),
            or_(
                and_(follows == "learners", group_member.c.part == "learner"),
                and_(follows == "staff", group_member.c.part.in_(TEACHING)),
            ),
        )
    )  # fmt: skip
    for who, name, called, part, until_ms, keeps, may_write in rows:
        yield who, Seat(name, called, bool(keeps) and part in KEEPERS, until_ms, bool(may_write))


def _guardians(connection: Connection, room_id: str, now_ms: int) -> Iterator[_Found]:
    """Those of the groups' learners."""
    rows = connection.execute(
        select(person.c.id, person.c.name, role_called, group_member.c.until_ms, room_group.c.may_write)
        .select_from(room_group)
        .join(group_member, group_member.c.group_id == room_group.c.group_id)
        .join(guardian, guardian.c.learner_id == group_member.c.person_id)
        .join(person, person.c.id == guardian.c.guardian_id)
        .outerjoin(role, role.c.id == person.c.role)
        .where(
            room_group.c.room_id == room_id, room_group.c.part == "guardians", group_member.c.part == "learner",
            valid(group_member, now_ms), is_open(now_ms),
        )
    )  # fmt: skip
    for who, name, called, until_ms, may_write in rows:
        yield who, Seat(name, called, False, until_ms, bool(may_write))
