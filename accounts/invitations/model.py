"""The table of invitations."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text

from storage.schema import metadata

invitation = Table(
    "invitation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),  # the token itself is on the paper only
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger),
    Index(None, "person_id"),
)
