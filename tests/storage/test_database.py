"""Transactions: what they publish is announced after the commit and never otherwise, and the loop goes on turning."""

import asyncio
import threading
from dataclasses import dataclass

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.util import await_only

from storage import installation
from storage.database import Transaction, open_database
from tests.storage.conftest import Opened
from tests.world import until


@dataclass(frozen=True)
class Row:
    room: str
    seq: int


def put(tx: Transaction, name: str, value: str, *rows: Row) -> str:
    installation.write(tx, name, value)
    for row in rows:
        tx.publish(row)
    return value


async def test_rows_are_announced_in_order_once_they_are_committed(opened: Opened) -> None:
    rows = [Row("r1", 1), Row("r2", 7), Row("r1", 2)]
    assert await opened.database.write(put, "colour", "green", *rows) == "green"
    assert opened.announced == rows
    assert await opened.database.read(installation.read, "colour") == "green"


async def test_what_is_announced_can_be_read_already(emptied_database_url: str) -> None:
    seen: list[str | None] = []
    reading: list[asyncio.Task[None]] = []
    other = open_database(emptied_database_url)

    async def look() -> None:
        seen.append(await other.read(installation.read, "colour"))

    database = open_database(emptied_database_url, lambda rows: reading.append(asyncio.create_task(look())))
    await database.write(put, "colour", "green", Row("r1", 1))
    await asyncio.gather(*reading)
    assert seen == ["green"]
    await database.close()
    await other.close()


async def test_nothing_is_announced_or_kept_after_a_rollback(opened: Opened) -> None:
    def fail(tx: Transaction) -> None:
        put(tx, "colour", "green", Row("r1", 1))
        raise LookupError("half way")

    with pytest.raises(LookupError, match="half way"):
        await opened.database.write(fail)
    assert opened.announced == []
    assert await opened.database.read(installation.read, "colour") is None


async def test_nothing_is_announced_when_the_database_refuses(opened: Opened) -> None:
    def twice(tx: Transaction) -> None:
        tx.publish(Row("r1", 1))
        for _ in range(2):
            tx.connection.execute(installation.installation.insert().values(name="same", value="x"))

    with pytest.raises(IntegrityError):
        await opened.database.write(twice)
    assert opened.announced == []


async def test_a_transaction_that_publishes_nothing_announces_nothing(emptied_database_url: str) -> None:
    def never(rows: object) -> None:
        raise AssertionError(rows)

    database = open_database(emptied_database_url, never)
    await database.write(put, "colour", "green")
    await database.close()


async def test_a_caller_that_goes_away_does_not_keep_a_commit_from_being_announced(opened: Opened) -> None:
    announced = asyncio.Event()
    began = threading.Event()
    database = open_database(opened.url, lambda rows: announced.set())

    def slowly(tx: Transaction) -> None:
        put(tx, "colour", "green", Row("r1", 1))
        began.set()

    caller = asyncio.create_task(database.write(slowly))
    await until(began.is_set)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    async with asyncio.timeout(10):
        await announced.wait()
    assert await database.read(installation.read, "colour") == "green"
    await database.close()


async def test_the_loop_turns_while_a_transaction_waits_for_another(opened: Opened) -> None:
    """Two writers want one row; while the second waits for the first the loop still serves others."""
    other = open_database(opened.url)
    await opened.database.write(put, "colour", "red")
    first_has_it, may_end = threading.Event(), asyncio.Event()
    turns = 0

    async def holder() -> None:
        await _hold(opened, first_has_it, may_end)

    async def waiter() -> None:
        await other.write(put, "colour", "blue")

    holding = asyncio.create_task(holder())
    await until(first_has_it.is_set)
    waiting = asyncio.create_task(waiter())
    while turns < 1000:
        await asyncio.sleep(0)
        turns += 1
    assert not waiting.done()
    may_end.set()
    async with asyncio.timeout(10):
        await asyncio.gather(holding, waiting)
    assert await other.read(installation.read, "colour") == "blue"
    await other.close()


async def _hold(opened: Opened, has_it: threading.Event, may_end: asyncio.Event) -> None:
    """Keep a write transaction open until it may end: by a thread on SQLite, by its greenlet on PostgreSQL."""
    loop = asyncio.get_running_loop()

    def work(tx: Transaction) -> None:
        installation.write(tx, "colour", "green")
        has_it.set()
        if opened.database.dialect == "sqlite":
            asyncio.run_coroutine_threadsafe(may_end.wait(), loop).result(10)
        else:
            await_only(may_end.wait())

    await opened.database.write(work)


async def test_reads_see_the_state_before_a_transaction_that_is_still_open(opened: Opened) -> None:
    await opened.database.write(put, "colour", "red")
    has_it, may_end = threading.Event(), asyncio.Event()
    holding = asyncio.create_task(_hold(opened, has_it, may_end))
    await until(has_it.is_set)
    assert await opened.database.read(installation.read, "colour") == "red"
    may_end.set()
    await holding
    assert await opened.database.read(installation.read, "colour") == "green"


async def test_hundred_transactions_at_once_all_happen(opened: Opened) -> None:
    await opened.database.write(put, "count", "0")

    def count(tx: Transaction) -> None:
        lock = "" if tx.connection.dialect.name == "sqlite" else " FOR UPDATE"
        before = tx.connection.scalar(text("SELECT value FROM installation WHERE name = 'count'" + lock))
        installation.write(tx, "count", str(int(before or 0) + 1))

    await asyncio.gather(*(opened.database.write(count) for _ in range(100)))
    assert await opened.database.read(installation.read, "count") == "100"


async def test_reading_cannot_write_on_sqlite(fresh_sqlite_url: str) -> None:
    database = open_database(fresh_sqlite_url)

    def sneak(connection: Connection) -> None:
        connection.execute(installation.installation.insert().values(name="sneak", value="x"))

    with pytest.raises(DBAPIError, match="readonly"):
        await database.read(sneak)
    await database.close()


async def test_sqlite_syncs_every_commit_and_guards_references(fresh_sqlite_url: str) -> None:
    database = open_database(fresh_sqlite_url)

    def pragmas(tx: Transaction) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return {name: tx.connection.scalar(text(f"PRAGMA {name}")) for name in names}

    assert await database.write(pragmas) == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    await database.close()


async def test_an_error_never_says_what_was_written(opened: Opened) -> None:
    """Errors are logged; what people write must not be."""

    def fail(tx: Transaction) -> None:
        tx.connection.execute(text("INSERT INTO nowhere (name) VALUES (:said)"), {"said": "a confidence"})

    with pytest.raises(DBAPIError) as caught:
        await opened.database.write(fail)
    assert "a confidence" not in str(caught.value)


def test_another_kind_of_database_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="SQLite and PostgreSQL, not on mysql"):
        open_database("mysql://localhost/corridor")


async def test_transactions_that_wait_for_each_other_both_happen(fresh_postgres_url: str) -> None:
    database = open_database(fresh_postgres_url)
    for name in ("a", "b"):
        await database.write(installation.write, name, "0")
    holding: set[str] = set()
    runs: list[str] = []

    def cross(tx: Transaction, first: str, second: str) -> None:
        runs.append(first)
        add = text("UPDATE installation SET value = value || 'x' WHERE name = :name")
        tx.connection.execute(add, {"name": first})
        holding.add(first)
        while len(holding) < 2:  # until the other holds its row too
            tx.connection.execute(text("SELECT 1"))
        tx.connection.execute(add, {"name": second})

    await asyncio.gather(database.write(cross, "a", "b"), database.write(cross, "b", "a"))
    assert await database.read(installation.read, "a") == "0xx"
    assert await database.read(installation.read, "b") == "0xx"
    assert len(runs) == 3, "one of them was undone and run again"
    await database.close()
