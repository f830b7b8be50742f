"""People to sign in, on a database of each kind; and a real server with the demonstration schools."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.harness import Postgres
from tests.serving import Served, serving
from tests.world import World, empty, world_on


@pytest.fixture(scope="session")
def shared_postgres(postgres: Postgres, postgres_template: str) -> str:
    """The name of a PostgreSQL database for all tests of this folder, one after the other."""
    name = "corridor_accounts"
    postgres.create(name, postgres_template)
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database with tables and nothing in them; the test runs once on each kind."""
    if request.param == "sqlite":
        url: str = request.getfixturevalue("fresh_sqlite_url")
        return url
    postgres: Postgres = request.getfixturevalue("postgres")
    name: str = request.getfixturevalue("shared_postgres")
    empty(postgres, name)
    return postgres.url(name)


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with world_on(database_url) as made:
        yield made


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as running:
        yield running
