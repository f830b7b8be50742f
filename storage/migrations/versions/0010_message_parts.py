"""Threads, mentions, forwarded messages, and what the view of messages shows of them.

Reactions and pins have a migration of their own, 0017.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _threads()
    _mentions()
    _forwards()
    _messages()


def _threads() -> None:
    op.create_table(
        "thread",
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("root_seq", sa.BigInteger(), nullable=False),
        sa.Column("replies", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("room_id", "root_seq", name="pk_thread"),
        sa.ForeignKeyConstraint(
            ["room_id", "root_seq"], ["event.room_id", "event.seq"], name="fk_thread_room_id_root_seq"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "thread_reply",
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("root_seq", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("removed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("room_id", "root_seq", "seq", name="pk_thread_reply"),
        sa.ForeignKeyConstraint(["room_id", "seq"], ["event.room_id", "event.seq"], name="fk_thread_reply_room_id_seq"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_thread_reply_room_id_seq", "thread_reply", ["room_id", "seq"])
    op.create_table(
        "thread_reader",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("root_seq", sa.BigInteger(), nullable=False),
        sa.Column("read_seq", sa.BigInteger(), nullable=False),
        sa.Column("follows", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "room_id", "root_seq", name="pk_thread_reader"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_thread_reader_person_id"),
        sa.ForeignKeyConstraint(
            ["room_id", "root_seq"], ["event.room_id", "event.seq"], name="fk_thread_reader_room_id_root_seq"
        ),
        sqlite_with_rowid=False,
    )


def _mentions() -> None:
    op.create_table(
        "mention",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("root_seq", sa.BigInteger()),
        sa.PrimaryKeyConstraint("person_id", "room_id", "seq", name="pk_mention"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_mention_person_id"),
        sa.ForeignKeyConstraint(["room_id", "seq"], ["event.room_id", "event.seq"], name="fk_mention_room_id_seq"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_mention_room_id_seq", "mention", ["room_id", "seq"])


def _forwards() -> None:
    op.create_table(
        "forward",
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("from_room_id", sa.Text(), nullable=False),
        sa.Column("from_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("room_id", "seq", name="pk_forward"),
        sa.ForeignKeyConstraint(["room_id", "seq"], ["event.room_id", "event.seq"], name="fk_forward_room_id_seq"),
        sa.ForeignKeyConstraint(
            ["from_room_id", "from_seq"], ["event.room_id", "event.seq"], name="fk_forward_from_room_id_from_seq"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_forward_from_room_id_from_seq", "forward", ["from_room_id", "from_seq"])


def _messages() -> None:
    """Replies in a thread are events of their own kind, so that a room's pages pass them over without a look inside."""
    as_json = "{0}" if op.get_bind().dialect.name == "sqlite" else "CAST({0} AS json)"
    said, posted = as_json.format("COALESCE(edited.body, posted.body)"), as_json.format("posted.body")
    op.execute("DROP VIEW message")
    op.execute(f"""
        CREATE VIEW message AS
        SELECT posted.room_id, posted.seq, posted.author_id, posted.at_ms,
               COALESCE({said} ->> 'text', '') AS text, {posted} ->> 'reply_to' AS reply_to,
               change.edited_ms, change.removed_ms,
               {said} ->> 'html' AS html, posted.kind = 'reply_posted' AS in_thread,
               {posted} ->> 'thread' AS thread, {posted} ->> 'forwarded' AS forwarded
        FROM event AS posted
        LEFT JOIN message_change AS change ON change.room_id = posted.room_id AND change.seq = posted.seq
        LEFT JOIN event AS edited ON edited.room_id = change.room_id AND edited.seq = change.text_seq
        WHERE posted.kind IN ('message_posted', 'reply_posted')
    """)
