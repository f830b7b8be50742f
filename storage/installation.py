"""What is true of a database as a whole: its epoch, and whether it holds demonstration data."""

import secrets
from typing import Final

from sqlalchemy import Column, Connection, Table, Text, select, text

from storage.database import Transaction
from storage.schema import metadata

installation = Table(
    "installation",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)


def read(connection: Connection, name: str) -> str | None:
    return connection.scalar(select(installation.c.value).where(installation.c.name == name))


# One statement: two servers that write the same name for the first time must not get in each other's way.
_write: Final = text("""
    INSERT INTO installation (name, value) VALUES (:name, :value)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value
""")


def write(transaction: Transaction, name: str, value: str) -> None:
    transaction.connection.execute(_write, {"name": name, "value": value})


_write_once: Final = text("INSERT INTO installation (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING")


def write_once(transaction: Transaction, name: str, value: str) -> str:
    """What stands under a name: this value, or the one that somebody else was first to write."""
    transaction.connection.execute(_write_once, {"name": name, "value": value})
    return read(transaction.connection, name) or value


def epoch(transaction: Transaction) -> str:
    """The database's epoch, made on first use. A restore gives a new one, since numbers may then be used again."""
    value = read(transaction.connection, "epoch")
    return value if value is not None else new_epoch(transaction)


def new_epoch(transaction: Transaction) -> str:
    value = secrets.token_hex(4)
    write(transaction, "epoch", value)
    return value
