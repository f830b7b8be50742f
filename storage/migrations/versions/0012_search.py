"""What is found by its words."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_entry",
        # On SQLite an INTEGER is the row's own number, which the table of words needs.
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("tokens", sa.Text().with_variant(TSVECTOR(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_entry"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name="fk_search_entry_room_id"),
        sa.UniqueConstraint("room_id", "seq", "kind", "ref", name="uq_search_entry_room_id_seq_kind_ref"),
    )
    op.create_index("ix_search_entry_room_id_id", "search_entry", ["room_id", "id"])
    op.create_table(
        "search_position",
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("room_id", name="pk_search_position"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name="fk_search_position_room_id"),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "sqlite":
        # Words come folded and stemmed already; all that is not ASCII belongs to them, and so do the marks = and #.
        op.execute("""
            CREATE VIRTUAL TABLE search_words USING fts5(
                tokens, content='search_entry', content_rowid='id', prefix='3 4', tokenize="ascii tokenchars '=#'"
            )
        """)
    else:
        # New rows wait in a list that every search reads through: a short one.
        op.execute("""
            CREATE INDEX ix_search_entry_tokens ON search_entry USING gin (tokens)
            WITH (fastupdate = on, gin_pending_list_limit = 512)
        """)
