"""The messages that a room's log adds up to.

A message is the event that posted it; nothing is written twice. What later events changed is noted in `message_change`,
and the view `message` reads both together.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Table,
    Text,
    column,
    table,
)

from storage.schema import metadata

message_change = Table(
    "message_change",
    metadata,
    Column("room_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),  # of the event that posted the message
    Column("text_seq", BigInteger),  # of the event that says how it reads now, once it was edited
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

# A view: `text` as it reads now, empty once removed; `reply_to` the id of the message that it answers.
message = table(
    "message",
    column("room_id", Text),
    column("seq", BigInteger),
    column("author_id", Text),
    column("at_ms", BigInteger),
    column("text", Text),
    column("reply_to", Text),
    column("edited_ms", BigInteger),
    column("removed_ms", BigInteger),
)
