"""Reading and writing, off the event loop, with what was written published only after its commit.

Work is a plain function that is given a connection. On SQLite it runs in a thread (one hop for the whole transaction,
not one for each statement); on PostgreSQL in a greenlet of the event loop over asyncpg. The same function serves both.
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, TypeVar, TypeVarTuple

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

BUSY_TIMEOUT_MS = 10_000

# PostgreSQL undid a transaction because it and another one waited for each other, or could not be put in an order.
CROSSED = frozenset({"40P01", "40001"})
TRIES = 4

# The database itself is away or full: what failed for many at once would fail for each of them alone, in turn.
AWAY = (OperationalError, InterfaceError, OSError, TimeoutError)
READERS = 3

# Every statement of ours finds a few rows by an index. PostgreSQL plans a prepared statement on what it believes of
# tables that may still be empty, and would then read them from end to end for as long as the connection lives.
POSTGRESQL_SETTINGS = {
    "application_name": "corridor",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_seqscan": "off",
    "jit": "off",
}


class Published(Protocol):
    """What a transaction announces: a row of a room's log."""

    @property
    def room(self) -> str: ...

    @property
    def seq(self) -> int: ...


OnCommit = Callable[[Sequence[Any]], None]


class Transaction:
    """A write transaction. What it publishes is handed on after the commit, and never if there is none."""

    __slots__ = ("connection", "published")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.published: list[Published] = []

    def publish(self, row: Published) -> None:
        self.published.append(row)


class Database(Protocol):
    """Two ways in, one way to publish."""

    dialect: str

    async def read(self, work: Callable[[Connection, *Ts], T], *args: *Ts) -> T: ...

    async def write(self, work: Callable[[Transaction, *Ts], T], *args: *Ts) -> T: ...

    async def write_soon(self, work: Callable[[Transaction, *Ts], T], *args: *Ts) -> T:
        """As `write`, whole or not at all, but without waiting for the disk: for what can be made again."""
        ...

    async def close(self) -> None: ...


def open_database(url: str, on_commit: OnCommit = lambda rows: None) -> Database:
    """The database behind `url` (sqlite:///… or postgresql+asyncpg://…); ValueError says what is wrong with it.

    `on_commit` is called on the event loop with the rows that a transaction published, after it committed.
    """
    try:
        kind = make_url(url).drivername
    except ArgumentError:  # without the address, which may hold a password
        raise ValueError(
            "The database's address is not understood: write sqlite:///… or postgresql+asyncpg://…"
        ) from None
    match kind:
        case "sqlite":
            return SQLite(url, on_commit)
        case "postgresql+asyncpg":
            return PostgreSQL(url, on_commit)
        case other:
            raise ValueError(
                f"Corridor runs on SQLite and PostgreSQL, not on {other}: write sqlite:///… or postgresql+asyncpg://…"
            )


class SQLite:
    """One writer thread and a few readers on one file, in WAL mode with every commit synced to disk."""

    dialect = "sqlite"

    def __init__(self, url: str, on_commit: OnCommit) -> None:
        self._on_commit = on_commit
        Path(make_url(url).database or "").parent.mkdir(parents=True, exist_ok=True)
        self._write_engine = _sqlite_engine(url, begin="BEGIN IMMEDIATE")
        self._read_engine = _sqlite_engine(url, begin="BEGIN", query_only=True)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="sqlite-write")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-read")
        self._kept = threading.local()
        self._connections: list[Connection] = []

    async def read(self, work: Callable[[Connection, *Ts], T], *args: *Ts) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._in_connection, work, args)

    async def write(self, work: Callable[[Transaction, *Ts], T], *args: *Ts) -> T:
        # Shielded: a caller that goes away must not keep a commit that happened from being announced.
        return await asyncio.shield(asyncio.ensure_future(self._write(self._in_transaction, work, args)))

    async def write_soon(self, work: Callable[[Transaction, *Ts], T], *args: *Ts) -> T:
        return await asyncio.shield(asyncio.ensure_future(self._write(self._in_lazy_transaction, work, args)))

    async def _write(self, way: Callable[..., Any], work: Callable[..., T], args: tuple[Any, ...]) -> T:
        loop = asyncio.get_running_loop()
        done: tuple[T, list[Published]] = await loop.run_in_executor(self._writer, way, work, args)
        result, published = done
        if published:
            self._on_commit(published)
        return result

    def _in_connection(self, work: Callable[..., T], args: tuple[Any, ...]) -> T:
        connection = self._own_connection(self._read_engine)
        with connection.begin():
            return work(connection, *args)

    def _in_transaction(self, work: Callable[..., T], args: tuple[Any, ...]) -> tuple[T, list[Published]]:
        connection = self._own_connection(self._write_engine)
        with connection.begin():
            return _collected(connection, work, args)

    def _in_lazy_transaction(self, work: Callable[..., T], args: tuple[Any, ...]) -> tuple[T, list[Published]]:
        driver: Any = self._own_connection(self._write_engine).connection.driver_connection
        driver.execute("PRAGMA synchronous=NORMAL").close()  # the next commit that waits for the disk writes this too
        try:
            return self._in_transaction(work, args)
        finally:
            driver.execute("PRAGMA synchronous=FULL").close()

    def _own_connection(self, engine: Engine) -> Connection:
        """The connection of this thread, which keeps it: fetching one from a pool costs as much as a statement."""
        connection: Connection | None = getattr(self._kept, "connection", None)
        if connection is None or connection.invalidated:
            connection = self._kept.connection = engine.connect()
            self._connections.append(connection)
        return connection

    async def close(self) -> None:
        self._writer.shutdown()
        self._readers.shutdown()
        for connection in self._connections:
            connection.close()
        self._write_engine.dispose()
        self._read_engine.dispose()


class PostgreSQL:
    """A pool of asyncpg connections."""

    dialect = "postgresql"

    def __init__(self, url: str, on_commit: OnCommit) -> None:
        self._on_commit = on_commit
        self._under_way: set[asyncio.Future[Any]] = set()
        self._engine: AsyncEngine = create_async_engine(
            url,
            pool_size=8,
            max_overflow=8,
            connect_args={"timeout": 10, "command_timeout": 30, "server_settings": POSTGRESQL_SETTINGS},
            hide_parameters=True,  # errors are logged, and what people wrote must not be
        )

    async def read(self, work: Callable[[Connection, *Ts], T], *args: *Ts) -> T:
        return await self._to_the_end(self._read(work, args))

    async def write(self, work: Callable[[Transaction, *Ts], T], *args: *Ts) -> T:
        """Run `work`, again if it crossed another transaction: nothing of the first time has stayed."""
        return await self._to_the_end(self._write(work, args))

    async def write_soon(self, work: Callable[[Transaction, *Ts], T], *args: *Ts) -> T:
        def lazily(tx: Transaction) -> T:
            tx.connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
            return work(tx, *args)

        return await self._to_the_end(self._write(lazily, ()))

    async def _read(self, work: Callable[..., T], args: tuple[Any, ...]) -> T:
        async with self._engine.connect() as connection:
            return await connection.run_sync(work, *args)

    async def _to_the_end(self, asking: Coroutine[Any, Any, T]) -> T:
        """Shielded for the same reason as SQLite's: a connection whose question is broken off is lost to the pool.

        Whoever closes waits for what is under way.
        """
        task = asyncio.ensure_future(asking)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await asyncio.shield(task)

    async def _write(self, work: Callable[..., T], args: tuple[Any, ...], tries: int = TRIES) -> T:
        try:
            async with self._engine.begin() as connection:
                result, published = await connection.run_sync(_collected, work, args)
        except DBAPIError as error:
            if tries == 1 or getattr(error.orig, "sqlstate", None) not in CROSSED:
                raise
            return await self._write(work, args, tries - 1)
        if published:
            self._on_commit(published)
        return result

    async def close(self) -> None:
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._engine.dispose()


def _collected(connection: Connection, work: Callable[..., T], args: tuple[Any, ...]) -> tuple[T, list[Published]]:
    transaction = Transaction(connection)
    return work(transaction, *args), transaction.published


def _write_ahead(connection: Any) -> None:
    """Switch to a write-ahead log. On a new file SQLite refuses that at once while another process does the same."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _sqlite_engine(url: str, begin: str, query_only: bool = False) -> Engine:
    engine = create_engine(
        url, poolclass=NullPool, connect_args={"check_same_thread": False},
        hide_parameters=True,  # as on PostgreSQL
    )  # fmt: skip

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # else the driver begins transactions of its own
        _write_ahead(connection)
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "synchronous=FULL",
            "foreign_keys=ON",
            "cache_size=-16384",
            f"query_only={'ON' if query_only else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.connection.driver_connection.execute(begin)  # type: ignore[union-attr]

    return engine
