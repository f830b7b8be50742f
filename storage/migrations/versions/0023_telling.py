"""Web push and e-mail."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "push_subscription",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_push_subscription"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_push_subscription_person_id"),
        sa.UniqueConstraint("mark", name="uq_push_subscription_mark"),
    )
    op.create_index("ix_push_subscription_person_id", "push_subscription", ["person_id"])
    op.create_table(
        "telling",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("room_id", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger()),
        sa.Column("told_seq", sa.BigInteger()),
        sa.PrimaryKeyConstraint("person_id", "room_id", name="pk_telling"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_telling_person_id"),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name="fk_telling_room_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_telling_room_id", "telling", ["room_id"])
    _index_of_moments("telling", "due_ms")
    _index_of_moments("telling", "told_seq")
    op.create_table(
        "push",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("subscription_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_push"),
        sa.ForeignKeyConstraint(["subscription_id"], ["push_subscription.id"], name="fk_push_subscription_id"),
    )
    op.create_index("ix_push_due_ms", "push", ["due_ms"])
    op.create_index("ix_push_subscription_id", "push", ["subscription_id"])
    op.create_table(
        "mail_choice",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("verified_ms", sa.BigInteger()),
        sa.Column("due_ms", sa.BigInteger()),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("bounces", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("off_ms", sa.BigInteger()),
        sa.Column("sent_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("person_id", name="pk_mail_choice"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_mail_choice_person_id"),
        sqlite_with_rowid=False,
    )
    _index_of_moments("mail_choice", "due_ms")


def _index_of_moments(table: str, column: str) -> None:
    given = sa.text(f"{column} IS NOT NULL")
    name = f"ix_{table}_{column}"
    op.create_index(name, table, [column], sqlite_where=given, postgresql_where=given)
