"""Tables of the audit log, one hash chain a school, and of the access log."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from storage.schema import metadata

INSTALLATION: Final = "installation"  # the chain of what concerns no school

audit_log = Table(
    "audit_log",  # triggers refuse UPDATE and DELETE; no references, for it outlives what it speaks of
    metadata,
    Column("school_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),  # 1, 2, 3 … a school, without gaps
    Column("at_ms", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),  # a word in the past tense
    Column("by", Text),  # a person; none: the program, the command line, or nobody who is known
    Column("subject", Text),  # the person, or the thing, that it was done to
    Column("in_school", Boolean, nullable=False),  # done from the school's network
    Column("detail_hash", Text, nullable=False),  # of the detail's salt and body; empty: there never was a detail
    Column("hash", Text, nullable=False),  # of the hash before and of all columns above; see chain.py
    PrimaryKeyConstraint("school_id", "seq"),
    Index(None, "school_id", "at_ms"),
    Index(None, "school_id", "kind", "seq"),
    Index(None, "by"),
    Index(None, "subject"),
    sqlite_with_rowid=False,
)

audit_detail = Table(
    "audit_detail",  # may be deleted, by retention or erasure, and leaves the chain whole
    metadata,
    Column("school_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("salt", Text, nullable=False),  # without it a deleted detail could be guessed from its hash
    Column("body", Text, nullable=False),  # a JSON object: ids, counts and names of fields, never what people wrote
    PrimaryKeyConstraint("school_id", "seq"),
    ForeignKeyConstraint(["school_id", "seq"], ["audit_log.school_id", "audit_log.seq"]),
    sqlite_with_rowid=False,
)

audit_head = Table(
    "audit_head",  # where each chain stands: held while a row is added, so that no two servers fork it
    metadata,
    Column("school_id", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)

access = Table(
    "access",  # what learners opened and which refusals they met; kept for settings.access_log_days
    metadata,
    Column("id", Text, primary_key=True),
    Column("school_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("session_id", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("in_school", Boolean, nullable=False),
    Column("what", Text, nullable=False),  # a room's id, or the path of a page
    Column("error", Text),  # the code of a refusal; none: it was opened
    Index(None, "person_id", "at_ms"),
    Index(None, "school_id", "at_ms"),
)
