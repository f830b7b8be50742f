"""A database of each kind, opened as the server opens it."""

from collections.abc import AsyncIterator

import pytest

from storage.database import Database, open_database
from tests.harness import Postgres
from tests.world import empty


class Opened:
    """An open database, and the rows that it announced, in order."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.announced: list[object] = []
        self.database: Database = open_database(url, self.announced.extend)


@pytest.fixture(scope="session")
def shared_postgres(postgres: Postgres, postgres_template: str) -> str:
    """The name of a PostgreSQL database for all tests of this folder, one after the other."""
    name = "corridor_storage"
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
async def opened(database_url: str) -> AsyncIterator[Opened]:
    made = Opened(database_url)
    yield made
    await made.database.close()
