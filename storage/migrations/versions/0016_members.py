"""How people are in rooms: by several groups, and what each may see of the past."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "room_group",
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("may_write", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("keeps", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("room_id", "group_id", "part", name="pk_room_group"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name="fk_room_group_room_id"),
        sa.ForeignKeyConstraint(["group_id"], ["school_group.id"], name="fk_room_group_group_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_room_group_group_id", "room_group", ["group_id"])
    for part, keeps in (("learners", "false"), ("staff", "true")):  # a room had one group, and all of its people
        op.execute(
            "INSERT INTO room_group (room_id, group_id, part, may_write, keeps) "
            f"SELECT id, group_id, '{part}', true, {keeps} FROM room WHERE group_id IS NOT NULL"
        )
    op.drop_index("ix_room_group_id", "room")
    op.execute("ALTER TABLE room DROP COLUMN group_id")
    op.add_column("member", sa.Column("from_seq", sa.BigInteger(), server_default=sa.text("1"), nullable=False))
    op.add_column("member", sa.Column("by_hand", sa.Boolean(), server_default=sa.text("false"), nullable=False))
