"""The tables of notices and of those who are asked to read them, and how each notice stands."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Select,
    Table,
    Text,
    func,
    select,
    text,
)

from accounts.model import person
from accounts.standing import is_open
from rooms.model import member, room
from storage.rows import AnyRow
from storage.schema import metadata

notice = Table(
    "notice",
    metadata,
    Column("room_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),  # of the event that posted the message
    Column("author_id", Text, ForeignKey("person.id"), nullable=False),
    Column("audience", Text, nullable=False),  # one of rules.AUDIENCES
    Column("until_ms", BigInteger, nullable=False),  # from this moment on nobody is asked any more
    Column("nudged_ms", BigInteger),
    Column("ended_ms", BigInteger),  # its message was removed
    PrimaryKeyConstraint("room_id", "seq"),
    ForeignKeyConstraint(["room_id", "seq"], ["event.room_id", "event.seq"]),
    sqlite_with_rowid=False,
)

notice_reader = Table(
    "notice_reader",  # whoever was asked, when it was posted
    metadata,
    Column("room_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("read_ms", BigInteger),
    PrimaryKeyConstraint("room_id", "seq", "person_id"),
    ForeignKeyConstraint(["room_id", "seq"], ["notice.room_id", "notice.seq"]),
    Index(
        None, "person_id", sqlite_where=text("read_ms IS NULL"), postgresql_where=text("read_ms IS NULL"),
    ),
    sqlite_with_rowid=False,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Open:
    """A notice that somebody has still to read. `nudged`: they were reminded of it."""

    room: str
    seq: int
    author: str
    until_ms: int
    nudged: bool


def open_for(connection: Connection, person_id: str, now_ms: int) -> list[Open]:
    """What this person has still to read, what ends first before the rest. Their rooms are not judged anew here."""
    rows = connection.execute(
        select(notice)
        .join(notice_reader, _of_notice())
        .join(member, (member.c.room_id == notice.c.room_id) & (member.c.person_id == notice_reader.c.person_id))
        .join(room, room.c.id == notice.c.room_id)
        .where(
            notice_reader.c.person_id == person_id, notice_reader.c.read_ms.is_(None), notice.c.until_ms > now_ms,
            notice.c.ended_ms.is_(None), room.c.closed_ms.is_(None), member.c.from_seq <= notice.c.seq,
            _sits(now_ms),
        )
        .order_by(notice.c.until_ms, notice.c.room_id, notice.c.seq)
    )  # fmt: skip
    return [Open(row.room_id, row.seq, row.author_id, row.until_ms, row.nudged_ms is not None) for row in rows]


def found(connection: Connection, room_id: str, seqs: Collection[int]) -> Mapping[int, AnyRow]:
    """The notices among these messages, by seq."""
    of = (notice.c.room_id == room_id) & notice.c.seq.in_(seqs) & notice.c.ended_ms.is_(None)
    return {row.seq: row for row in connection.execute(select(notice).where(of))}


def read_by(connection: Connection, room_id: str, seqs: Collection[int], person_id: str) -> Mapping[int, int | None]:
    """When this person confirmed each of these notices, none for not yet; only those on whose list they are."""
    of = (notice_reader.c.room_id == room_id) & notice_reader.c.seq.in_(seqs)
    chosen = select(notice_reader.c.seq, notice_reader.c.read_ms).where(of, notice_reader.c.person_id == person_id)
    return {row.seq: row.read_ms for row in connection.execute(chosen)}


def counts(connection: Connection, room_id: str, seqs: Collection[int], now_ms: int) -> Mapping[int, tuple[int, int]]:
    """Of each notice: how many of those on its list who are still in the room have read it, and how many they are."""
    chosen = select(notice_reader.c.seq, func.count(notice_reader.c.read_ms), func.count())
    rows = connection.execute(
        _still_here(chosen, room_id, now_ms).where(notice_reader.c.seq.in_(seqs)).group_by(notice_reader.c.seq)
    )
    return {seq: (read, of) for seq, read, of in rows}


def missing(connection: Connection, room_id: str, seq: int, now_ms: int) -> Sequence[AnyRow]:
    """Those who are still in the room and have not confirmed: their id and name, by name."""
    chosen = _still_here(select(person.c.id, person.c.name), room_id, now_ms)
    of = (notice_reader.c.seq == seq) & notice_reader.c.read_ms.is_(None)
    return connection.execute(chosen.where(of).order_by(person.c.name, person.c.id)).all()


def _still_here(chosen: Select[Any], room_id: str, now_ms: int) -> Select[Any]:
    """Of the list those who have not left the room or the school since."""
    left = person.c.left_ms.is_not(None) & (person.c.left_ms <= now_ms)
    return (
        chosen.select_from(notice_reader)
        .join(member, (member.c.room_id == notice_reader.c.room_id) & (member.c.person_id == notice_reader.c.person_id))
        .join(person, person.c.id == notice_reader.c.person_id)
        .where(notice_reader.c.room_id == room_id, is_open(now_ms), ~left, _sits(now_ms))
    )


def _of_notice() -> ColumnElement[bool]:
    return (notice_reader.c.room_id == notice.c.room_id) & (notice_reader.c.seq == notice.c.seq)


def _sits(now_ms: int) -> ColumnElement[bool]:
    begun = member.c.from_ms.is_(None) | (member.c.from_ms <= now_ms)
    return begun & (member.c.until_ms.is_(None) | (member.c.until_ms > now_ms))
