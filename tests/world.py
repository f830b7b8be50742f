"""A database with schools and people in it, who act without a server: the whole way from a command to the tables."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Executable, FromClause, Table, select, update

from accounts import sessions
from accounts.sessions import Actor
from features import HANDLERS
from realtime.connection import Caller
from realtime.protocol import Command, Event
from rooms import log
from rooms.doors import caller_of
from rooms.enrolling import NewPerson, enrol, found_school, seat
from rooms.messages.commands import EditMessage, PostMessage, RemoveMessage
from rooms.model import event, room
from rooms.turn import GroupCommit, Handler, Job, Outcome
from storage import installation
from storage.clock import Clock
from storage.database import Transaction, open_database
from storage.schema import metadata
from tests.harness import Postgres

SECRET = b"a secret of the tests"
BY_COMMAND: dict[type, Handler[Any]] = {handler.command: handler for handler in HANDLERS}


@dataclass(frozen=True)
class School:
    """A school and its staffroom."""

    id: str
    slug: str
    staffroom: str


class World:
    """One open database; several may stand on the same one."""

    def __init__(self, url: str) -> None:
        self.published: list[Event] = []
        self.database = open_database(url, self.published.extend)
        self.clock = Clock()
        self.epoch = ""

    async def school(self, slug: str = "oakfield") -> School:
        made = await self.database.write(found_school, slug, slug.title(), "primary", "Europe/London", self.now_ms)
        return School(made[0], slug, made[1])

    async def person(
        self, school: School, login: str, role: str = "teacher", *, seated: bool = True, password: str | None = None
    ) -> str:
        """A new person, by default a member of the staffroom; gives the id."""

        def make(tx: Transaction) -> str:
            new = enrol(tx, school.id, NewPerson(login, login.title(), role, password), self.now_ms)
            if seated:
                seat(tx, school.staffroom, new, self.now_ms)
            return new

        return await self.database.write(make)

    async def session(self, person: str) -> Actor:
        """A new session of this person."""
        token = await self.database.write(sessions.start, person, "a test", self.now_ms)
        found = (await self.database.read(sessions.find, [token], self.now_ms))[0]
        assert found is not None
        return found

    async def caller(self, school: School, login: str, role: str = "teacher", *, seated: bool = True) -> Caller:
        """A new person with a session."""
        return caller_of(await self.session(await self.person(school, login, role, seated=seated)))

    async def commit(self, *asked: tuple[Caller, Command]) -> list[Outcome]:
        """Carry these commands out in one transaction."""
        jobs = [Job(caller, command, BY_COMMAND[type(command)]) for caller, command in asked]
        return await self.database.write(lambda tx: GroupCommit(tx, SECRET, self.now_ms).run(jobs))

    async def do(self, caller: Caller, command: Command) -> Outcome:
        return (await self.commit((caller, command)))[0]

    async def rows(self, table: FromClause, **where: object) -> list[Any]:
        """Rows of a table in the order of its key, or of the view of messages in the order of their places."""

        def read(connection: Connection) -> list[Any]:
            key = table.primary_key.columns if isinstance(table, Table) else (table.c.room_id, table.c.seq)
            chosen = select(table).filter_by(**where).order_by(*key)
            return list(connection.execute(chosen).all())

        return await self.database.read(read)

    async def events(self, of: str) -> list[Event]:
        return await self.database.read(log.after, of, 0, 100_000)

    async def set(self, table: Table, values: Mapping[str, object], **where: object) -> None:
        """Change rows behind everybody's back."""
        await self.execute(update(table).filter_by(**where).values(**values))

    async def execute(self, statement: Executable) -> None:
        """Change something behind everybody's back."""
        await self.database.write(_execute, statement)

    async def check_log(self, of: str) -> None:
        """Promise b: no gaps, and the room's head is its last event."""
        seqs = [row.seq for row in await self.rows(event, room_id=of)]
        assert seqs == list(range(1, len(seqs) + 1))
        assert [row.last_seq for row in await self.rows(room, id=of)] == [len(seqs)]

    @property
    def now_ms(self) -> int:
        return self.clock.now_ms()


def empty(postgres: Postgres, database: str) -> None:
    """Take all rows out of a database: much sooner done than making another."""
    unguarded = "SET session_replication_role = replica"  # else the triggers of the audit log would refuse
    deletes = (f'DELETE FROM "{table.name}"' for table in reversed(metadata.sorted_tables))
    postgres.execute("; ".join((unguarded, *deletes)), database)


def _execute(tx: Transaction, statement: Executable) -> None:
    tx.connection.execute(statement)


@asynccontextmanager
async def world_on(url: str) -> AsyncIterator[World]:
    """A database with tables, opened."""
    made = World(url)
    made.epoch = await made.database.write(installation.epoch)
    try:
        yield made
    finally:
        await made.database.close()


def post(of: str, text: str = "Good morning", *, key: UUID | None = None, reply_to: str | None = None) -> PostMessage:
    return PostMessage(room=of, key=key or uuid4(), text=text, reply_to=reply_to)


def edit(of: str, message: str, text: str) -> EditMessage:
    return EditMessage(room=of, key=uuid4(), message=message, text=text)


def remove(of: str, message: str, reason: str | None = None) -> RemoveMessage:
    return RemoveMessage(room=of, key=uuid4(), message=message, reason=reason)


def done(outcome: Outcome) -> Mapping[str, Any]:
    """The answer of a command that was carried out."""
    assert isinstance(outcome, Mapping), outcome
    return outcome


def code(outcome: Outcome) -> str:
    """The code of a command that was refused."""
    assert not isinstance(outcome, Mapping), outcome
    return outcome.code


async def until(true: Callable[[], bool], seconds: float = 20) -> None:
    """Return when it is true, looking at every turn of the loop."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0)
