"""How far a person has read each room, and what is unread."""

from typing import Annotated, Any, Final

from msgspec import Meta
from sqlalchemy import select, update

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


def read(turn: Turn, command: Read) -> None:
    seq = min(command.seq, turn.grant.head)
    turn.reached = max(seq, turn.grant.read_seq)
    of = (member.c.room_id == command.room) & (member.c.person_id == turn.who.id) & (member.c.read_seq < seq)
    if not turn.connection.execute(update(member).where(of).values(read_seq=seq)).rowcount:
        return
    own = turn.own_room
    at = turn.append("room_read", {"room": command.room, "seq": seq}, own)
    if at % log.OWN_ROOM_KEEPS == 0:
        log.trim(turn.tx, own, at)


class ReadAll(Command, kw_only=True):
    """Of several rooms, everything up to a place of each has been read. `room` is the person's own."""

    marks: Annotated[tuple[Mark, ...], Meta(max_length=MOST_MARKS)] = ()


def read_all(turn: Turn, command: ReadAll) -> None:
    if command.room != turn.own_room:
        raise Refusal("bad_request", "This is said in one's own room.")
    marks = {room_id: int(seq) for room_id, _, seq in (each.partition(":") for each in command.marks)}
    chosen = (
        select(member.c.room_id, member.c.read_seq, room.c.last_seq)
        .join(room, room.c.id == member.c.room_id)
        .where(member.c.person_id == turn.who.id, member.c.room_id.in_(marks))
        .order_by(member.c.room_id)
    )
    for room_id, read_seq, head in turn.connection.execute(chosen).all():
        seq = min(marks[room_id], head)
        if seq > read_seq:
            of = (member.c.room_id == room_id) & (member.c.person_id == turn.who.id)
            turn.connection.execute(update(member).where(of).values(read_seq=seq))
            turn.append("room_read", {"room": room_id, "seq": seq})


def _own_room(_: Read, caller: Caller) -> tuple[str, ...]:
    return (caller.own_room,)


HANDLERS: Final[tuple[Handler[Any], ...]] = (
    Handler(Read, read, "read", limit="reads", also=_own_room),
    Handler(ReadAll, read_all, "read", limit="reads"),
)
