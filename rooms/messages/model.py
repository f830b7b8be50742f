"""The messages that a room's log adds up to."""

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, PrimaryKeyConstraint, Table, Text

from storage.schema import metadata

message = Table(
    "message",
    metadata,
    Column("room_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),  # of the event that posted it
    Column("author_id", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("text", Text, nullable=False),  # as it reads now; empty once removed
    Column("reply_to", BigInteger),
    Column("edited_ms", BigInteger),
    Column("removed_ms", BigInteger),
    PrimaryKeyConstraint("room_id", "seq"),
    ForeignKeyConstraint(["room_id", "seq"], ["event.room_id", "event.seq"]),
    sqlite_with_rowid=False,
)

message_edit = Table(
    "message_edit",
    metadata,
    Column("room_id", Text, nullable=False),
    Column("message_seq", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),  # of the event that edited it
    PrimaryKeyConstraint("room_id", "message_seq", "seq"),
    ForeignKeyConstraint(["room_id", "seq"], ["event.room_id", "event.seq"]),
    sqlite_with_rowid=False,
)
