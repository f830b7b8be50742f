"""What people do with messages: post, edit, remove."""

from typing import Annotated, Any, Final

from msgspec import Meta
from sqlalchemy import select, update

from realtime.protocol import KeyedCommand
from realtime.refusal import Refusal
from rooms import log
from rooms.messages.model import message, message_change, message_edit
from rooms.messages.rules import clean_reason, clean_text, message_id, seq_of
from rooms.turn import Handler, Turn
from storage.rows import AnyRow

# No longest length here: the doors bound what comes, white space at the ends is trimmed, and the refusal is a kind one.
Text = Annotated[str, Meta(description="What is written, as plain text: 1 to 8,000 characters.")]
MessageId = Annotated[str, Meta(min_length=2, max_length=64, description="A message's id.")]
Reason = Annotated[str, Meta(max_length=500, description="Why, for the record.")]


class PostMessage(KeyedCommand, kw_only=True):
    """Write a message in a room, or a reply to one."""

    text: Text
    reply_to: MessageId | None = None


class EditMessage(KeyedCommand, kw_only=True):
    """Change the text of one's own message. The log shows that it was changed."""

    message: MessageId
    text: Text


class RemoveMessage(KeyedCommand, kw_only=True):
    """Take a message away for everybody. Its text leaves the log and is kept apart."""

    message: MessageId
    reason: Reason | None = None


def post_message(turn: Turn, command: PostMessage) -> None:
    text = clean_text(command.text)
    seq = turn.next_seq()
    body = {"message": message_id(command.room, seq), "text": text}
    if command.reply_to is not None:
        body["reply_to"] = message_id(command.room, _standing(turn, command.room, command.reply_to).seq)
    turn.append("message_posted", body)


def edit_message(turn: Turn, command: EditMessage) -> None:
    text = clean_text(command.text)
    found = _standing(turn, command.room, command.message)
    if found.author_id != turn.who.id:
        raise Refusal("forbidden", "You can change only what you wrote yourself.")
    seq = turn.append("message_edited", {"message": command.message, "text": text})
    turn.insert(message_edit, (command.room, found.seq, seq))
    _change(turn, command.room, found.seq, text_seq=seq, edited_ms=turn.now_ms)


def remove_message(turn: Turn, command: RemoveMessage) -> None:
    found = _standing(turn, command.room, command.message)
    if found.author_id != turn.who.id:
        turn.require("remove")
    turn.append("message_removed", {"message": command.message})
    edits = select(message_edit.c.seq).where(
        message_edit.c.room_id == command.room, message_edit.c.message_seq == found.seq
    )
    seqs = [found.seq, *turn.connection.scalars(edits)]
    tombstone = {"message": command.message, "removed": True}
    reason = clean_reason(command.reason)
    log.redact(turn.tx, command.room, seqs, tombstone, turn.who.id, turn.now_ms, reason)
    _change(turn, command.room, found.seq, removed_ms=turn.now_ms)


def _change(turn: Turn, room: str, seq: int, **values: int) -> None:
    """Note what became of a message."""
    of = (message_change.c.room_id == room) & (message_change.c.seq == seq)
    if not turn.connection.execute(update(message_change).where(of).values(**values)).rowcount:
        turn.connection.execute(message_change.insert().values(room_id=room, seq=seq, **values))


def _standing(turn: Turn, room: str, of: str) -> AnyRow:
    """The message of this id that has not been removed."""
    seq = seq_of(of, room)
    found = turn.connection.execute(
        select(message.c.seq, message.c.author_id, message.c.removed_ms).where(_is(room, seq))
    ).first()
    if found is None or found.removed_ms is not None:
        raise Refusal("not_found", "This message does not exist any more.")
    return found


def _is(room: str, seq: int) -> Any:
    return (message.c.room_id == room) & (message.c.seq == seq)


REDACTING: Final = frozenset({"message_removed"})

HANDLERS: Final[tuple[Handler[Any], ...]] = (
    Handler(PostMessage, post_message, "write", limit="posts", answers=("message",)),
    Handler(EditMessage, edit_message, "write", answers=("message",)),
    Handler(RemoveMessage, remove_message, "read", answers=("message",)),
)
