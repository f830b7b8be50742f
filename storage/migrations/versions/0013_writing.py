"""Drafts, messages that wait for their time, and notices that must be read."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _drafts()
    _scheduled()
    _notices()


def _drafts() -> None:
    op.create_table(
        "draft",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reply_to", sa.Text()),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "room_id", "about", name="pk_draft"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_draft_person_id"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name="fk_draft_room_id"),
        sqlite_with_rowid=False,
    )


def _scheduled() -> None:
    op.create_table(
        "scheduled",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reply_to", sa.Text()),
        sa.Column("thread", sa.Text()),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger()),
        sa.Column("refused", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_scheduled"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_scheduled_person_id"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name="fk_scheduled_room_id"),
    )
    given = sa.text("due_ms IS NOT NULL")
    op.create_index("ix_scheduled_due_ms", "scheduled", ["due_ms"], sqlite_where=given, postgresql_where=given)
    op.create_index("ix_scheduled_person_id", "scheduled", ["person_id"])


def _notices() -> None:
    op.create_table(
        "notice",
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("nudged_ms", sa.BigInteger()),
        sa.Column("ended_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("room_id", "seq", name="pk_notice"),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name="fk_notice_author_id"),
        sa.ForeignKeyConstraint(["room_id", "seq"], ["event.room_id", "event.seq"], name="fk_notice_room_id_seq"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "notice_reader",
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("read_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("room_id", "seq", "person_id", name="pk_notice_reader"),
        sa.ForeignKeyConstraint(
            ["room_id", "seq"], ["notice.room_id", "notice.seq"], name="fk_notice_reader_room_id_seq"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_notice_reader_person_id"),
        sqlite_with_rowid=False,
    )
    unread = sa.text("read_ms IS NULL")
    op.create_index(
        "ix_notice_reader_person_id", "notice_reader", ["person_id"], sqlite_where=unread, postgresql_where=unread
    )
