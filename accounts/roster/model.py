"""Tables of roster runs: who carried in what, and what a file waits to be confirmed with."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, Text

from storage.schema import metadata

roster_run = Table(
    "roster_run",
    metadata,
    Column("id", Text, primary_key=True),
    Column("school_id", Text, ForeignKey("school.id"), nullable=False),
    Column("by_id", Text),  # none: the command line
    Column("at_ms", BigInteger, nullable=False),
    Column("source", Text, nullable=False),  # csv or oneroster
    Column("file_hash", Text, nullable=False),  # SHA-256 of what was handed in
    Column("state", Text, nullable=False),  # previewed, reading, writing, applied, refused
    Column("state_ms", BigInteger, nullable=False),
    Column("body", Text, nullable=False),  # JSON of runs.Preview: sentences, counts and problems
    Column("refusal", Text),
    Index(None, "school_id"),
)

roster_upload = Table(
    "roster_upload",  # what was handed in, until it is carried in or an hour has passed
    metadata,
    Column("run_id", Text, ForeignKey("roster_run.id"), primary_key=True),
    Column("name", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
)

roster_role = Table(
    "roster_role",  # the roster's last word about a role: a school that gave another one keeps it until this changes
    metadata,
    Column("person_id", Text, ForeignKey("person.id"), primary_key=True),
    Column("role", Text, nullable=False),
)
