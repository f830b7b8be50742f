"""Tables of rooms, their members and their logs."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from storage.schema import index_of_moments, metadata

room = Table(
    "room",
    metadata,
    Column("id", Text, primary_key=True),
    Column("school_id", Text, ForeignKey("school.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("last_seq", BigInteger, nullable=False, server_default="0"),
    Column("floor", BigInteger, nullable=False, server_default="1"),  # the first seq that is still kept
    Column("closed_ms", BigInteger),
    Column("created_ms", BigInteger, nullable=False),
    Column("group_id", Text, ForeignKey("school_group.id")),  # whose people are its members
    Index(None, "school_id"),
    Index(None, "group_id"),
)

member = Table(
    "member",
    metadata,
    Column("room_id", Text, ForeignKey("room.id"), nullable=False),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("may_write", Boolean, nullable=False),
    Column("may_administer", Boolean, nullable=False),
    Column("read_seq", BigInteger, nullable=False),
    Column("joined_ms", BigInteger, nullable=False),
    Column("by_group", Boolean, nullable=False, server_default=text("false")),  # follows the room's group
    Column("from_ms", BigInteger),  # nobody here before this moment, and from `until_ms` on
    Column("until_ms", BigInteger),
    index_of_moments("from_ms"),
    index_of_moments("until_ms"),
    PrimaryKeyConstraint("room_id", "person_id"),
    Index(None, "person_id"),
    sqlite_with_rowid=False,
)

event = Table(
    "event",
    metadata,
    Column("room_id", Text, ForeignKey("room.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("author_id", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("body", Text, nullable=False),  # JSON, as it is sent
    Column("key", Text),  # the author's UUID of the command; kept as long as the event
    Column("fingerprint", Text),  # what the command said, hashed under the installation's secret
    PrimaryKeyConstraint("room_id", "seq"),
    Index(
        "uq_event_key",
        "key",  # first: keys that begin with the time lie together, and a commit touches few pages
        "author_id",
        "room_id",
        unique=True,
        sqlite_where=text("key IS NOT NULL"),
        postgresql_where=text("key IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

evidence = Table(
    "evidence",  # what was taken out of a log; only moderation reads it
    metadata,
    Column("room_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("author_id", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("reason", Text),
    Column("removed_by", Text, nullable=False),
    Column("removed_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("room_id", "seq"),
    ForeignKeyConstraint(["room_id", "seq"], ["event.room_id", "event.seq"]),
)
