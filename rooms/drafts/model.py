"""The tables of drafts and of messages that wait for their time."""

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
    select,
    text,
    update,
)

from rooms.model import room
from storage.rows import AnyRow
from storage.schema import index_of_moments, metadata

draft = Table(
    "draft",
    metadata,
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("room_id", Text, ForeignKey("room.id"), nullable=False),
    Column("about", Text, nullable=False),  # the id of the message whose thread it is for; empty: the room itself
    Column("text", Text, nullable=False),
    Column("reply_to", Text),
    Column("version", BigInteger, nullable=False),  # milliseconds; each one is later than the one before
    PrimaryKeyConstraint("person_id", "room_id", "about"),
    sqlite_with_rowid=False,
)

scheduled = Table(
    "scheduled",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("room_id", Text, ForeignKey("room.id"), nullable=False),
    Column("key", Text, nullable=False),  # of the message that it becomes
    Column("text", Text, nullable=False),
    Column("reply_to", Text),
    Column("thread", Text),
    Column("at_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger),  # the same while it waits; none once it was refused
    Column("refused", Text),  # why, in the words of the refusal
    Column("when_open", Boolean, nullable=False, server_default=text("false")),  # as soon as the window lets it
    index_of_moments("due_ms"),
    Index(None, "person_id"),
)


def kept(connection: Connection, person_id: str, room_id: str, about: str) -> AnyRow | None:
    of = (draft.c.person_id == person_id) & (draft.c.room_id == room_id) & (draft.c.about == about)
    return connection.execute(select(draft).where(of)).first()


def count(connection: Connection, table: Table, person_id: str) -> int:
    counted = select(func.count()).select_from(table).where(table.c.person_id == person_id)
    return connection.scalar(counted) or 0


def waiting_in(connection: Connection, person_id: str, room_id: str) -> int:
    """How many messages of a person wait to be sent in a room."""
    of = (scheduled.c.person_id == person_id) & (scheduled.c.room_id == room_id)
    return connection.scalar(select(func.count()).select_from(scheduled).where(of)) or 0


def left_in(connection: Connection, person_id: str, room_id: str | None = None) -> int:
    """How many messages of a person go as soon as it opens, in one room or in all."""
    of = (scheduled.c.person_id == person_id) & scheduled.c.when_open & scheduled.c.due_ms.is_not(None)
    if room_id is not None:
        of &= scheduled.c.room_id == room_id
    return connection.scalar(select(func.count()).select_from(scheduled).where(of)) or 0


def refused(connection: Connection, person_id: str) -> int:
    """How many messages of a person could not be sent when their time came, and are not put away."""
    of = (scheduled.c.person_id == person_id) & scheduled.c.refused.is_not(None)
    return connection.scalar(select(func.count()).select_from(scheduled).where(of)) or 0


def put(
    connection: Connection, person_id: str, room_id: str, about: str, text: str, reply_to: str | None, now_ms: int
) -> int:
    """Keep this draft instead of the one that was there; gives its version."""
    before = kept(connection, person_id, room_id, about)
    version = max(now_ms, before.version + 1 if before is not None else 0)
    values = {"text": text, "reply_to": reply_to, "version": version}
    if before is None:
        connection.execute(draft.insert().values(person_id=person_id, room_id=room_id, about=about, **values))
    else:
        of = (draft.c.person_id == person_id) & (draft.c.room_id == room_id) & (draft.c.about == about)
        connection.execute(update(draft).where(of).values(**values))
    return version


def waiting(connection: Connection, person_id: str) -> Sequence[AnyRow]:
    """What a person has scheduled, with the room's name; what is due first comes first."""
    chosen = select(scheduled, room.c.name.label("room_name")).join(room, room.c.id == scheduled.c.room_id)
    of = scheduled.c.person_id == person_id
    return connection.execute(chosen.where(of).order_by(scheduled.c.at_ms, scheduled.c.id)).all()
