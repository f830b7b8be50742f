"""What people do with reactions: put one on a message, take it away again."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from msgspec import Meta
from sqlalchemy import delete

from realtime.protocol import KeyedCommand
from rooms.marking import in_sight
from rooms.reactions import model
from rooms.reactions.model import reaction
from rooms.reactions.rules import Reaction
from rooms.turn import Handler, Turn
from storage.database import Transaction

MessageId = Annotated[str, Meta(min_length=2, max_length=64, description="A message's id.")]


class React(KeyedCommand, kw_only=True):
    """Put a reaction on a message. One of each kind is enough: a second one changes nothing."""

    message: MessageId
    reaction: Reaction


class Unreact(KeyedCommand, kw_only=True):
    """Take a reaction of one's own away again."""

    message: MessageId
    reaction: Reaction


def react(turn: Turn, command: React) -> None:
    room, kind, me = command.room, command.reaction, turn.who.id
    seq = in_sight(turn, room, command.message).seq
    turn.body = {"message": command.message}
    if model.mine(turn.connection, room, seq, kind, me):
        return
    turn.connection.execute(reaction.insert().values(room_id=room, seq=seq, kind=kind, person_id=me, at_ms=turn.now_ms))
    turn.append("reaction_added", _body(turn, command, seq))


def unreact(turn: Turn, command: Unreact) -> None:
    room, kind, me = command.room, command.reaction, turn.who.id
    seq = in_sight(turn, room, command.message).seq
    turn.body = {"message": command.message}
    of = (
        (reaction.c.room_id == room)
        & (reaction.c.seq == seq)
        & (reaction.c.kind == kind)
        & (reaction.c.person_id == me)
    )
    if turn.connection.execute(delete(reaction).where(of)).rowcount:
        turn.append("reaction_removed", _body(turn, command, seq))


def _body(turn: Turn, command: React | Unreact, seq: int) -> dict[str, Any]:
    """`alone`: nobody else has put this on the message, so that it comes or goes for everybody."""
    alone = not model.others(turn.connection, command.room, seq, command.reaction, turn.who.id)
    return {"message": command.message, "reaction": command.reaction, **({"alone": True} if alone else {})}


def take_away(tx: Transaction, room: str, seqs: Sequence[int], by: str, now_ms: int) -> None:  # noqa: ARG001 - a hook
    """Of messages that are removed nothing is left to react to."""
    tx.connection.execute(delete(reaction).where(reaction.c.room_id == room, reaction.c.seq.in_(seqs)))


# Taking back is for whoever may read: nobody is held to what they may put there no longer.
HANDLERS: Final[tuple[Handler[Any], ...]] = (
    Handler(React, react, "react", feature="reactions", answers=("message",)),
    Handler(Unreact, unreact, "read", answers=("message",)),
)
