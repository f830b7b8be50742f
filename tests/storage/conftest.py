"""A database of each kind, opened as the server opens it."""

from collections.abc import AsyncIterator

import pytest

from storage.database import Database, open_database


class Opened:
    """An open database, and the rows that it announced, in order."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.announced: list[object] = []
        self.database: Database = open_database(url, self.announced.extend)


@pytest.fixture
async def opened(emptied_database_url: str) -> AsyncIterator[Opened]:
    made = Opened(emptied_database_url)
    yield made
    await made.database.close()
