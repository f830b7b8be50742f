"""Windows of a school, and exceptions from them."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "school_window",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_school_window"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_school_window_school_id"),
    )
    op.create_index("ix_school_window_school_id", "school_window", ["school_id"])
    op.create_table(
        "window_once",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("window_id", sa.Text()),
        sa.Column("opens", sa.Boolean(), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger()),
        sa.Column("ended_by", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_window_once"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_window_once_school_id"),
    )
    op.create_index("ix_window_once_school_id", "window_once", ["school_id"])
