"""The table of pins, and what is pinned in a room."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
    select,
)

from accounts.model import person
from rooms.posts import message
from storage.rows import AnyRow
from storage.schema import metadata

MOST: Final = 10  # in a room: what is pinned beside everything is not read

pin = Table(
    "pin",
    metadata,
    Column("room_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),  # of the event that posted the message
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),  # who pinned it
    Column("at_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("room_id", "seq"),
    ForeignKeyConstraint(["room_id", "seq"], ["event.room_id", "event.seq"]),
    sqlite_with_rowid=False,
)


def count(connection: Connection, room: str) -> int:
    return connection.scalar(select(func.count()).select_from(pin).where(pin.c.room_id == room)) or 0


def pinned(connection: Connection, room: str, floor: int) -> Sequence[AnyRow]:
    """The pinned messages from `floor` on, each with its author's name, the newest pin first."""
    of = (pin.c.room_id == room) & (pin.c.seq >= floor)
    seqs = connection.scalars(select(pin.c.seq).where(of).order_by(pin.c.at_ms.desc(), pin.c.seq.desc())).all()
    if not seqs:
        return []
    # By their places, not by a join: for that SQLite would read the whole room.
    rows = connection.execute(
        select(message.c.seq, message.c.author_id, message.c.text, person.c.name)
        .join(person, person.c.id == message.c.author_id)
        .where(message.c.room_id == room, message.c.seq.in_(seqs))
    )
    return sorted(rows, key=lambda row: seqs.index(row.seq))
