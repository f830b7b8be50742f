"""Tables of schools, people and their sessions."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from storage.schema import metadata

school = Table(
    "school",
    metadata,
    Column("id", Text, primary_key=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

person = Table(
    "person",
    metadata,
    Column("id", Text, primary_key=True),
    Column("school_id", Text, ForeignKey("school.id"), nullable=False),
    Column("login", Text, nullable=False),  # folded by rules.fold_login
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password", Text),  # an argon2id hash; none: this person cannot sign in with a password
    Column("disabled_ms", BigInteger),
    Column("created_ms", BigInteger, nullable=False),
    UniqueConstraint("school_id", "login"),
)

session = Table(
    "session",
    metadata,
    Column("id", Text, primary_key=True),  # may be shown and logged; the token may not
    Column("token_hash", Text, nullable=False, unique=True),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("device", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Index(None, "person_id"),
)

sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("subject", Text, primary_key=True),  # an account or a device, never an address
    Column("failures", Integer, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
)
