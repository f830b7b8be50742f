"""The metadata that every feature's tables join."""

from sqlalchemy import Index, MetaData, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def index_of_moments(column: str) -> Index:
    """For finding what comes due: only the few rows that have such a moment are in it."""
    given = text(f"{column} IS NOT NULL")
    return Index(None, column, sqlite_where=given, postgresql_where=given)
