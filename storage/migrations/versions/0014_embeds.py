"""Feeds in rooms, and cards of links."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _feeds()
    _cards()
    _pages()


def _feeds() -> None:
    op.create_table(
        "feed",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column("added_by", sa.Text()),
        sa.Column("added_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("checked_ms", sa.BigInteger()),
        sa.Column("failures", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("trouble", sa.Text()),
        sa.Column("etag", sa.Text()),
        sa.Column("modified", sa.Text()),
        sa.Column("entries", sa.Text(), nullable=False, server_default=sa.text("'[]'")),
        sa.PrimaryKeyConstraint("id", name="pk_feed"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name="fk_feed_room_id"),
        sa.UniqueConstraint("room_id", "url", name="uq_feed_room_id_url"),
    )
    op.create_index("ix_feed_due_ms", "feed", ["due_ms"])


def _cards() -> None:
    op.create_table(
        "link_card",
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text()),
        sa.Column("due_ms", sa.BigInteger()),
        sa.Column("made_seq", sa.BigInteger()),
        sa.Column("title", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column("text", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.PrimaryKeyConstraint("room_id", "seq", name="pk_link_card"),
        sa.ForeignKeyConstraint(["room_id", "seq"], ["event.room_id", "event.seq"], name="fk_link_card_room_id_seq"),
        sqlite_with_rowid=False,
    )
    given = sa.text("due_ms IS NOT NULL")
    op.create_index("ix_link_card_due_ms", "link_card", ["due_ms"], sqlite_where=given, postgresql_where=given)


def _pages() -> None:
    op.create_table(
        "link_page",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("fetched_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("url", name="pk_link_page"),
    )
    op.create_index("ix_link_page_fetched_ms", "link_page", ["fetched_ms"])
