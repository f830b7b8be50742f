"""What people do with pins: pin a message, take a pin down."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from msgspec import Meta
from sqlalchemy import delete, select

from realtime.protocol import KeyedCommand
from realtime.refusal import Refusal
from rooms.marking import in_sight
from rooms.pins import model
from rooms.pins.model import pin
from rooms.turn import Handler, Turn
from storage.database import Transaction

MessageId = Annotated[str, Meta(min_length=2, max_length=64, description="A message's id.")]


class PinMessage(KeyedCommand, kw_only=True):
    """Keep a message in sight above the others, for everybody in the room."""

    message: MessageId


class UnpinMessage(KeyedCommand, kw_only=True):
    """Take a pin down. The message stays where it is."""

    message: MessageId


def pin_message(turn: Turn, command: PinMessage) -> None:
    room, found = command.room, in_sight(turn, command.room, command.message)
    if found.in_thread:
        raise Refusal("bad_request", "Only a message of the room itself can be pinned, not an answer below one.")
    turn.body = {"message": command.message}
    of = (pin.c.room_id == room) & (pin.c.seq == found.seq)
    if turn.connection.scalar(select(pin.c.seq).where(of)) is not None:
        return
    if model.count(turn.connection, room) >= model.MOST:
        raise Refusal("bad_request", "Ten messages are pinned here already. Take one down first.")
    turn.connection.execute(pin.insert().values(room_id=room, seq=found.seq, person_id=turn.who.id, at_ms=turn.now_ms))
    turn.append("message_pinned", {"message": command.message})


def unpin_message(turn: Turn, command: UnpinMessage) -> None:
    room, found = command.room, in_sight(turn, command.room, command.message)
    turn.body = {"message": command.message}
    of = (pin.c.room_id == room) & (pin.c.seq == found.seq)
    if turn.connection.execute(delete(pin).where(of)).rowcount:
        turn.append("message_unpinned", {"message": command.message})


def take_away(tx: Transaction, room: str, seqs: Sequence[int], by: str, now_ms: int) -> None:  # noqa: ARG001 - a hook
    """What is removed is pinned no longer; `message_removed` tells everybody."""
    tx.connection.execute(delete(pin).where(pin.c.room_id == room, pin.c.seq.in_(seqs)))


HANDLERS: Final[tuple[Handler[Any], ...]] = (
    Handler(PinMessage, pin_message, "notice", answers=("message",)),
    Handler(UnpinMessage, unpin_message, "notice", answers=("message",)),
)
