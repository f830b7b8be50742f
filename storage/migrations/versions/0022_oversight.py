"""Pauses, looks into threads, and notes about learners."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _pauses_and_looks()
    _notes()


def _pauses_and_looks() -> None:
    op.create_table(
        "pause",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("of_id", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("paused_by", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_by", sa.Text()),
        sa.Column("ended_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_pause"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_pause_school_id"),
        sa.ForeignKeyConstraint(["paused_by"], ["person.id"], name="fk_pause_paused_by"),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name="fk_pause_ended_by"),
    )
    op.create_index("ix_pause_school_id", "pause", ["school_id"])
    op.create_table(
        "thread_look",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_thread_look"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_thread_look_school_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_thread_look_person_id"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name="fk_thread_look_room_id"),
    )
    op.create_index("ix_thread_look_school_id_at_ms", "thread_look", ["school_id", "at_ms"])
    op.create_index("ix_thread_look_person_id", "thread_look", ["person_id"])


def _notes() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("learner_id", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("removed_by", sa.Text()),
        sa.Column("removed_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_note"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_note_school_id"),
        sa.ForeignKeyConstraint(["learner_id"], ["person.id"], name="fk_note_learner_id"),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name="fk_note_author_id"),
        sa.ForeignKeyConstraint(["removed_by"], ["person.id"], name="fk_note_removed_by"),
    )
    op.create_index("ix_note_learner_id", "note", ["learner_id"])
    op.create_index("ix_note_author_id", "note", ["author_id"])
    op.create_table(
        "note_version",
        sa.Column("note_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("note_id", "number", name="pk_note_version"),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name="fk_note_version_note_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "note_reader",
        sa.Column("note_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("as_what", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("note_id", "person_id", name="pk_note_reader"),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name="fk_note_reader_note_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_note_reader_person_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_note_reader_person_id", "note_reader", ["person_id"])
