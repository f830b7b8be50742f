"""What a person has settled for themselves, and the look of a school."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("preferences", sa.Text, nullable=False, server_default=sa.text("'{}'")))
    op.add_column("school", sa.Column("look", sa.Text, nullable=False, server_default=sa.text("'{}'")))
    op.create_table(
        "school_logo",
        sa.Column("school_id", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("image", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_school_logo_school_id"),
        sa.PrimaryKeyConstraint("school_id", name="pk_school_logo"),
    )
    op.create_index("ix_school_logo_digest", "school_logo", ["digest"])
