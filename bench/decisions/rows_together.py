"""Many rows by one statement, and by executemany. For PostgreSQL set CORRIDOR_DATABASE_URL to an empty database."""

import asyncio
import os
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Column, MetaData, Table, Text, insert

from bench.decisions.timing import Way, compare
from storage.database import Database, Transaction, open_database
from storage.rows import insert_rows

ROUNDS = 25
LOG = Table(
    "log",
    MetaData(),
    Column("room", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("kind", Text),
    Column("author", Text),
    Column("at_ms", BigInteger),
    Column("body", Text),
    sqlite_with_rowid=False,
)
Rows = list[tuple[Any, ...]]


class Writer:
    """Appends to one room, however it is told to."""

    def __init__(self, database: Database, count: int) -> None:
        self._database = database
        self._count = count
        self._seq = 0

    def ways(self) -> dict[str, Way]:
        return {
            f"{self._count} rows: one statement": lambda: self._write(_one_statement),
            f"{self._count} rows: executemany": lambda: self._write(_executemany),
        }

    async def _write(self, how: Any) -> None:
        rows = [(f"r{self._count}", self._seq + n, "said", "p1", 1, "x" * 200) for n in range(1, self._count + 1)]
        self._seq += self._count
        await self._database.write(how, rows)


def _one_statement(tx: Transaction, rows: Rows) -> None:
    insert_rows(tx.connection, LOG, rows)


def _executemany(tx: Transaction, rows: Rows) -> None:
    names = [column.name for column in LOG.columns]
    tx.connection.execute(insert(LOG), [dict(zip(names, row, strict=True)) for row in rows])


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(os.environ.get("CORRIDOR_DATABASE_URL") or f"sqlite:///{Path(folder) / 'log.db'}")
        await database.write(lambda tx: LOG.create(tx.connection))
        print(database.dialect)
        for count in (1, 10, 50, 200):
            await compare(Writer(database, count).ways(), rounds=ROUNDS, each=count, unit="row")
        await database.write(lambda tx: LOG.drop(tx.connection))
        await database.close()


if __name__ == "__main__":
    asyncio.run(main())
