"""The table of extensions: who let a leaver keep their access for longer, and why."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text

from storage.schema import metadata

extension = Table(
    "extension",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("given_by", Text),  # a person; none: the command line
    Column("reason", Text, nullable=False),  # what somebody wrote: it goes when the person is erased
    Column("until_ms", BigInteger, nullable=False),  # the account's end by this extension
    Column("at_ms", BigInteger, nullable=False),
    Column("undone_ms", BigInteger),
    Index(None, "person_id"),
)
