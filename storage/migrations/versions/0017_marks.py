"""What people put on messages: reactions and pins."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reaction",
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("room_id", "seq", "kind", "person_id", name="pk_reaction"),
        sa.ForeignKeyConstraint(["room_id", "seq"], ["event.room_id", "event.seq"], name="fk_reaction_room_id_seq"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_reaction_person_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reaction_person_id", "reaction", ["person_id"])
    op.create_table(
        "pin",
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("room_id", "seq", name="pk_pin"),
        sa.ForeignKeyConstraint(["room_id", "seq"], ["event.room_id", "event.seq"], name="fk_pin_room_id_seq"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_pin_person_id"),
        sqlite_with_rowid=False,
    )
