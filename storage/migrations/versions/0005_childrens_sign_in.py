"""Class cards and picture passwords."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _cards()
    op.create_table(
        "picture_sign_in",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("own_picture", sa.Text(), nullable=False),
        sa.Column("pictures_hash", sa.Text()),
        sa.Column("batch", sa.Text()),
        sa.Column("set_ms", sa.BigInteger()),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("last_used_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("person_id", name="pk_picture_sign_in"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_picture_sign_in_person_id"),
    )
    op.create_table(
        "class_code",
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("sealed_code", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", name="pk_class_code"),
        sa.ForeignKeyConstraint(["group_id"], ["school_group.id"], name="fk_class_code_group_id"),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name="fk_class_code_made_by"),
        sa.UniqueConstraint("code_hash", name="uq_class_code_code_hash"),
    )


def _cards() -> None:
    op.create_table(
        "card",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_ms", sa.BigInteger()),
        sa.Column("last_used_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_card"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_card_person_id"),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name="fk_card_made_by"),
        sa.UniqueConstraint("token_hash", name="uq_card_token_hash"),
    )
    good = sa.text("revoked_ms IS NULL")
    op.create_index("uq_card_person_id", "card", ["person_id"], unique=True, sqlite_where=good, postgresql_where=good)
    op.create_index("ix_card_person_id", "card", ["person_id"])
    op.create_index("ix_card_batch", "card", ["batch"])
