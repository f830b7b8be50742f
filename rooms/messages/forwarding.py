"""Passing a message on to another room, within one's rights, and only for as long as the original stands."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta
from sqlalchemy import select

from accounts.model import person
from accounts.rights import STAFF_ONLY, may
from realtime.connection import Caller
from realtime.protocol import KeyedCommand
from realtime.refusal import Refusal
from rooms import grants, private
from rooms.forwarding import forward
from rooms.grants import Grant
from rooms.markup import rendered, without_calls
from rooms.messages.writing import MessageId, written
from rooms.model import member
from rooms.posts import message, message_id, seq_of
from rooms.turn import Handler, Turn
from storage.clock import rfc3339
from storage.rows import AnyRow

RoomId = Annotated[str, Meta(max_length=32, pattern="^r[0-9a-z]+$", description="A room's id.")]
Note = Annotated[str, Meta(description="What one says about it, if anything: a message of its own that answers it.")]
FEATURE: Final = "forwarding"
GONE: Final = "This message does not exist any more."


class ForwardMessage(KeyedCommand, kw_only=True):
    """Pass a message on to another room, `room`. When the original is removed its copies go too."""

    from_room: RoomId
    message: MessageId
    text: Note = ""


def forward_message(turn: Turn, command: ForwardMessage) -> None:
    """The words go, not the files, and what one says about them is a reply to them."""
    found = _source(turn, command)
    room, seq = command.room, turn.next_seq()
    if seq == 1 and turn.grant.place is not None and turn.grant.place.kind in private.KINDS:
        raise Refusal("forbidden", "Write something of your own first.")  # which takes the right to begin a thread
    said, text = _said_by(turn, found), without_calls(found.text)
    body: dict[str, Any] = {"message": message_id(room, seq), "text": text, "forwarded": said}
    marked = rendered(text, {})
    if marked is not None:
        body["html"] = marked
    note = written(turn, room, command.text) if command.text.strip() else None
    turn.append("message_posted", body)
    turn.insert(forward, (room, seq, command.from_room, found.seq))
    if note is not None:
        answer = {"message": message_id(room, seq + 1), **note.fields(), "reply_to": message_id(room, seq)}
        turn.append("message_posted", answer)


def may_go(source: Grant, target: Grant, author_is_there: bool) -> bool:
    """Whether what is said in one room may be passed on to another by somebody who reads the one and writes the other.

    What staff say among themselves stays among staff, and what is said in private stays where it was said. Learners
    pass on only what its author could have said there.
    """
    if source.place is None or target.place is None:
        return False
    if source.place.kind in private.KINDS:
        return False
    if source.place.kind in STAFF_ONLY and target.place.kind not in STAFF_ONLY:
        return False
    return author_is_there or source.who.rights.kinds.get(source.who.role) in ("staff", "governor")


def _source(turn: Turn, command: ForwardMessage) -> AnyRow:
    """The message, if this person may read it where it stands and pass it on to here; else a Refusal."""
    pair = (0, turn.who.id, turn.session, command.from_room, None)
    source = grants.load(turn.connection, [pair], turn.now_ms)[0]
    if may(source.who, "read", source.place, turn.now) is not None or source.place is None:
        raise Refusal("not_found", GONE)
    seq = seq_of(command.message, command.from_room)
    found = turn.connection.execute(
        select(message).where(message.c.room_id == command.from_room, message.c.seq == seq)
    ).first()
    if found is None or found.removed_ms is not None or seq < source.floor:
        raise Refusal("not_found", GONE)
    there = select(member.c.person_id).where(member.c.room_id == command.room, member.c.person_id == found.author_id)
    if not may_go(source, turn.grant, turn.connection.scalar(there) is not None):
        raise Refusal("forbidden", "This cannot be passed on to that room.")
    return found


def _said_by(turn: Turn, found: AnyRow) -> dict[str, str]:
    """Who wrote it first, and when."""
    if found.forwarded is not None:
        earlier: dict[str, str] = msgspec.json.decode(found.forwarded)
        return earlier
    name = turn.connection.scalar(select(person.c.name).where(person.c.id == found.author_id)) or ""
    return {"name": name, "at": rfc3339(found.at_ms)}


def _both_rooms(command: ForwardMessage, _: Caller) -> tuple[str, ...]:
    return (command.from_room,)


HANDLERS: Final[tuple[Handler[Any], ...]] = (
    Handler(
        ForwardMessage,
        forward_message,
        "write",
        limit="posts",
        feature="forwarding",
        answers=("message",),
        also=_both_rooms,
    ),
)
