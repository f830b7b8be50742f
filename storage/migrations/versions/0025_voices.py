"""Voice notes, and how long sounds are."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("upload", sa.Column("voice", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("file", sa.Column("length_ms", sa.Integer()))
