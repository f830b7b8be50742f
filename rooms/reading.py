"""How far a person has read each room, and what is unread."""

from typing import Any, Final

from sqlalchemy import update

from realtime.connection import Caller
from realtime.protocol import Command, Seq
from rooms import log
from rooms.model import member
from rooms.turn import Handler, Turn


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


def _own_room(_: Read, caller: Caller) -> tuple[str, ...]:
    return (caller.own_room,)


HANDLERS: Final[tuple[Handler[Any], ...]] = (Handler(Read, read, "read", limit="reads", also=_own_room),)
