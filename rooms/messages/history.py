"""The pages of a room's history."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, literal, select

from accounts.model import person
from rooms.model import member, room
from rooms.posts import message, message_id, seq_of
from storage.clock import rfc3339
from storage.rows import AnyRow

PAGE = 50
MOST = 100
UNREAD_UP_TO = 100  # more than 99 is shown as 99+


@dataclass(frozen=True, slots=True)
class Page:
    """Messages, oldest first. `seq` is the room's head, read before the rows."""

    seq: int
    messages: Sequence[AnyRow]
    more: bool


def page(connection: Connection, room_id: str, before: int | None, limit: int = PAGE, *, floor: int = 1) -> Page:
    """The newest page of a room, or the one before a position; nothing from before `floor`, which is the reader's."""
    head = connection.scalars(select(room.c.last_seq).where(room.c.id == room_id)).one()
    of = select(message).where(message.c.room_id == room_id, message.c.seq >= floor)
    if before is not None:
        of = of.where(message.c.seq < before)
    rows = connection.execute(of.order_by(message.c.seq.desc()).limit(limit + 1)).all()
    return Page(head, rows[:limit][::-1], more=len(rows) > limit)


def one(connection: Connection, room_id: str, seq: int) -> AnyRow | None:
    return connection.execute(select(message).where(message.c.room_id == room_id, message.c.seq == seq)).first()


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
    if row.reply_to is not None:
        view["reply_to"] = row.reply_to
    if row.edited_ms is not None:
        view["edited_at"] = rfc3339(row.edited_ms)
    return view


def unread(connection: Connection, person_id: str) -> dict[str, int]:
    """Messages of others since a person's read marks, by room; counted no further than UNREAD_UP_TO."""
    counts = {}
    marks = connection.execute(
        select(member.c.room_id, member.c.read_seq, member.c.from_seq)
        .join(room, room.c.id == member.c.room_id)
        .where(member.c.person_id == person_id, room.c.last_seq > member.c.read_seq)
    )
    for room_id, read_seq, from_seq in marks.all():
        newer = (
            select(literal(1))
            .where(
                message.c.room_id == room_id,
                message.c.seq > max(read_seq, from_seq - 1),
                message.c.author_id != person_id,
                message.c.removed_ms.is_(None),
            )
            .limit(UNREAD_UP_TO)
        )
        counts[room_id] = connection.scalar(select(func.count()).select_from(newer.subquery())) or 0
    return counts
