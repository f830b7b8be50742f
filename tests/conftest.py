"""What every test may ask for: a database of each kind, Redis, and servers, all real and all its own."""

import itertools
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.harness import CorridorServer, Postgres, Redis, corridor
from tests.serving import Served, serving
from tests.world import World, empty, world_on

TEMPLATE = "corridor_template"
# Copies that shared an epoch would take each other's hints on a shared Redis; without one each makes its own.
FORGET_EPOCH = "DELETE FROM installation WHERE name = 'epoch'"
_numbers = itertools.count(1)

# A developer's own settings must not reach the servers that the tests start.
for _name in [name for name in os.environ if name.startswith("CORRIDOR_")]:
    del os.environ[_name]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL for all tests. A test that kills PostgreSQL starts its own."""
    with Postgres(durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database with the tables and nothing in them; copied, never used."""
    url = postgres.create(TEMPLATE)
    corridor("migrate", data=tmp_path_factory.mktemp("migrate"), env={"CORRIDOR_DATABASE_URL": url})
    postgres.execute(FORGET_EPOCH, TEMPLATE)
    return TEMPLATE


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the tables and nothing in them; copied, never used."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    corridor("migrate", data=path.parent, env={"CORRIDOR_DATABASE_URL": f"sqlite:///{path}"})
    with closing(sqlite3.connect(path)) as database:
        database.execute(FORGET_EPOCH)
        database.commit()
    return path


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres, postgres_template: str) -> str:
    """A PostgreSQL database with tables that all tests of this run share."""
    return postgres.create("corridor_shared", postgres_template)


@pytest.fixture
def fresh_postgres_url(postgres: Postgres, postgres_template: str) -> Iterator[str]:
    """A PostgreSQL database with tables, for this test alone."""
    name = f"corridor_{next(_numbers)}"
    yield postgres.create(name, postgres_template)
    postgres.drop(name)


@pytest.fixture
def fresh_sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """An SQLite database with tables, for this test alone."""
    path = shutil.copy(sqlite_template, tmp_path / "corridor.db")
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database with tables for this test alone; the test runs once on each kind."""
    fixture = "fresh_sqlite_url" if request.param == "sqlite" else "fresh_postgres_url"
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture(scope="session")
def emptied_postgres(postgres: Postgres, postgres_template: str) -> str:
    """The name of a PostgreSQL database for tests that come one after the other."""
    name = "corridor_emptied"
    postgres.create(name, postgres_template)
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def emptied_database_url(request: pytest.FixtureRequest) -> str:
    """A database with tables and nothing in them, quicker to come by than one for the test alone; once on each kind."""
    if request.param == "sqlite":
        url: str = request.getfixturevalue("fresh_sqlite_url")
        return url
    postgres: Postgres = request.getfixturevalue("postgres")
    name: str = request.getfixturevalue("emptied_postgres")
    empty(postgres, name)
    return postgres.url(name)


@pytest.fixture
async def world(emptied_database_url: str) -> AsyncIterator[World]:
    """People, rooms and commands on a database, without a server."""
    async with world_on(emptied_database_url) as made:
        yield made


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A real server with the demonstration schools, shared by the tests of a module."""
    with serving() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables, for tests of the migrations; once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = f"corridor_{next(_numbers)}"
    yield postgres.create(name)
    postgres.drop(name)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """One Redis for all tests. A test that kills Redis asks for `own_redis`."""
    with Redis() as redis:
        yield redis.url


@pytest.fixture
def own_redis() -> Iterator[Redis]:
    """A Redis for this test alone, to be killed and silenced."""
    with Redis() as redis:
        yield redis


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[CorridorServer]:
    """One Corridor server for this test alone, on each kind of database in turn."""
    with CorridorServer(tmp_path / "data", {"CORRIDOR_DATABASE_URL": database_url}) as running:
        yield running
