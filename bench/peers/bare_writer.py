"""A floor for durable publishing: a writer that commits together what waits together, and does nothing else.

200 tasks put one message after the other into 10 rooms. The writer takes all that wait, inserts one row a message in
one transaction, commits, and answers. No rights, no keys, no counters in the database, no network, no readers.

    python -m bench.peers.bare_writer --seconds 3 sqlite /tmp/bare.db
    python -m bench.peers.bare_writer --seconds 3 postgresql postgresql://…

It prints {"rate": messages a second so, "p99_ms": from put to commit at `PACE` messages a second}.
"""

import argparse
import asyncio
import json
import sqlite3
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import asyncpg
import msgspec
import uvloop
from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, Table, Text, create_engine
from sqlalchemy.event import listens_for
from sqlalchemy.ext.asyncio import create_async_engine

from bench.figures import percentile
from bench.peers.envelope import event

Row = tuple[str, int, str, str, int, bytes]
Insert = Callable[[list[Row]], Awaitable[object]]

IN_FLIGHT = 200
ROOMS = 10
TEXT = "x" * 200
WARM_UP = 0.5
PACE = 2000
TICK = 0.001

TABLE = (
    "CREATE TABLE event (room TEXT NOT NULL, seq BIGINT NOT NULL, kind TEXT NOT NULL, by TEXT NOT NULL,"
    " at BIGINT NOT NULL, body {bytes} NOT NULL, PRIMARY KEY (room, seq))"
)


class Writer:
    """Collects what waits while one transaction is under way; the next takes it all."""

    def __init__(self, insert: Insert) -> None:
        self._insert = insert
        self._waiting: list[tuple[Row, asyncio.Future[None]]] = []
        self._wake = asyncio.Event()

    def put(self, row: Row) -> "asyncio.Future[None]":
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((row, done))
        self._wake.set()
        return done

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            batch, self._waiting = self._waiting, []
            await self._insert([row for row, _ in batch])
            for _, done in batch:
                if not done.cancelled():
                    done.set_result(None)


class Load:
    """Messages for a writer, numbered room by room."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._seqs = [0] * ROOMS
        self.stored = 0

    def post(self, room: int) -> "asyncio.Future[None]":
        self._seqs[room] += 1
        name, seq = f"r{room:010d}", self._seqs[room]
        body = msgspec.json.encode(event(name, seq, TEXT)["body"])
        return self._writer.put((name, seq, "message_posted", "p0000000000", time.time_ns() // 1_000_000, body))

    async def keep_posting(self, room: int) -> None:
        while True:
            await self.post(room)
            self.stored += 1


async def measure(insert: Insert, seconds: float) -> dict[str, float]:
    writer = Writer(insert)
    writing = asyncio.create_task(writer.run())
    load = Load(writer)
    result = {"rate": await _rate(load, seconds), "p99_ms": await _latency(load, seconds)}
    writing.cancel()
    return result


async def _rate(load: Load, seconds: float) -> float:
    tasks = [asyncio.create_task(load.keep_posting(n % ROOMS)) for n in range(IN_FLIGHT)]
    await asyncio.sleep(WARM_UP)
    before, start = load.stored, time.monotonic()
    await asyncio.sleep(seconds)
    rate = (load.stored - before) / (time.monotonic() - start)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return rate


async def _latency(load: Load, seconds: float) -> float:
    took: list[float] = []

    async def timed(room: int) -> None:
        begin = time.monotonic()
        await load.post(room)
        took.append((time.monotonic() - begin) * 1e3)

    tasks: list[asyncio.Task[None]] = []
    start = time.monotonic()
    while (now := time.monotonic() - start) < seconds:
        tasks += [asyncio.create_task(timed(n % ROOMS)) for n in range(len(tasks), int(now * PACE))]
        await asyncio.sleep(TICK)
    await asyncio.gather(*tasks)
    return percentile(took, 0.99)


async def on_sqlite(path: str, seconds: float) -> dict[str, float]:
    """One connection in one thread: `executemany` prepares the statement once."""
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(TABLE.format(bytes="BLOB"))
    statement = "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)"

    def commit(rows: list[Row]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(statement, rows)
        connection.execute("COMMIT")

    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as thread:
        result = await measure(lambda rows: loop.run_in_executor(thread, commit, rows), seconds)
    connection.close()
    return result


async def on_postgresql(dsn: str, seconds: float) -> dict[str, float]:
    """One connection: asyncpg sends the whole batch at once, as one transaction."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("DROP TABLE IF EXISTS event")
    await connection.execute(TABLE.format(bytes="BYTEA"))
    statement = "INSERT INTO event VALUES ($1, $2, $3, $4, $5, $6)"
    result = await measure(lambda rows: connection.executemany(statement, rows), seconds)
    await connection.close()
    return result


core_event = Table(
    "event",
    MetaData(),
    Column("room", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
_NAMES = tuple(column.name for column in core_event.columns)


def _named(rows: list[Row]) -> list[dict[str, object]]:
    return [dict(zip(_NAMES, row, strict=True)) for row in rows]


async def on_sqlite_by_core(path: str, seconds: float) -> dict[str, float]:
    """The same writer through SQLAlchemy Core, which is what Corridor is built on."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False})

    @listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    core_event.metadata.create_all(engine)

    def commit(rows: list[Row]) -> None:
        with engine.begin() as connection:
            connection.execute(core_event.insert(), _named(rows))

    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as thread:
        result = await measure(lambda rows: loop.run_in_executor(thread, commit, rows), seconds)
    engine.dispose()
    return result


async def on_postgresql_by_core(dsn: str, seconds: float) -> dict[str, float]:
    """The same through SQLAlchemy Core over asyncpg."""
    engine = create_async_engine(dsn.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.begin() as connection:
        await connection.run_sync(core_event.metadata.drop_all)
        await connection.run_sync(core_event.metadata.create_all)

    async def commit(rows: list[Row]) -> None:
        async with engine.begin() as connection:
            await connection.execute(core_event.insert(), _named(rows))

    result = await measure(commit, seconds)
    await engine.dispose()
    return result


WRITERS = {
    ("sqlite", "driver"): on_sqlite,
    ("postgresql", "driver"): on_postgresql,
    ("sqlite", "core"): on_sqlite_by_core,
    ("postgresql", "core"): on_postgresql_by_core,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--through", choices=["driver", "core"], default="driver")
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("database", choices=["sqlite", "postgresql"])
    parser.add_argument("where")
    given = parser.parse_args()
    run = WRITERS[given.database, given.through]
    print(json.dumps(uvloop.run(run(given.where, given.seconds))))


if __name__ == "__main__":
    main()
