"""How far a person has read each room, and what is unread."""

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Annotated, Any, Final

from msgspec import Meta
from sqlalchemy import Connection, select, update

from realtime.connection import Caller
from realtime.protocol import Command, Seq
from realtime.refusal import Refusal
from rooms import log
from rooms.model import member, room
from rooms.turn import Handler, Turn

MOST_MARKS: Final = 200
Mark = Annotated[
    str, Meta(pattern="^r[0-9a-z]{1,31}:[0-9]{1,15}$", description="A room and a seq of it, such as r12:481.")
]


class Read(Command, kw_only=True):
    """Everything up to `seq` has been read. The mark only moves forward."""

    seq: Seq


# Told that somebody has read on: turn, room, its kind, how far they had read it before, how far now.
Following = Callable[[Turn, str, str, int, int], None]


def _read(following: Sequence[Following], turn: Turn, command: Read) -> None:
    seq = min(command.seq, turn.grant.head)
    turn.reached = max(seq, turn.grant.read_seq)
    of = (member.c.room_id == command.room) & (member.c.person_id == turn.who.id) & (member.c.read_seq < seq)
    if not turn.connection.execute(update(member).where(of).values(read_seq=seq)).rowcount:
        return
    own = turn.own_room
    at = turn.append("room_read", {"room": command.room, "seq": seq}, own)
    if at % log.OWN_ROOM_KEEPS == 0:
        log.trim(turn.tx, own, at)
    kind = "" if turn.grant.place is None else turn.grant.place.kind
    for follow in following:
        follow(turn, command.room, kind, turn.grant.read_seq, seq)


class ReadAll(Command, kw_only=True):
    """Of several rooms, everything up to a place of each has been read. `room` is the person's own."""

    marks: Annotated[tuple[Mark, ...], Meta(max_length=MOST_MARKS)] = ()


def _read_all(following: Sequence[Following], turn: Turn, command: ReadAll) -> None:
    if command.room != turn.own_room:
        raise Refusal("bad_request", "This is said in one's own room.")
    marks = {room_id: int(seq) for room_id, _, seq in (each.partition(":") for each in command.marks)}
    chosen = (
        select(member.c.room_id, member.c.read_seq, room.c.last_seq, room.c.kind)
        .join(room, room.c.id == member.c.room_id)
        .where(member.c.person_id == turn.who.id, member.c.room_id.in_(marks))
        .order_by(member.c.room_id)
    )
    for room_id, read_seq, head, kind in turn.connection.execute(chosen).all():
        seq = min(marks[room_id], head)
        if seq > read_seq:
            of = (member.c.room_id == room_id) & (member.c.person_id == turn.who.id)
            turn.connection.execute(update(member).where(of).values(read_seq=seq))
            turn.append("room_read", {"room": room_id, "seq": seq})
            for follow in following:
                follow(turn, room_id, kind, read_seq, seq)


def _own_room(_: Read, caller: Caller) -> tuple[str, ...]:
    return (caller.own_room,)


def handlers(
    following: Sequence[Following], reaching: Callable[[Connection, Collection[str]], Collection[str]] | None = None
) -> tuple[Handler[Any], ...]:
    """The commands, and what features do when somebody has read on; `reaching` as of `Handler`."""
    return (
        Handler(Read, partial(_read, following), "read", limit="reads", also=_own_room, reaching=reaching),
        Handler(ReadAll, partial(_read_all, following), "read", limit="reads"),
    )
