"""A school's logo. What a person has settled is a column of theirs, the school's colour one of the school's."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Text

from storage.schema import metadata

school_logo = Table(
    "school_logo",
    metadata,
    Column("school_id", Text, ForeignKey("school.id"), primary_key=True),
    Column("digest", Text, nullable=False),  # of the image, which is found by it: whoever has it may see it
    Column("image", LargeBinary, nullable=False),  # a PNG that we made ourselves
    Index(None, "digest"),
)
