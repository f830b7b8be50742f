"""What SQLite's files still hold of rows that are gone."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

WAIT_S: Final = 10.0


def empty_journal(url: str) -> None:
    """Bring the write-ahead log into the database and cut it off: it holds pages as they were before an erasure.

    Does what it can while others read; what is left goes with the next checkpoint. Nothing to do on PostgreSQL.
    """
    _on_file(url, "PRAGMA wal_checkpoint(TRUNCATE)")


def compact(url: str) -> bool:
    """Write the database anew, without free pages. Writers wait meanwhile. False where there is no SQLite file."""
    return _on_file(url, "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)")


def _on_file(url: str, *statements: str) -> bool:
    where = make_url(url)
    if where.get_backend_name() != "sqlite" or not where.database or not Path(where.database).exists():
        return False
    with closing(sqlite3.connect(where.database, timeout=WAIT_S, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement).fetchall()
    return True
