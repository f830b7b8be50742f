"""What people do with threads: answer in one, read it, follow it or not. All replies are one level below the root."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from msgspec import Meta
from sqlalchemy import select, update

from accounts import features
from realtime.connection import Caller
from realtime.protocol import Command, KeyedCommand, Seq
from realtime.refusal import Refusal
from rooms import answering, log, private
from rooms.answering import thread, thread_reader, thread_reply
from rooms.posts import message, message_id, seq_of
from rooms.turn import Handler, Turn
from storage.database import Transaction
from storage.rows import AnyRow

ThreadId = Annotated[
    str, Meta(min_length=2, max_length=64, description="The id of the message that a thread is below.")
]

FEATURE: Final = "threads"


class ReadThread(Command, kw_only=True):
    """Everything up to `seq` in the thread has been read. The mark only moves forward."""

    thread: ThreadId
    seq: Seq


class FollowThread(KeyedCommand, kw_only=True):
    """Be told of new replies in a thread, or not any more."""

    thread: ThreadId
    follows: bool = True


def root_of(turn: Turn, room: str, of: str) -> AnyRow:
    """The message that a thread begins with, asked for by its own id or that of a reply.

    Refusal `not_found` if there is none, or if it was removed before anybody answered.
    """
    found = _message(turn, room, seq_of(of, room))
    if found is not None and found.in_thread:
        found = _message(turn, room, answering.root_of(turn.connection, room, found.seq) or 0)
    if found is None or found.seq < turn.grant.floor:
        raise Refusal("not_found", "This message does not exist any more.")
    if found.removed_ms is not None and not _begun(turn, room, found.seq):
        raise Refusal("not_found", "This message does not exist any more.")
    return found


def begun(turn: Turn, room: str, of: str) -> AnyRow:
    """The same for who wants to answer there; Refusal `forbidden` where the school does without threads."""
    features.require(turn.connection, turn.who, FEATURE, turn.now_ms)
    if turn.grant.place is not None and turn.grant.place.kind in private.KINDS:
        raise Refusal("forbidden", "Stickies have no threads of their own. Reply to the message instead.")
    return root_of(turn, room, of)


def enter(turn: Turn, room: str, root: AnyRow, seq: int) -> None:
    """Note a reply of this seq: the thread stands as it does with it, and its people follow it."""
    features.require(turn.tx.connection, turn.who, "threads", turn.now_ms)
    turn.insert(thread_reply, (room, root.seq, seq, turn.who.id, False))
    of = (thread.c.room_id == room) & (thread.c.root_seq == root.seq)
    values = {"last_seq": seq, "last_ms": turn.now_ms}
    grown = update(thread).where(of).values(replies=thread.c.replies + 1, **values)
    if not turn.connection.execute(grown).rowcount:
        turn.connection.execute(thread.insert().values(room_id=room, root_seq=root.seq, replies=1, **values))
        follow(turn, room, root.seq, root.author_id, read_seq=seq - 1)
    follow(turn, room, root.seq, turn.who.id, read_seq=seq)


def follow(turn: Turn, room: str, root_seq: int, person: str, *, read_seq: int) -> None:
    """Let somebody follow a thread who has not been there. Who has keeps to what they chose."""
    of = _reader(room, root_seq, person)
    if turn.connection.execute(select(thread_reader.c.follows).where(of)).first() is None:
        turn.connection.execute(
            thread_reader.insert().values(
                person_id=person, room_id=room, root_seq=root_seq, read_seq=read_seq, follows=True
            )
        )


def read_thread(turn: Turn, command: ReadThread) -> None:
    root = root_of(turn, command.room, command.thread)
    seq = min(command.seq, turn.grant.head)
    turn.reached = seq
    of = _reader(command.room, root.seq, turn.who.id) & (thread_reader.c.read_seq < seq)
    if not turn.connection.execute(update(thread_reader).where(of).values(read_seq=seq)).rowcount:
        return
    body = {"room": command.room, "thread": message_id(command.room, root.seq), "seq": seq}
    at = turn.append("thread_read", body, turn.own_room)
    if at % log.OWN_ROOM_KEEPS == 0:
        log.trim(turn.tx, turn.own_room, at)


def follow_thread(turn: Turn, command: FollowThread) -> None:
    root = root_of(turn, command.room, command.thread)
    of = _reader(command.room, root.seq, turn.who.id)
    if not turn.connection.execute(update(thread_reader).where(of).values(follows=command.follows)).rowcount:
        turn.connection.execute(
            thread_reader.insert().values(
                person_id=turn.who.id, room_id=command.room, root_seq=root.seq,
                read_seq=turn.grant.head, follows=command.follows,
            )
        )  # fmt: skip
    body = {"room": command.room, "thread": message_id(command.room, root.seq), "follows": command.follows}
    turn.append("thread_followed", body, turn.own_room)


def take_back(tx: Transaction, room: str, seqs: Sequence[int]) -> None:
    """These replies were removed: threads count them no more. Those that were none are passed over."""
    of = (thread_reply.c.room_id == room) & thread_reply.c.seq.in_(seqs) & thread_reply.c.removed.is_(False)
    for root_seq in tx.connection.scalars(select(thread_reply.c.root_seq).where(of)).all():
        counted = (thread.c.room_id == room) & (thread.c.root_seq == root_seq)
        tx.connection.execute(update(thread).where(counted).values(replies=thread.c.replies - 1))
    tx.connection.execute(update(thread_reply).where(of).values(removed=True))


def _reader(room: str, root_seq: int, person: str) -> Any:
    return (
        (thread_reader.c.person_id == person)
        & (thread_reader.c.room_id == room)
        & (thread_reader.c.root_seq == root_seq)
    )


def _begun(turn: Turn, room: str, root_seq: int) -> bool:
    of = (thread.c.room_id == room) & (thread.c.root_seq == root_seq)
    return turn.connection.scalar(select(thread.c.root_seq).where(of)) is not None


def _message(turn: Turn, room: str, seq: int) -> AnyRow | None:
    chosen = select(message.c.seq, message.c.author_id, message.c.removed_ms, message.c.in_thread)
    return turn.connection.execute(chosen.where(message.c.room_id == room, message.c.seq == seq)).first()


def _own_room(_: ReadThread | FollowThread, caller: Caller) -> tuple[str, ...]:
    return (caller.own_room,)


HANDLERS: Final[tuple[Handler[Any], ...]] = (
    Handler(ReadThread, read_thread, "read", limit="reads", also=_own_room),
    Handler(FollowThread, follow_thread, "read", also=_own_room, feature=FEATURE),
)
