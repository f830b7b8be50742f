"""What rooms and messages keep about a person: handed out, counted, and taken away without a gap in anybody's log."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select, true, update

from accounts.privacy.account_keeper import FORMER
from accounts.privacy.keepers import Part, Subject
from accounts.rules import initials
from accounts.sessions import own_room_of
from rooms import log
from rooms.answering import thread, thread_reader, thread_reply
from rooms.forwarding import copies, forward
from rooms.mentioning import mention
from rooms.messages.forgetting import forget_calls, forget_in_copies
from rooms.messages.removing import forget
from rooms.model import event, evidence, member, room
from rooms.posting import Hooks
from rooms.posts import message, message_change, message_edit, message_id
from storage.clock import rfc3339
from storage.database import Transaction

_above: Final = room.alias("above")
MOST_AT_ONCE: Final = 500  # messages; a statement takes only so many parameters
_encode: Final = msgspec.json.encode


class MessageKeeper:
    """The share of rooms and messages in exports and erasures."""

    tables: Collection[str] = frozenset(
        table.name
        for table in (
            room,
            member,
            event,
            evidence,
            message_change,
            message_edit,
            mention,
            forward,
            thread,
            thread_reply,
            thread_reader,
        )
    )

    def __init__(self, hooks: Hooks) -> None:
        """`hooks`: what goes with a message's words."""
        self._hooks = hooks

    def hand_out(self, connection: Connection, of: Subject) -> list[Part]:
        return [
            Part("rooms", "Rooms, and how far they were read", [dict(each) for each in _rooms(connection, of)]),
            Part("messages", "Messages", [dict(each) for each in _messages(connection, of)]),
            Part("notices", "Notices", [dict(each) for each in _notices(connection, of)]),
        ]

    def count(self, connection: Connection, of: Subject) -> Mapping[str, int]:
        counts = {"Places in rooms": len(_seats(connection, of))}
        if not of.keeps_words:
            counts["Messages whose text goes"] = sum(len(seqs) for seqs in _standing(connection, of).values())
        return counts

    def erase(self, tx: Transaction, of: Subject, by: str, now_ms: int) -> None:
        """Learners', guardians' and visitors' texts go; what staff and governors wrote stays, without their name."""
        if not of.keeps_words:
            for room_id, seqs in _standing(tx.connection, of).items():
                for start in range(0, len(seqs), MOST_AT_ONCE):
                    some = seqs[start : start + MOST_AT_ONCE]
                    for of_room, theirs in _with_copies(tx.connection, room_id, some).items():
                        _remove(tx, of_room, theirs, by, now_ms, self._hooks)
        _forget_name(tx, of)
        for room_id in _begun(tx.connection, _seats(tx.connection, of)):
            log.append(tx, room_id, "member_removed", by, now_ms, {"person": of.person})
        forget_in_copies(tx, of.person, FORMER[of.kind])
        forget_calls(tx, of.person, FORMER[of.kind])
        for table in (member, mention, thread_reader):
            tx.connection.execute(delete(table).where(table.c.person_id == of.person))
        _empty_own_room(tx, of)


def _open_to(of: Subject) -> ColumnElement[bool]:
    """Of which rooms is spoken: of those where somebody asks for help to nobody but themselves."""
    return true() if of.themselves else room.c.kind != "help"


def _rooms(connection: Connection, of: Subject) -> Iterator[Mapping[str, Any]]:
    chosen = (
        select(
            room.c.id,
            room.c.kind,
            func.coalesce(_above.c.name, room.c.name).label("name"),
            member.c.joined_ms,
            member.c.read_seq,
            member.c.may_write,
        )
        .join(member, member.c.room_id == room.c.id)
        .outerjoin(_above, _above.c.id == room.c.part_of)  # a sub-group's name is for staff alone
        .where(member.c.person_id == of.person, room.c.kind != "person", _open_to(of))
        .order_by(room.c.name, room.c.id)
    )
    for row in connection.execute(chosen):
        yield {
            "room": row.id, "kind": row.kind, "name": row.name, "joined_at": rfc3339(row.joined_ms),
            "read_up_to": row.read_seq, "may_write": bool(row.may_write),
        }  # fmt: skip


def _messages(connection: Connection, of: Subject) -> Iterator[Mapping[str, Any]]:
    """Their own words; of what they answered only the id, for it is another's.

    What they said where they asked for help is handed out to nobody but themselves.
    """
    chosen = (
        select(message, room.c.name.label("room_name"))
        .join(room, room.c.id == message.c.room_id)
        .where(message.c.author_id == of.person, room.c.school_id == of.school, _open_to(of))
        .order_by(message.c.at_ms, message.c.room_id, message.c.seq)
    )
    for row in connection.execute(chosen):
        yield {
            "message": message_id(row.room_id, row.seq), "room": row.room_name, "at": rfc3339(row.at_ms),
            "text": row.text, "removed": row.removed_ms is not None, "answers": row.reply_to,
            "edited_at": None if row.edited_ms is None else rfc3339(row.edited_ms),
        }  # fmt: skip


def _notices(connection: Connection, of: Subject) -> Iterator[Mapping[str, Any]]:
    """What the server told them in their own room: when, and of what kind."""
    told = true() if of.themselves else event.c.kind != "concern_changed"
    chosen = select(event.c.at_ms, event.c.kind).where(event.c.room_id == own_room_of(of.person), told)
    for row in connection.execute(chosen.order_by(event.c.seq)):
        yield {"at": rfc3339(row.at_ms), "kind": row.kind}


def _seats(connection: Connection, of: Subject) -> Sequence[str]:
    chosen = (
        select(member.c.room_id)
        .join(room, room.c.id == member.c.room_id)
        .where(member.c.person_id == of.person, room.c.kind != "person", room.c.part_of.is_(None))
    )
    return connection.scalars(chosen.order_by(member.c.room_id)).all()


def _begun(connection: Connection, rooms: Sequence[str]) -> Sequence[str]:
    """Those in which something has happened: the first event of a thread is the first thing said in it."""
    chosen = select(room.c.id).where(room.c.id.in_(rooms), (room.c.last_seq > 0) | (room.c.kind != "thread"))
    return connection.scalars(chosen.order_by(room.c.id)).all()


def _standing(connection: Connection, of: Subject) -> Mapping[str, list[int]]:
    """The places of their messages that still have a text, by room."""
    chosen = (
        select(message.c.room_id, message.c.seq)
        .join(room, room.c.id == message.c.room_id)
        .where(message.c.author_id == of.person, message.c.removed_ms.is_(None), room.c.school_id == of.school)
    )
    found: dict[str, list[int]] = {}
    for row in connection.execute(chosen.order_by(message.c.room_id, message.c.seq)):
        found.setdefault(row.room_id, []).append(row.seq)
    return found


# The fingerprint goes too: it tells, to whoever has the secret, whether a text is the one that stood here.
_entomb: Final = (
    update(event)
    .where(event.c.room_id == bindparam("of"), event.c.seq == bindparam("place"))
    .values(body=bindparam("tombstone"), fingerprint=None)
)


def _with_copies(connection: Connection, room_id: str, seqs: Sequence[int]) -> Mapping[str, list[int]]:
    """These messages and their copies that still have a text, by room."""
    found = {room_id: list(seqs)}
    for of, seq in copies(connection, room_id, seqs):
        standing = select(message.c.seq).where(
            message.c.room_id == of, message.c.seq == seq, message.c.removed_ms.is_(None)
        )
        if connection.scalar(standing) is not None and seq not in found.get(of, ()):
            found.setdefault(of, []).append(seq)
    return found


def _remove(tx: Transaction, room_id: str, seqs: Sequence[int], by: str, now_ms: int, hooks: Hooks) -> None:
    """Put tombstones in place of messages and their edits, and tell the room. No evidence is kept: this is erasure."""
    log.lock(tx.connection, [room_id])
    edits = select(message_edit.c.message_seq, message_edit.c.seq).where(
        message_edit.c.room_id == room_id, message_edit.c.message_seq.in_(seqs)
    )
    places = [(seq, seq) for seq in seqs] + [(of, seq) for of, seq in tx.connection.execute(edits)]
    stones = [
        {
            "of": room_id,
            "place": place,
            "tombstone": _encode({"message": message_id(room_id, seq), "removed": True}).decode(),
        }
        for seq, place in places
    ]
    tx.connection.execute(_entomb, stones)
    forget(tx, room_id, seqs, by, now_ms, hooks)
    head = log.heads(tx.connection, [room_id])[room_id]
    bodies = [_encode({"message": message_id(room_id, seq)}).decode() for seq in seqs]
    log.write(
        tx,
        [(room_id, head + n, "message_removed", by, now_ms, body, None, None) for n, body in enumerate(bodies, 1)],
    )


def _forget_name(tx: Transaction, of: Subject) -> None:
    """The logs say who came into a room, by name."""
    marked = f'%"person":"{of.person}"%'
    chosen = (
        select(event.c.room_id, event.c.seq, event.c.body)
        .join(room, room.c.id == event.c.room_id)
        .where(room.c.school_id == of.school, event.c.kind == "member_added", event.c.body.like(marked))
    )
    name = FORMER[of.kind]
    for row in tx.connection.execute(chosen).all():
        body = {**msgspec.json.decode(row.body), "name": name, "initials": initials(name)}
        place = (event.c.room_id == row.room_id) & (event.c.seq == row.seq)
        tx.connection.execute(update(event).where(place).values(body=_encode(body).decode()))


def _empty_own_room(tx: Transaction, of: Subject) -> None:
    """Nobody reads it any more; its floor says that nothing is missing by mistake."""
    own = own_room_of(of.person)
    tx.connection.execute(delete(event).where(event.c.room_id == own))
    tx.connection.execute(update(room).where(room.c.id == own).values(floor=room.c.last_seq + 1))
