"""Identities that an OpenID provider vouches for."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "external_identity",
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("first_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("school_id", "issuer", "subject", name="pk_external_identity"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_external_identity_school_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_external_identity_person_id"),
        sa.UniqueConstraint("person_id", "issuer", name="uq_external_identity_person_id_issuer"),
    )
    op.create_table(
        "used_sign_on",
        sa.Column("state_hash", sa.Text(), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name="pk_used_sign_on"),
    )
