"""Files, their parts that arrive, and the shelves of rooms."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _arriving()
    _shelf()
    _files()
    _versions()


def _arriving() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("touched_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_upload"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_upload_school_id"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name="fk_upload_room_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_upload_person_id"),
    )
    op.create_index("ix_upload_person_id", "upload", ["person_id"])
    op.create_index("ix_upload_touched_ms", "upload", ["touched_ms"])
    op.create_table(
        "upload_part",
        sa.Column("upload_id", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("upload_id", "start", name="pk_upload_part"),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name="fk_upload_part_upload_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stray",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_stray"),
    )
    op.create_index("ix_stray_due_ms", "stray", ["due_ms"])


def _shelf() -> None:
    op.create_table(
        "shelf_item",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("folder_id", sa.Text()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("address", sa.Text()),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.Column("removed_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_shelf_item"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name="fk_shelf_item_room_id"),
        sa.ForeignKeyConstraint(["folder_id"], ["shelf_item.id"], name="fk_shelf_item_folder_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_shelf_item_person_id"),
    )
    op.create_index("ix_shelf_item_place", "shelf_item", ["room_id", "folder_id"])
    op.create_index("ix_shelf_item_folder_id", "shelf_item", ["folder_id"])
    op.create_index("ix_shelf_item_person_id", "shelf_item", ["person_id"])
    removed = sa.text("removed_ms IS NOT NULL")
    op.create_index(
        "ix_shelf_item_removed_ms", "shelf_item", ["removed_ms"], sqlite_where=removed, postgresql_where=removed
    )


def _files() -> None:
    op.create_table(
        "file",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer()),
        sa.Column("height", sa.Integer()),
        sa.Column("alt", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("message_seq", sa.BigInteger()),
        sa.Column("item_id", sa.Text()),
        sa.Column("removed_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_file"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_file_school_id"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name="fk_file_room_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_file_person_id"),
        sa.ForeignKeyConstraint(["item_id"], ["shelf_item.id"], name="fk_file_item_id"),
    )
    op.create_index("ix_file_person_id", "file", ["person_id"])
    laid = sa.text("item_id IS NOT NULL")
    op.create_index("ix_file_item_id", "file", ["item_id"], sqlite_where=laid, postgresql_where=laid)
    said = sa.text("message_seq IS NOT NULL")
    op.create_index("ix_file_message", "file", ["room_id", "message_seq"], sqlite_where=said, postgresql_where=said)
    unused = sa.text("message_seq IS NULL AND item_id IS NULL")
    op.create_index("ix_file_unused", "file", ["at_ms"], sqlite_where=unused, postgresql_where=unused)
    op.create_table(
        "blob",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_blob"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_blob_school_id"),
        sa.UniqueConstraint("school_id", "hash", name="uq_blob_school_id_hash"),
    )
    op.create_table(
        "file_shape",
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("file_id", "shape", name="pk_file_shape"),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name="fk_file_shape_file_id"),
        sa.ForeignKeyConstraint(["key"], ["blob.key"], name="fk_file_shape_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_file_shape_key", "file_shape", ["key"])


def _versions() -> None:
    op.create_table(
        "shelf_version",
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", "number", name="pk_shelf_version"),
        sa.ForeignKeyConstraint(["item_id"], ["shelf_item.id"], name="fk_shelf_version_item_id"),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name="fk_shelf_version_file_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_shelf_version_person_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_shelf_version_file_id", "shelf_version", ["file_id"])
    op.create_index("ix_shelf_version_person_id", "shelf_version", ["person_id"])
