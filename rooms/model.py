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
    Column("icon", Text),  # none: as its kind has it, in kinds.TEMPLATES; the same for accent and welcome
    Column("accent", Text),
    Column("welcome", Text),
    Column("who_writes", Text, nullable=False, server_default=text("'everyone'")),  # one of kinds.WHO_WRITES
    Column("past", Text, nullable=False, server_default=text("'everything'")),  # what newcomers see: one of kinds.PASTS
    Column("part_of", Text, ForeignKey("room.id")),  # the room whose sub-group it is for; hidden from all others
    Index(None, "school_id"),
    Index(None, "part_of"),
)

room_group = Table(
    "room_group",  # whose people are a room's members
    metadata,
    Column("room_id", Text, ForeignKey("room.id"), nullable=False),
    Column("group_id", Text, ForeignKey("school_group.id"), nullable=False),
    Column("part", Text, nullable=False),  # of the group's people: one of kinds.PARTS
    Column("may_write", Boolean, nullable=False, server_default=text("true")),
    Column("keeps", Boolean, nullable=False, server_default=text("false")),  # the group's teachers look after the room
    PrimaryKeyConstraint("room_id", "group_id", "part"),
    Index(None, "group_id"),
    sqlite_with_rowid=False,
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
    Column("by_group", Boolean, nullable=False, server_default=text("false")),  # follows the room's groups
    Column("from_ms", BigInteger),  # nobody here before this moment, and from `until_ms` on
    Column("until_ms", BigInteger),
    Column("from_seq", BigInteger, nullable=False, server_default=text("1")),  # nothing before it is shown to them
    Column("by_hand", Boolean, nullable=False, server_default=text("false")),  # what they may was set for them alone
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
