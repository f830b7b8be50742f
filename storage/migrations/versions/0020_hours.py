"""Quiet hours, and who is away."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quiet_hours",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_quiet_hours"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_quiet_hours_person_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "absence",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger()),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_absence"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_absence_person_id"),
        sa.ForeignKeyConstraint(["set_by"], ["person.id"], name="fk_absence_set_by"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_absence_set_by", "absence", ["set_by"])
    op.create_table(
        "absence_other",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("other_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "other_id", name="pk_absence_other"),
        sa.ForeignKeyConstraint(["person_id"], ["absence.person_id"], name="fk_absence_other_person_id"),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name="fk_absence_other_other_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_absence_other_other_id", "absence_other", ["other_id"])
