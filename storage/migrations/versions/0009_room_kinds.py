"""What rooms are: their template's face and settings, changed room by room; and rooms that are part of another."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("room", sa.Column("icon", sa.Text()))
    op.add_column("room", sa.Column("accent", sa.Text()))
    op.add_column("room", sa.Column("welcome", sa.Text()))
    op.add_column("room", sa.Column("who_writes", sa.Text(), server_default=sa.text("'everyone'"), nullable=False))
    op.add_column("room", sa.Column("past", sa.Text(), server_default=sa.text("'everything'"), nullable=False))
    # In one statement that both databases know: a copy of the table, Alembic's way on SQLite, would break others'.
    op.execute("ALTER TABLE room ADD COLUMN part_of TEXT CONSTRAINT fk_room_part_of REFERENCES room (id)")
    op.create_index("ix_room_part_of", "room", ["part_of"])
