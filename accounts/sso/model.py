"""Tables of single sign-on."""

from sqlalchemy import BigInteger, Column, ForeignKey, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from storage.schema import metadata

external_identity = Table(
    "external_identity",  # under which subject a provider first vouched for a person; it has to stay the same
    metadata,
    Column("school_id", Text, ForeignKey("school.id"), nullable=False),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("first_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("school_id", "issuer", "subject"),
    UniqueConstraint("person_id", "issuer"),
)

used_sign_on = Table(
    "used_sign_on",  # sign-ins that came back from a provider: each may come back once
    metadata,
    Column("state_hash", Text, primary_key=True),
    Column("used_ms", BigInteger, nullable=False),
)
