"""Calls for help, reports and worries."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "concern",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("about_id", sa.Text()),
        sa.Column("room_id", sa.Text()),
        sa.Column("message", sa.Text()),
        sa.Column("help_id", sa.Text()),
        sa.Column("to_id", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text()),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_concern"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_concern_school_id"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_concern_by_id"),
        sa.ForeignKeyConstraint(["about_id"], ["person.id"], name="fk_concern_about_id"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name="fk_concern_room_id"),
        sa.ForeignKeyConstraint(["help_id"], ["room.id"], name="fk_concern_help_id"),
        sa.ForeignKeyConstraint(["to_id"], ["person.id"], name="fk_concern_to_id"),
    )
    op.create_index("ix_concern_school_id_state_changed_ms", "concern", ["school_id", "state", "changed_ms"])
    op.create_index("ix_concern_by_id", "concern", ["by_id"])
    op.create_index("ix_concern_about_id", "concern", ["about_id"])
    op.create_index("ix_concern_to_id", "concern", ["to_id"])
    op.create_index("ix_concern_help_id", "concern", ["help_id"])
    op.create_table(
        "concern_context",
        sa.Column("concern_id", sa.Text(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reply_to", sa.Text()),
        sa.Column("edited_ms", sa.BigInteger()),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("reported", sa.Boolean(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("versions", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("concern_id", "nth", name="pk_concern_context"),
        sa.ForeignKeyConstraint(["concern_id"], ["concern.id"], name="fk_concern_context_concern_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "concern_step",
        sa.Column("concern_id", sa.Text(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("words", sa.Text()),
        sa.Column("key", sa.Text()),
        sa.PrimaryKeyConstraint("concern_id", "nth", name="pk_concern_step"),
        sa.ForeignKeyConstraint(["concern_id"], ["concern.id"], name="fk_concern_step_concern_id"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name="fk_concern_step_by_id"),
        sa.UniqueConstraint("by_id", "key", name="uq_concern_step_by_id_key"),
        sqlite_with_rowid=False,
    )
