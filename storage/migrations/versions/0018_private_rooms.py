"""Threads of stickies, and messages that wait for a window to open."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "thread_pair",
        sa.Column("one", sa.Text(), nullable=False),
        sa.Column("other", sa.Text(), nullable=False),
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("one", "other", name="pk_thread_pair"),
        sa.ForeignKeyConstraint(["one"], ["person.id"], name="fk_thread_pair_one"),
        sa.ForeignKeyConstraint(["other"], ["person.id"], name="fk_thread_pair_other"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name="fk_thread_pair_room_id"),
        sa.UniqueConstraint("room_id", name="uq_thread_pair_room_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "seat_note",
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("colour", sa.Text()),
        sa.Column("put_away_ms", sa.BigInteger()),
        sa.Column("delivered_seq", sa.BigInteger(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("room_id", "person_id", name="pk_seat_note"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name="fk_seat_note_room_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_seat_note_person_id"),
        sqlite_with_rowid=False,
    )
    op.add_column("scheduled", sa.Column("when_open", sa.Boolean(), nullable=False, server_default=sa.text("false")))
