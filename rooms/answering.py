"""Threads: the tables of replies below a message, and what is unread in them."""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    ScalarSelect,
    Table,
    Text,
    case,
    func,
    select,
    text,
)

from rooms.model import member
from storage.schema import metadata

thread = Table(
    "thread",
    metadata,
    Column("room_id", Text, nullable=False),
    Column("root_seq", BigInteger, nullable=False),  # of the message that it began with
    Column("replies", Integer, nullable=False),  # that were not removed
    Column("last_seq", BigInteger, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("room_id", "root_seq"),
    ForeignKeyConstraint(["room_id", "root_seq"], ["event.room_id", "event.seq"]),
    sqlite_with_rowid=False,
)

thread_reply = Table(
    "thread_reply",
    metadata,
    Column("room_id", Text, nullable=False),
    Column("root_seq", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("author_id", Text, nullable=False),
    Column("removed", Boolean, nullable=False, server_default=text("false")),
    PrimaryKeyConstraint("room_id", "root_seq", "seq"),
    ForeignKeyConstraint(["room_id", "seq"], ["event.room_id", "event.seq"]),
    Index(None, "room_id", "seq"),
    sqlite_with_rowid=False,
)

thread_reader = Table(
    "thread_reader",  # how far those have read a thread who take part in it or follow it, or did
    metadata,
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("room_id", Text, nullable=False),
    Column("root_seq", BigInteger, nullable=False),
    Column("read_seq", BigInteger, nullable=False),
    Column("follows", Boolean, nullable=False),
    PrimaryKeyConstraint("person_id", "room_id", "root_seq"),
    ForeignKeyConstraint(["room_id", "root_seq"], ["event.room_id", "event.seq"]),
    sqlite_with_rowid=False,
)

MOST: Final = 100  # threads that are counted together


class Standing(NamedTuple):
    """How a thread stands for one person. `new` is nought for who does not follow it."""

    replies: int
    last_seq: int
    last_ms: int
    new: int
    follows: bool


def of_roots(connection: Connection, person: str, room: str, roots: Collection[int]) -> dict[int, Standing]:
    """The threads below these messages, by the seq of the message they began with."""
    if not roots:
        return {}
    mine = _same_thread(thread_reader, thread) & (thread_reader.c.person_id == person)
    rows = connection.execute(
        select(thread, thread_reader.c.follows, case((_waits(), _newer(person)), else_=0).label("new"))
        .outerjoin(thread_reader, mine)
        .where(thread.c.room_id == room, thread.c.root_seq.in_(roots))
    )
    return {row.root_seq: Standing(row.replies, row.last_seq, row.last_ms, row.new, bool(row.follows)) for row in rows}


def root_of(connection: Connection, room: str, seq: int) -> int | None:
    """The seq of the message in whose thread this reply is, also of one that was removed; None if it is in none."""
    of = (thread_reply.c.room_id == room) & (thread_reply.c.seq == seq)
    return connection.scalar(select(thread_reply.c.root_seq).where(of))


def read_up_to(connection: Connection, person: str, room: str, root: int) -> int:
    """How far somebody has read a thread; nought for who has never been in it."""
    of = (thread_reader.c.person_id == person) & (thread_reader.c.room_id == room)
    return connection.scalar(select(thread_reader.c.read_seq).where(of, thread_reader.c.root_seq == root)) or 0


def unread(connection: Connection, person: str) -> Mapping[str, Mapping[int, int]]:
    """New replies in the threads that a person follows in their rooms, by room and the seq of the root.

    Only of the MOST threads in which somebody wrote last.
    """
    seat = (member.c.room_id == thread.c.room_id) & (member.c.person_id == person)
    rows = connection.execute(
        select(thread.c.room_id, thread.c.root_seq, _newer(person).label("new"))
        .select_from(thread_reader)
        .join(thread, _same_thread(thread_reader, thread))
        .join(member, seat)
        .where(thread_reader.c.person_id == person, _waits(), thread.c.root_seq >= member.c.from_seq)
        .order_by(thread.c.last_ms.desc())
        .limit(MOST)
    )
    found: dict[str, dict[int, int]] = {}
    for row in rows:
        if row.new:
            found.setdefault(row.room_id, {})[row.root_seq] = row.new
    return found


def _waits() -> ColumnElement[bool]:
    """Whether there may be something new for who follows the thread."""
    return thread_reader.c.follows & (thread.c.last_seq > thread_reader.c.read_seq)


def _newer(person: str) -> ScalarSelect[int]:
    """How many replies of others there are in `thread` that its `thread_reader` has not read."""
    return (
        select(func.count())
        .where(
            _same_thread(thread_reply, thread), thread_reply.c.seq > thread_reader.c.read_seq,
            thread_reply.c.author_id != person, thread_reply.c.removed.is_(False),
        )
        .correlate(thread, thread_reader)
        .scalar_subquery()
    )  # fmt: skip


def _same_thread(one: Table, other: Table) -> ColumnElement[bool]:
    return (one.c.room_id == other.c.room_id) & (one.c.root_seq == other.c.root_seq)
