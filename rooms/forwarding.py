"""Which messages are copies of which: what goes from one room goes from all."""

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    select,
)

from storage.schema import metadata

forward = Table(
    "forward",
    metadata,
    Column("room_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),  # of the copy
    Column("from_room_id", Text, nullable=False),
    Column("from_seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("room_id", "seq"),
    ForeignKeyConstraint(["room_id", "seq"], ["event.room_id", "event.seq"]),
    ForeignKeyConstraint(["from_room_id", "from_seq"], ["event.room_id", "event.seq"]),
    Index(None, "from_room_id", "from_seq"),
    sqlite_with_rowid=False,
)


def copies(connection: Connection, room: str, seqs: Sequence[int]) -> list[tuple[str, int]]:
    """The copies of these messages, and the copies of those, as (room, seq)."""
    found: list[tuple[str, int]] = []
    asked = [(room, list(seqs))]
    while asked:
        of, some = asked.pop()
        chosen = select(forward.c.room_id, forward.c.seq).where(
            forward.c.from_room_id == of, forward.c.from_seq.in_(some)
        )
        for row in connection.execute(chosen).all():
            found.append((row.room_id, row.seq))
            asked.append((row.room_id, [row.seq]))
    return found
