"""Schools, people, sessions, rooms, their logs, and messages."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "installation",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_installation"),
    )
    _accounts()
    _rooms()
    _messages()


def _accounts() -> None:
    op.create_table(
        "school",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_school"),
        sa.UniqueConstraint("slug", name="uq_school_slug"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password", sa.Text()),
        sa.Column("disabled_ms", sa.BigInteger()),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_person_school_id"),
        sa.UniqueConstraint("school_id", "login", name="uq_person_school_id_login"),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_session_person_id"),
        sa.UniqueConstraint("token_hash", name="uq_session_token_hash"),
    )
    op.create_index("ix_session_person_id", "session", ["person_id"])
    op.create_table(
        "sign_in_failure",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name="pk_sign_in_failure"),
    )


def _rooms() -> None:
    op.create_table(
        "room",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("floor", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("closed_ms", sa.BigInteger()),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_room"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_room_school_id"),
    )
    op.create_index("ix_room_school_id", "room", ["school_id"])
    op.create_table(
        "member",
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("may_write", sa.Boolean(), nullable=False),
        sa.Column("may_administer", sa.Boolean(), nullable=False),
        sa.Column("read_seq", sa.BigInteger(), nullable=False),
        sa.Column("joined_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("room_id", "person_id", name="pk_member"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name="fk_member_room_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_member_person_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_member_person_id", "member", ["person_id"])
    op.create_table(
        "event",
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("key", sa.Text()),
        sa.Column("fingerprint", sa.Text()),
        sa.PrimaryKeyConstraint("room_id", "seq", name="pk_event"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name="fk_event_room_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_event_key",
        "event",
        ["key", "author_id", "room_id"],
        unique=True,
        sqlite_where=sa.text("key IS NOT NULL"),
        postgresql_where=sa.text("key IS NOT NULL"),
    )
    op.create_table(
        "evidence",
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("removed_by", sa.Text(), nullable=False),
        sa.Column("removed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("room_id", "seq", name="pk_evidence"),
        sa.ForeignKeyConstraint(["room_id", "seq"], ["event.room_id", "event.seq"], name="fk_evidence_room_id_seq"),
    )


def _messages() -> None:
    op.create_table(
        "message_change",
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("text_seq", sa.BigInteger()),
        sa.Column("edited_ms", sa.BigInteger()),
        sa.Column("removed_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("room_id", "seq", name="pk_message_change"),
        sa.ForeignKeyConstraint(
            ["room_id", "seq"], ["event.room_id", "event.seq"], name="fk_message_change_room_id_seq"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "message_edit",
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("message_seq", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("room_id", "message_seq", "seq", name="pk_message_edit"),
        sa.ForeignKeyConstraint(["room_id", "seq"], ["event.room_id", "event.seq"], name="fk_message_edit_room_id_seq"),
        sqlite_with_rowid=False,
    )
    as_json = "{0}" if op.get_bind().dialect.name == "sqlite" else "CAST({0} AS json)"
    said, posted = as_json.format("COALESCE(edited.body, posted.body)"), as_json.format("posted.body")
    op.execute(f"""
        CREATE VIEW message AS
        SELECT posted.room_id, posted.seq, posted.author_id, posted.at_ms,
               COALESCE({said} ->> 'text', '') AS text, {posted} ->> 'reply_to' AS reply_to,
               change.edited_ms, change.removed_ms
        FROM event AS posted
        LEFT JOIN message_change AS change ON change.room_id = posted.room_id AND change.seq = posted.seq
        LEFT JOIN event AS edited ON edited.room_id = change.room_id AND edited.seq = change.text_seq
        WHERE posted.kind = 'message_posted'
    """)
