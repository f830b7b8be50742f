"""Bringing a database to the tables that this version expects."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from storage.database import Database, Transaction
from storage.installation import epoch

FOLDER: Final = Path(__file__).parent / "migrations"
LOCK: Final = 0x436F7272  # "Corr", in PostgreSQL's table of advisory locks


async def migrate(database: Database) -> str:
    """Run what is missing, one process at a time, in one transaction. Gives the database's epoch."""
    return await database.write(_upgrade)


def _upgrade(tx: Transaction) -> str:
    connection = tx.connection
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    command.upgrade(configuration(connection), "head")
    return epoch(tx)


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for an open connection."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
