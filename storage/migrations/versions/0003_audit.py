"""The audit log and the access log."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _chain()
    _access()
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _chain() -> None:
    op.create_table(
        "audit_log",
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by", sa.Text()),
        sa.Column("subject", sa.Text()),
        sa.Column("in_school", sa.Boolean(), nullable=False),
        sa.Column("detail_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("school_id", "seq", name="pk_audit_log"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_audit_log_school_id_at_ms", "audit_log", ["school_id", "at_ms"])
    op.create_index("ix_audit_log_school_id_kind_seq", "audit_log", ["school_id", "kind", "seq"])
    op.create_index("ix_audit_log_by", "audit_log", ["by"])
    op.create_index("ix_audit_log_subject", "audit_log", ["subject"])
    op.create_table(
        "audit_detail",
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("school_id", "seq", name="pk_audit_detail"),
        sa.ForeignKeyConstraint(
            ["school_id", "seq"], ["audit_log.school_id", "audit_log.seq"], name="fk_audit_detail_school_id_seq"
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_head",
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("school_id", name="pk_audit_head"),
    )


def _access() -> None:
    op.create_table(
        "access",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("in_school", sa.Boolean(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_access"),
    )
    op.create_index("ix_access_person_id_at_ms", "access", ["person_id", "at_ms"])
    op.create_index("ix_access_school_id_at_ms", "access", ["school_id", "at_ms"])


def _guard_sqlite() -> None:
    for table, act in (("audit_log", "UPDATE"), ("audit_log", "DELETE"), ("audit_detail", "UPDATE")):
        op.execute(f"""
            CREATE TRIGGER {table}_refuses_{act.lower()} BEFORE {act} ON {table}
            BEGIN SELECT RAISE(ABORT, 'The audit log is append-only.'); END
        """)
    # INSERT OR REPLACE takes the old row away without a word to the trigger above.
    op.execute("""
        CREATE TRIGGER audit_log_refuses_replace BEFORE INSERT ON audit_log
        WHEN EXISTS (SELECT 1 FROM audit_log WHERE school_id = NEW.school_id AND seq = NEW.seq)
        BEGIN SELECT RAISE(ABORT, 'The audit log is append-only.'); END
    """)


def _guard_postgresql() -> None:
    op.execute("""
        CREATE FUNCTION refuse_change_of_audit_log() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'The audit log is append-only.'; END $$
    """)
    for table, acts in (("audit_log", "UPDATE OR DELETE OR TRUNCATE"), ("audit_detail", "UPDATE OR TRUNCATE")):
        op.execute(f"""
            CREATE TRIGGER {table}_refuses_change BEFORE {acts} ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_log()
        """)
