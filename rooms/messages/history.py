"""The pages of a room's history."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, select, text

from accounts.model import person
from realtime.protocol import MAX_SEQ
from rooms.answering import thread_reply
from rooms.model import event, room
from rooms.posts import message, message_id, seq_of
from storage.clock import rfc3339
from storage.rows import AnyRow

PAGE = 50
MOST = 100
UNREAD_UP_TO = 100  # more than 99 is shown as 99+


@dataclass(frozen=True, slots=True)
class Asked:
    """Which stretch of messages: the newest, or those before a place, or those after one.

    `floor`: the first seq that the reader may see. `root`: the message whose thread is asked for.
    """

    before: int | None = None
    after: int | None = None
    floor: int = 1
    root: int | None = None


NEWEST = Asked()

# One statement for all rooms: what is counted stops at the bound inside each of them. What was removed is few, and
# counted apart: to ask of each message whether it still stands would cost more than all the rest.
_POSTED: Final = text(f"""
    SELECT member.room_id, (
        SELECT COUNT(*) FROM (
            SELECT 1 FROM event AS posted
            WHERE posted.room_id = member.room_id AND posted.seq > member.read_seq AND posted.seq >= member.from_seq
                AND posted.kind = 'message_posted' AND posted.author_id <> :person
            LIMIT {UNREAD_UP_TO}
        ) AS newer
    ) AS posted, (
        SELECT COUNT(*) FROM message_change AS change
        WHERE change.room_id = member.room_id AND change.seq > member.read_seq AND change.seq >= member.from_seq
            AND change.removed_ms IS NOT NULL AND :person <> (
                SELECT gone.author_id FROM event AS gone
                WHERE gone.room_id = change.room_id AND gone.seq = change.seq AND gone.kind = 'message_posted'
            )
    ) AS removed
    FROM member JOIN room ON room.id = member.room_id
    WHERE member.person_id = :person AND room.last_seq > member.read_seq
""")
_STANDING: Final = text(f"""
    SELECT COUNT(*) FROM (
        SELECT 1 FROM event AS posted
        LEFT JOIN message_change AS change ON change.room_id = posted.room_id AND change.seq = posted.seq
        JOIN member ON member.room_id = posted.room_id AND member.person_id = :person
        WHERE posted.room_id = :room AND posted.seq > member.read_seq AND posted.seq >= member.from_seq
            AND posted.kind = 'message_posted' AND posted.author_id <> :person AND change.removed_ms IS NULL
        LIMIT {UNREAD_UP_TO}
    ) AS newer
""")


@dataclass(frozen=True, slots=True)
class Page:
    """Messages, oldest first. `seq` is the room's head, read before the rows; `newer`: others follow these."""

    seq: int
    messages: Sequence[AnyRow]
    more: bool
    newer: bool = False


def page(connection: Connection, room_id: str, asked: Asked = NEWEST, limit: int = PAGE) -> Page:
    """A page of a room, or of a thread in it. A room's own pages pass over what is in threads."""
    head = connection.scalars(select(room.c.last_seq).where(room.c.id == room_id)).one()
    low = asked.floor if asked.after is None else max(asked.floor, asked.after + 1)
    if asked.after is not None:
        rows = _rows(connection, room_id, asked.root, (low, MAX_SEQ), limit + 1, newest=False)
        earlier = _rows(connection, room_id, asked.root, (asked.floor, low - 1), 1, newest=True)
        return Page(head, rows[:limit], more=bool(earlier), newer=len(rows) > limit)
    high = MAX_SEQ if asked.before is None else asked.before - 1
    rows = _rows(connection, room_id, asked.root, (low, high), limit + 1, newest=True)
    later = high < MAX_SEQ and _rows(connection, room_id, asked.root, (max(low, high + 1), MAX_SEQ), 1, newest=False)
    return Page(head, rows[:limit][::-1], more=len(rows) > limit, newer=bool(later))


def _rows(
    connection: Connection, room_id: str, root: int | None, between: tuple[int, int], most: int, *, newest: bool
) -> Sequence[AnyRow]:
    """At most so many messages of a room or a thread, from the one or the other end of a stretch, in that order."""
    of = select(message).where(message.c.room_id == room_id)
    order = message.c.seq.desc() if newest else message.c.seq
    if root is not None:
        seqs = _replies(connection, room_id, root, between, most, newest=newest)
        return connection.execute(of.where(message.c.seq.in_(seqs)).order_by(order)).all() if seqs else []
    here = of.where(message.c.seq.between(*between), message.c.in_thread.is_(False))
    return connection.execute(here.order_by(order).limit(most)).all()


def _replies(
    connection: Connection, room_id: str, root: int, between: tuple[int, int], most: int, *, newest: bool
) -> Sequence[int]:
    """The same of the replies in a thread: their places."""
    of = (thread_reply.c.room_id == room_id) & (thread_reply.c.root_seq == root)
    order = thread_reply.c.seq.desc() if newest else thread_reply.c.seq
    chosen = select(thread_reply.c.seq).where(of, thread_reply.c.seq.between(*between)).order_by(order).limit(most)
    return connection.scalars(chosen).all()


def one(connection: Connection, room_id: str, seq: int) -> AnyRow | None:
    return connection.execute(select(message).where(message.c.room_id == room_id, message.c.seq == seq)).first()


def last_before(connection: Connection, room_id: str, at_ms: int) -> int:
    """The seq of the last event in a room before a moment; nought if there is none."""
    head = connection.scalar(select(room.c.last_seq).where(room.c.id == room_id)) or 0
    low, high = 0, head
    while low < high:  # times grow with the places, and there are as many steps as the head has digits in binary
        middle = (low + high + 1) // 2
        at = connection.scalar(select(event.c.at_ms).where(event.c.room_id == room_id, event.c.seq == middle))
        low, high = (middle, high) if at is None or at < at_ms else (low, middle - 1)
    return low


def quoted(connection: Connection, room_id: str, rows: Sequence[AnyRow], floor: int = 1) -> dict[str, AnyRow]:
    """The messages that these answer, by id, each with its author's name; none from before the reader's floor."""
    seqs = {seq_of(row.reply_to, room_id) for row in rows if row.reply_to is not None}
    wanted = {seq for seq in seqs if seq >= floor}
    if not wanted:
        return {}
    found = connection.execute(
        select(message, person.c.name.label("author_name"))
        .join(person, person.c.id == message.c.author_id)
        .where(message.c.room_id == room_id, message.c.seq.in_(wanted))
    )
    return {message_id(room_id, row.seq): row for row in found}


def as_json(room_id: str, row: AnyRow) -> dict[str, Any]:
    """A message as the API gives it."""
    view: dict[str, Any] = {
        "id": message_id(room_id, row.seq),
        "seq": row.seq,
        "by": row.author_id,
        "at": rfc3339(row.at_ms),
        "text": row.text,
        "removed": row.removed_ms is not None,
    }
    if row.html is not None and row.removed_ms is None:
        view["html"] = row.html
    if row.forwarded is not None:
        view["forwarded"] = msgspec.json.decode(row.forwarded)
    if row.thread is not None:
        view["in_thread"] = row.thread
    if row.reply_to is not None:
        view["reply_to"] = row.reply_to
    if row.edited_ms is not None:
        view["edited_at"] = rfc3339(row.edited_ms)
    return view


def unread(connection: Connection, person_id: str) -> dict[str, int]:
    """Messages of others since a person's read marks, by room; counted no further than UNREAD_UP_TO."""
    counts = {}
    for row in connection.execute(_POSTED, {"person": person_id}).all():
        counts[row.room_id] = row.posted - row.removed
        if row.posted == UNREAD_UP_TO and row.removed:  # more may stand behind the bound
            counts[row.room_id] = connection.scalar(_STANDING, {"person": person_id, "room": row.room_id}) or 0
    return counts
