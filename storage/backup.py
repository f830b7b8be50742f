"""A whole copy of an SQLite database, taken while people write."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url


def back_up(url: str, target: Path) -> None:
    """Copy the database at `url` into a new file, synced to disk. ValueError if it cannot be done in this way."""
    where = make_url(url)
    if where.get_backend_name() != "sqlite" or not where.database:
        raise ValueError("This copies an SQLite database. For PostgreSQL use pg_dump; see docs/operations.md.")
    source = Path(where.database)
    if not source.exists():
        raise ValueError(f"There is no database at {source}.")
    if target.exists():
        raise ValueError(f"{target} is there already; a copy never replaces another.")
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live, closing(sqlite3.connect(part)) as copy:
        live.backup(copy)
    _sync(part)
    part.rename(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
