"""A copy of the files that fits a copy of the database, taken while people write.

Contents never change under their keys, and stay for an hour after the last who referred to them: so whatever the copied
database names is there when it is looked for afterwards.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from config import Settings
from rooms.files.model import blob
from rooms.files.storing import Disk, Missing, Storage
from storage.backup import back_up as back_up_database

_NAMED: Final = "SELECT key FROM blob UNION ALL SELECT key FROM upload_part"


def back_up(settings: Settings, target: Path, folder: Path) -> int | None:
    """Copy the SQLite database to `target` and what it names into `folder`; gives how many contents were new there.

    None where files are not on disk. ValueError if something that the copy names cannot be found.
    """
    if settings.s3 is not None:
        back_up_database(settings.database_url, target)
        return None
    source, copy = Disk(settings.data / "files"), Disk(folder)
    copied = sum(_copy(source, copy, key) for key in source.listed())  # most of the work, before the clock runs
    back_up_database(settings.database_url, target)
    with closing(sqlite3.connect(f"file:{target}?mode=ro", uri=True)) as database:
        named = [row[0] for row in database.execute(_NAMED)]
    copied += sum(_copy(source, copy, key) for key in named)
    lost = sum(not (folder / key).exists() for key in named)
    if lost:
        raise ValueError(f"The database is copied to {target}, but {lost} contents of files cannot be found.")
    return copied


def _copy(source: Disk, copy: Disk, key: str) -> bool:
    """Whether it was not there yet. What has gone meanwhile is passed over."""
    if (copy.root / key).exists():
        return False
    try:
        copy.put(key, source.root / key)
    except FileNotFoundError:
        return False
    shutil.copystat(source.root / key, copy.root / key)
    return True


def missing(connection: Connection, storage: Storage) -> int:
    """How many contents the database names that are not in the storage."""
    return sum(not _is_there(storage, key) for key in connection.scalars(select(blob.c.key)))


def _is_there(storage: Storage, key: str) -> bool:
    try:
        storage.size(key)
    except Missing:
        return False
    return True
