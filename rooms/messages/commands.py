"""What people do with messages: post, edit, remove."""

from typing import Annotated, Any, Final

from msgspec import Meta
from sqlalchemy import select, update

from realtime.protocol import KeyedCommand
from realtime.refusal import Refusal
from rooms import log
from rooms.posting import Hooks
from rooms.posts import clean_reason, clean_text, message_change, message_edit, message_id, standing
from rooms.turn import Handler, Turn

# No longest length here: the doors bound what comes, white space at the ends is trimmed, and the refusal is a kind one.
Text = Annotated[str, Meta(description="What is written, as plain text: 1 to 8,000 characters.")]
MessageId = Annotated[str, Meta(min_length=2, max_length=64, description="A message's id.")]
Reason = Annotated[str, Meta(max_length=500, description="Why, for the record.")]
FileId = Annotated[str, Meta(max_length=32, pattern="^f[0-9a-z]+$", description="A file's id.")]


class PostMessage(KeyedCommand, kw_only=True):
    """Write a message in a room, or a reply to one."""

    text: Text
    reply_to: MessageId | None = None
    files: Annotated[tuple[FileId, ...], Meta(max_length=10)] = ()


class EditMessage(KeyedCommand, kw_only=True):
    """Change the text of one's own message. The log shows that it was changed."""

    message: MessageId
    text: Text


class RemoveMessage(KeyedCommand, kw_only=True):
    """Take a message away for everybody. Its text leaves the log and is kept apart."""

    message: MessageId
    reason: Reason | None = None


def post_message(turn: Turn, command: PostMessage, hooks: Hooks) -> None:
    text = clean_text(command.text)
    seq = turn.next_seq()
    body: dict[str, Any] = {"message": message_id(command.room, seq), "text": text}
    if command.reply_to is not None:
        body["reply_to"] = message_id(command.room, standing(turn, command.room, command.reply_to).seq)
    for adding in hooks.adding:
        body |= adding(turn, command)
    turn.append("message_posted", body)


def edit_message(turn: Turn, command: EditMessage) -> None:
    text = clean_text(command.text)
    found = standing(turn, command.room, command.message)
    if found.author_id != turn.who.id:
        raise Refusal("forbidden", "You can change only what you wrote yourself.")
    seq = turn.append("message_edited", {"message": command.message, "text": text})
    turn.insert(message_edit, (command.room, found.seq, seq))
    _change(turn, command.room, found.seq, text_seq=seq, edited_ms=turn.now_ms)


def remove_message(turn: Turn, command: RemoveMessage, hooks: Hooks) -> None:
    found = standing(turn, command.room, command.message)
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
    for removing in hooks.removing:
        removing(turn.tx, command.room, [found.seq], turn.who.id, turn.now_ms)


def _change(turn: Turn, room: str, seq: int, **values: int) -> None:
    """Note what became of a message."""
    of = (message_change.c.room_id == room) & (message_change.c.seq == seq)
    if not turn.connection.execute(update(message_change).where(of).values(**values)).rowcount:
        turn.connection.execute(message_change.insert().values(room_id=room, seq=seq, **values))


REDACTING: Final = frozenset({"message_removed"})


def handlers(hooks: Hooks) -> tuple[Handler[Any], ...]:
    """The handlers; `hooks`: what happens besides when a message is posted or removed."""

    def post(turn: Turn, command: PostMessage) -> None:
        post_message(turn, command, hooks)

    def remove(turn: Turn, command: RemoveMessage) -> None:
        remove_message(turn, command, hooks)

    return (
        Handler(PostMessage, post, "write", limit="posts", answers=("message",)),
        Handler(EditMessage, edit_message, "write", answers=("message",)),
        Handler(RemoveMessage, remove, "read", answers=("message",)),
    )
