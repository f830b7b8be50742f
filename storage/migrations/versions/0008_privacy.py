"""Extensions of leavers' accounts; holds against erasure."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "extension",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("undone_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_extension"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_extension_person_id"),
    )
    op.create_index("ix_extension_person_id", "extension", ["person_id"])
    op.create_table(
        "hold",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("lifted_ms", sa.BigInteger()),
        sa.Column("lifted_by", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_hold"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_hold_person_id"),
    )
    op.create_index("ix_hold_person_id", "hold", ["person_id"])
