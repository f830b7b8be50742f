"""Roles, policy, groups, guardians, terms; when people come and leave; rooms that follow a group."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("school", sa.Column("rights_version", sa.Integer(), server_default="0", nullable=False))
    op.add_column("school", sa.Column("settings", sa.Text(), server_default="{}", nullable=False))
    _policy()
    _people()
    _groups()
    _terms()
    _sessions()
    _rooms()
    _moments()


def _policy() -> None:
    op.create_table(
        "role",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_role"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_role_school_id"),
        sa.UniqueConstraint("school_id", "name", name="uq_role_school_id_name"),
    )
    op.create_table(
        "policy_change",
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("body", sa.Text()),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("school_id", "rule", name="pk_policy_change"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_policy_change_school_id"),
    )


def _people() -> None:
    op.add_column("person", sa.Column("full_name", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("person", sa.Column("sourced_id", sa.Text()))
    op.add_column("person", sa.Column("year", sa.Text()))
    op.add_column("person", sa.Column("starts_ms", sa.BigInteger()))
    op.add_column("person", sa.Column("left_ms", sa.BigInteger()))
    op.add_column("person", sa.Column("off_ms", sa.BigInteger()))
    _add_reference("person", "manager_id", "person")
    op.add_column("person", sa.Column("erased_ms", sa.BigInteger()))
    op.execute("UPDATE person SET full_name = name")
    _unique_where_given("person")
    op.create_table(
        "guardian",
        sa.Column("guardian_id", sa.Text(), nullable=False),
        sa.Column("learner_id", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("guardian_id", "learner_id", name="pk_guardian"),
        sa.ForeignKeyConstraint(["guardian_id"], ["person.id"], name="fk_guardian_guardian_id"),
        sa.ForeignKeyConstraint(["learner_id"], ["person.id"], name="fk_guardian_learner_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_guardian_learner_id", "guardian", ["learner_id"])


def _groups() -> None:
    op.create_table(
        "school_group",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("sourced_id", sa.Text()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("year", sa.Text()),
        sa.Column("archived_ms", sa.BigInteger()),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_school_group"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_school_group_school_id"),
    )
    op.create_index("ix_school_group_school_id", "school_group", ["school_id"])
    _unique_where_given("school_group")
    op.create_table(
        "group_member",
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("from_ms", sa.BigInteger()),
        sa.Column("until_ms", sa.BigInteger()),
        sa.Column("given_by", sa.Text()),
        sa.PrimaryKeyConstraint("group_id", "person_id", "part", "origin", name="pk_group_member"),
        sa.ForeignKeyConstraint(["group_id"], ["school_group.id"], name="fk_group_member_group_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_group_member_person_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_group_member_person_id", "group_member", ["person_id"])


def _terms() -> None:
    op.create_table(
        "term",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("school_id", sa.Text(), nullable=False),
        sa.Column("sourced_id", sa.Text()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Text(), nullable=False),
        sa.Column("ends_on", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_term"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_term_school_id"),
    )
    op.create_index("ix_term_school_id", "term", ["school_id"])


def _sessions() -> None:
    op.create_index("ix_sign_in_failure_last_ms", "sign_in_failure", ["last_ms"])
    op.add_column("session", sa.Column("method", sa.Text(), server_default="password", nullable=False))
    op.add_column("session", sa.Column("strong", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("session", sa.Column("in_school", sa.Boolean(), server_default=sa.text("false"), nullable=False))


def _rooms() -> None:
    _add_reference("room", "group_id", "school_group")
    op.create_index("ix_room_group_id", "room", ["group_id"])
    op.add_column("member", sa.Column("by_group", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("member", sa.Column("from_ms", sa.BigInteger()))
    op.add_column("member", sa.Column("until_ms", sa.BigInteger()))


def _moments() -> None:
    moments = {
        "person": ("starts_ms", "left_ms", "off_ms"),
        "group_member": ("from_ms", "until_ms"),
        "member": ("from_ms", "until_ms"),
    }
    for table, columns in moments.items():
        for column in columns:
            given = sa.text(f"{column} IS NOT NULL")
            op.create_index(f"ix_{table}_{column}", table, [column], sqlite_where=given, postgresql_where=given)


def _add_reference(table: str, column: str, to: str) -> None:
    """In one statement that both databases know: a copy of the table, Alembic's way on SQLite, would break others'."""
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT CONSTRAINT fk_{table}_{column} REFERENCES {to} (id)")


def _unique_where_given(table: str) -> None:
    given = sa.text("sourced_id IS NOT NULL")
    op.create_index(
        f"uq_{table}_school_id_sourced_id", table, ["school_id", "sourced_id"], unique=True,
        sqlite_where=given, postgresql_where=given,
    )  # fmt: skip
