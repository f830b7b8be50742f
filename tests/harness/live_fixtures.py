"""Fixtures of tests over real sockets; a module asks for them with `pytest_plugins`."""

import asyncio
import itertools
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.harness.api import SignIn
from tests.harness.installation import FORGET_EPOCH, KINDS, Install, Installation, Template, installed, make_template
from tests.harness.live import OpenTab, Place, Tab
from tests.harness.postgres import Postgres
from tests.harness.redis import Redis

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def demo_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Template:
    path = tmp_path_factory.mktemp("demo") / "template.db"
    made = make_template("sqlite", path, path.parent, f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as database:
        database.execute(FORGET_EPOCH)
        database.commit()
    return made


@pytest.fixture(scope="session")
def demo_on_postgresql(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Template:
    name = f"demo_{next(_numbers)}"
    made = make_template("postgresql+redis", (postgres, name), tmp_path_factory.mktemp("demo"), postgres.create(name))
    postgres.execute(FORGET_EPOCH, name)
    return made


@pytest.fixture(scope="session", params=KINDS)
def template(request: pytest.FixtureRequest) -> Template:
    """The demo on each kind of database in turn."""
    fixture = "demo_on_sqlite" if request.param == "sqlite" else "demo_on_postgresql"
    made: Template = request.getfixturevalue(fixture)
    return made


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[Redis]:
    with Redis() as redis:
        yield redis


@pytest.fixture(scope="session")
def installation(
    template: Template, shared_redis: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Servers that all tests share which break nothing; on SQLite, and on PostgreSQL with Redis."""
    redis = None if template.kind == "sqlite" else shared_redis
    with installed(template, tmp_path_factory.mktemp("shared"), {}, redis) as made:
        yield made


@pytest.fixture
def install(template: Template, shared_redis: Redis, tmp_path: Path) -> Iterator[Install]:
    """Makes an installation for this test alone, to be killed and misled; settings by name, without CORRIDOR_."""
    with ExitStack() as stack:

        def make(redis: Place | None = None, **settings: str) -> Installation:
            env = {f"CORRIDOR_{name}": value for name, value in settings.items()}
            folder = tmp_path / f"installation-{next(_numbers)}"
            folder.mkdir()
            chosen = None if template.kind == "sqlite" else redis or shared_redis
            return stack.enter_context(installed(template, folder, env, chosen))

        yield make


@pytest.fixture
async def tabs() -> AsyncIterator[OpenTab]:
    """Opens tabs that are closed after the test: `await tabs(server, person, {room: last})`."""
    opened: list[Tab] = []

    async def open_tab(
        server: Place, who: SignIn, rooms: Mapping[str, int] | None = None, *, small: bool = False
    ) -> Tab:
        opened.append(Tab(server.url, who, rooms, small=small))
        return await opened[-1].open()

    yield open_tab
    await asyncio.gather(*(tab.close() for tab in opened))
