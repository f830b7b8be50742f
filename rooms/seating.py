"""People come into rooms and go out of them: the rows of the members, and who is told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, delete, select, update

from accounts.rules import initials
from accounts.sessions import own_room_of
from rooms import log
from rooms.model import member, room
from rooms.turn import Turn
from storage.database import Transaction
from storage.rows import insert_rows

BY: Final = ""  # nobody in particular: the roster, or the clock
MOST_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Seat:
    """How somebody is in a room that follows groups. `until_ms`: none for ever. None of `may_write`: as it was."""

    name: str
    role: str
    keeps: bool
    until_ms: int | None
    may_write: bool = True


@dataclass
class Moves:
    """What changes in one room. `quietly`: its log names nobody, because its people must not know of each other."""

    room: str
    come: dict[str, Seat] = field(default_factory=dict)
    go: list[str] = field(default_factory=list)
    change: dict[str, Seat] = field(default_factory=dict)
    quietly: bool = False

    def __bool__(self) -> bool:
        return bool(self.come or self.go or self.change)


def added(person_id: str, name: str, role: str, *, may_write: bool) -> dict[str, Any]:
    """What the room's log says of somebody who came."""
    return {"person": person_id, "name": name, "initials": initials(name), "role": role, "may_write": may_write}


def carry_out(tx: Transaction, all_moves: Sequence[Moves], now_ms: int) -> None:
    """Outside of a command: for the roster and the clock. The rooms are locked already."""
    moves = [each for each in all_moves if each]
    people = {own_room_of(who) for each in moves for who in (*each.come, *each.go)}
    log.lock(tx.connection, people)
    heads = log.heads(tx.connection, [*people, *(each.room for each in moves)])
    for each in moves:
        _seat(tx.connection, each, heads[each.room], now_ms)
    log.write(tx, [_row(of, kind, body, heads, now_ms) for each in moves for of, kind, body in _told(each)])


def carry_out_in(turn: Turn, moves: Moves) -> None:
    """As a part of a command, after its own event."""
    turn.reach([moves.room, *map(own_room_of, (*moves.come, *moves.go))])
    _seat(turn.connection, moves, turn.next_seq(moves.room) - 1, turn.now_ms)
    for of, kind, body in _told(moves):
        turn.append(kind, body, of)


def first_seen(connection: Connection, room_id: str, head: int) -> int:
    """The first seq that somebody who comes now may see, in a room that stands at `head`."""
    past = connection.scalars(select(room.c.past).where(room.c.id == room_id)).one()
    return 1 if past == "everything" else head + 1


def _seat(connection: Connection, moves: Moves, head: int, now_ms: int) -> None:
    for start in range(0, len(moves.go), MOST_AT_ONCE):
        of = member.c.person_id.in_(moves.go[start : start + MOST_AT_ONCE])
        connection.execute(delete(member).where(member.c.room_id == moves.room, of))
    for who, seat in moves.change.items():
        _change(connection, moves.room, who, seat)
    if moves.come:
        first = first_seen(connection, moves.room, head)
        insert_rows(connection, member, [
            (moves.room, who, seat.may_write, seat.keeps, head, now_ms, True, None, seat.until_ms, first, False)
            for who, seat in moves.come.items()
        ])  # fmt: skip


def _change(connection: Connection, room_id: str, who: str, seat: Seat) -> None:
    """What was set by hand stays as it was set."""
    of = (member.c.room_id == room_id) & (member.c.person_id == who)
    connection.execute(update(member).where(of).values(until_ms=seat.until_ms))
    rights = {"may_write": seat.may_write, "may_administer": seat.keeps}
    connection.execute(update(member).where(of, ~member.c.by_hand).values(**rights))


def _told(moves: Moves) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """The events of a room, and of the own rooms of those who come and go."""
    for who, seat in moves.come.items():
        if not moves.quietly:
            yield moves.room, "member_added", added(who, seat.name, seat.role, may_write=seat.may_write)
        yield own_room_of(who), "room_joined", {"room": moves.room}
    for who in moves.go:
        if moves.quietly:  # else the room's own log has their access judged anew
            yield own_room_of(who), "access_changed", {}
        else:
            yield moves.room, "member_removed", {"person": who}
        yield own_room_of(who), "room_left", {"room": moves.room}


def _row(of: str, kind: str, body: Mapping[str, Any], heads: dict[str, int], now_ms: int) -> log.Row:
    heads[of] += 1
    return of, heads[of], kind, BY, now_ms, msgspec.json.encode(body).decode(), None, None
