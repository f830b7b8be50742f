"""What a hop to SQLite's thread costs for each statement, and for each transaction."""

import asyncio
import tempfile
from pathlib import Path

from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bench.decisions.timing import Way, compare
from storage.database import Database, Transaction, open_database

ROUNDS, TRANSACTIONS = 15, 40
INSERT = text("INSERT INTO log (body) VALUES (:body)")
READ = text("SELECT body FROM log WHERE id = :id")


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        ours = open_database(f"sqlite:///{Path(folder) / 'ours.db'}")
        theirs = _theirs(Path(folder) / "theirs.db")
        await ours.write(lambda tx: _create(tx.connection))
        async with theirs.begin() as connection:
            await connection.run_sync(_create)
        for count in (1, 4, 8):
            await compare(_writing(ours, theirs, count), rounds=ROUNDS, each=TRANSACTIONS, unit="transaction")
        await compare(_reading(ours, theirs), rounds=ROUNDS, each=TRANSACTIONS, unit="reading")
        await ours.close()
        await theirs.dispose()


def _theirs(path: Path) -> AsyncEngine:
    """Aiosqlite with the same promises: WAL, and every commit synced."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}")

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: object, _: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined] # a connection of the driver
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    return engine


def _create(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE log (id INTEGER PRIMARY KEY, body TEXT)"))
    connection.execute(INSERT, {"body": "x" * 200})


def _statements(tx: Transaction, count: int) -> None:
    for _ in range(count):
        tx.connection.execute(INSERT, {"body": "x" * 200})


def _writing(ours: Database, theirs: AsyncEngine, count: int) -> dict[str, Way]:
    async def a_hop_each_transaction() -> None:
        for _ in range(TRANSACTIONS):
            await ours.write(_statements, count)

    async def a_hop_each_statement() -> None:
        for _ in range(TRANSACTIONS):
            async with theirs.begin() as connection:
                for _ in range(count):
                    await connection.execute(INSERT, {"body": "x" * 200})

    return {
        f"write {count}: one hop for the transaction": a_hop_each_transaction,
        f"write {count}: aiosqlite, a hop a statement": a_hop_each_statement,
    }


def _reading(ours: Database, theirs: AsyncEngine) -> dict[str, Way]:
    def read(connection: Connection) -> None:
        for _ in range(4):
            connection.execute(READ, {"id": 1}).all()

    async def a_hop_each_transaction() -> None:
        for _ in range(TRANSACTIONS):
            await ours.read(read)

    async def a_hop_each_statement() -> None:
        for _ in range(TRANSACTIONS):
            async with theirs.connect() as connection:
                for _ in range(4):
                    (await connection.execute(READ, {"id": 1})).all()

    return {
        "read 4: one hop for the transaction": a_hop_each_transaction,
        "read 4: aiosqlite, a hop a statement": a_hop_each_statement,
    }


if __name__ == "__main__":
    asyncio.run(main())
