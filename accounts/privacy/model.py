"""The table of holds: whose data must not be erased for now, and why."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text

from storage.schema import metadata

hold = Table(
    "hold",  # while one stands, nothing of this person is erased
    metadata,
    Column("id", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("given_by", Text, nullable=False),
    Column("reason", Text, nullable=False),  # what somebody wrote: it goes when the person is erased
    Column("at_ms", BigInteger, nullable=False),
    Column("lifted_ms", BigInteger),
    Column("lifted_by", Text),
    Index(None, "person_id"),
)
