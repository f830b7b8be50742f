"""Tables of files: those that arrive, those that are kept, and the shelves of rooms."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from storage.schema import index_of_moments, metadata

upload = Table(
    "upload",  # a file that arrives in parts; gone when it is whole
    metadata,
    Column("id", Text, primary_key=True),  # of the file that it becomes
    Column("school_id", Text, ForeignKey("school.id"), nullable=False),
    Column("room_id", Text, ForeignKey("room.id"), nullable=False),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),  # bytes, when it is whole
    Column("received", BigInteger, nullable=False),  # bytes that are on disk
    Column("touched_ms", BigInteger, nullable=False),
    Column("voice", Boolean, nullable=False, server_default=false()),  # announced as a voice note
    Index(None, "person_id"),
    Index(None, "touched_ms"),
)

upload_part = Table(
    "upload_part",
    metadata,
    Column("upload_id", Text, ForeignKey("upload.id"), nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("key", Text, nullable=False),  # in the storage
    PrimaryKeyConstraint("upload_id", "start"),
    sqlite_with_rowid=False,
)

file = Table(
    "file",  # a file that was checked. Nobody uses it yet, or a message, or an item of a shelf
    metadata,
    Column("id", Text, primary_key=True),
    Column("school_id", Text, ForeignKey("school.id"), nullable=False),
    Column("room_id", Text, ForeignKey("room.id"), nullable=False),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),  # who brought it
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),  # picture, document, audio, video, voice
    Column("size", BigInteger, nullable=False),  # bytes, as it came: what counts for the person's share
    Column("width", Integer),  # of a picture, in pixels
    Column("height", Integer),
    Column("alt", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("message_seq", BigInteger),  # the event of the message that it belongs to
    Column("item_id", Text, ForeignKey("shelf_item.id")),
    Column("removed_ms", BigInteger),  # of the message that it belonged to; kept as evidence, and nobody is shown it
    Column("length_ms", Integer),  # of a sound, where it is known
    Index(None, "person_id"),
    Index(
        "ix_file_message",
        "room_id",
        "message_seq",
        sqlite_where=text("message_seq IS NOT NULL"),
        postgresql_where=text("message_seq IS NOT NULL"),
    ),
    Index(
        "ix_file_item_id",
        "item_id",
        sqlite_where=text("item_id IS NOT NULL"),  # else SQLite would look for unused files among all of messages
        postgresql_where=text("item_id IS NOT NULL"),
    ),
    Index(
        "ix_file_unused",
        "at_ms",
        sqlite_where=text("message_seq IS NULL AND item_id IS NULL"),
        postgresql_where=text("message_seq IS NULL AND item_id IS NULL"),
    ),
)

blob = Table(
    "blob",  # a content in the storage, once a school
    metadata,
    Column("key", Text, primary_key=True),  # never used again for another
    Column("school_id", Text, ForeignKey("school.id"), nullable=False),
    Column("hash", Text, nullable=False),  # SHA-256, hexadecimal
    Column("size", BigInteger, nullable=False),
    UniqueConstraint("school_id", "hash"),
)

file_shape = Table(
    "file_shape",  # a file as it can be fetched: whole, and of a picture also view and thumb
    metadata,
    Column("file_id", Text, ForeignKey("file.id"), nullable=False),
    Column("shape", Text, nullable=False),
    Column("key", Text, ForeignKey("blob.key"), nullable=False),
    Column("media_type", Text, nullable=False),
    PrimaryKeyConstraint("file_id", "shape"),
    Index(None, "key"),
    sqlite_with_rowid=False,
)

stray = Table(
    "stray",  # what the storage is to forget when it is due, unless somebody claims it before; a key, or a folder/
    metadata,
    Column("key", Text, primary_key=True),
    Column("due_ms", BigInteger, nullable=False),
    Index(None, "due_ms"),
)

shelf_item = Table(
    "shelf_item",  # a folder, a file or a link on the shelf of a room
    metadata,
    Column("id", Text, primary_key=True),
    Column("room_id", Text, ForeignKey("room.id"), nullable=False),
    Column("folder_id", Text, ForeignKey("shelf_item.id")),  # where it lies; none: on the shelf itself
    Column("kind", Text, nullable=False),  # folder, file, link
    Column("title", Text, nullable=False),
    Column("folded", Text, nullable=False),  # the title as it is searched for
    Column("address", Text),  # of a link
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Column("removed_ms", BigInteger),
    Index("ix_shelf_item_place", "room_id", "folder_id"),
    Index(None, "folder_id"),
    Index(None, "person_id"),
    index_of_moments("removed_ms"),
)

shelf_version = Table(
    "shelf_version",  # the files that an item was and is; the highest number is what it is
    metadata,
    Column("item_id", Text, ForeignKey("shelf_item.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("file_id", Text, ForeignKey("file.id"), nullable=False),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("item_id", "number"),
    Index(None, "file_id"),
    Index(None, "person_id"),
    sqlite_with_rowid=False,
)
