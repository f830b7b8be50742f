"""What people do with messages: post, edit, remove."""

from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, UnsetType
from sqlalchemy import update

from realtime.protocol import KeyedCommand
from realtime.refusal import Refusal
from rooms import mentioning
from rooms.answering import root_of
from rooms.messages import forwarding, threads
from rooms.messages.removing import take_out
from rooms.messages.writing import MessageId, Text, written
from rooms.posting import Hooks
from rooms.posts import (
    clean_reason,
    message_change,
    message_edit,
    message_id,
    standing,
)
from rooms.turn import Handler, Turn

Reason = Annotated[str, Meta(max_length=500, description="Why, for the record.")]
FileId = Annotated[str, Meta(max_length=32, pattern="^f[0-9a-z]+$", description="A file's id.")]


class PostMessage(KeyedCommand, kw_only=True):
    """Write a message in a room, or a reply to one; with `thread`, below a message and out of the room's own pages."""

    text: Text
    reply_to: MessageId | None = None
    files: Annotated[tuple[FileId, ...], Meta(max_length=10)] = ()
    thread: MessageId | UnsetType = UNSET


class EditMessage(KeyedCommand, kw_only=True):
    """Change the text of one's own message. The log shows that it was changed."""

    message: MessageId
    text: Text


class RemoveMessage(KeyedCommand, kw_only=True):
    """Take a message away for everybody. Its text leaves the log and is kept apart."""

    message: MessageId
    reason: Reason | None = None


def post_message(turn: Turn, command: PostMessage, hooks: Hooks) -> None:
    room, said = command.room, written(turn, command.room, command.text)
    root = threads.begun(turn, room, command.thread) if isinstance(command.thread, str) else None
    seq = turn.next_seq()
    body: dict[str, Any] = {"message": message_id(room, seq), **said.fields()}
    if command.reply_to is not None:
        body["reply_to"] = message_id(room, standing(turn, room, command.reply_to).seq)
    if root is not None:
        body["thread"] = message_id(room, root.seq)
    for adding in hooks.adding:
        body |= adding(turn, command)
    turn.append("message_posted" if root is None else "reply_posted", body)
    if root is not None:
        threads.enter(turn, room, root, seq)
        for each in sorted(said.called.people):
            threads.follow(turn, room, root.seq, each, read_seq=seq - 1)
    mentioning.call(turn, room, seq, None if root is None else root.seq, said.called.people)
    for following in hooks.following:
        following(turn, command, seq)


def edit_message(turn: Turn, command: EditMessage) -> None:
    room, found = command.room, standing(turn, command.room, command.message)
    if found.author_id != turn.who.id:
        raise Refusal("forbidden", "You can change only what you wrote yourself.")
    if found.forwarded is not None:
        raise Refusal("forbidden", "A forwarded message is another's words. You can remove it.")
    said = written(turn, room, command.text)
    seq = turn.append("message_edited", {"message": command.message, **said.fields()})
    turn.insert(message_edit, (room, found.seq, seq))
    _change(turn, room, found.seq, text_seq=seq, edited_ms=turn.now_ms)
    root_seq = root_of(turn.connection, room, found.seq) if found.in_thread else None
    mentioning.call_anew(turn, room, found.seq, root_seq, said.called.people)


def remove_message(turn: Turn, command: RemoveMessage, hooks: Hooks) -> None:
    found = standing(turn, command.room, command.message)
    if found.author_id != turn.who.id:
        turn.require("remove")
    for allowing in hooks.allowing:
        allowing(turn, command.room, found.seq)
    take_out(turn, command.room, found.seq, clean_reason(command.reason), hooks)


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
        *threads.HANDLERS,
        *forwarding.HANDLERS,
    )
