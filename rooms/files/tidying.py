"""Taking away what nobody needs: abandoned uploads, files that nothing has taken, contents without a file."""

import asyncio
from typing import Final

import structlog
from sqlalchemy import Connection, select

from rooms.files import keeping
from rooms.files.model import file, shelf_item, upload
from rooms.files.rules import ABANDONED_MS, GRACE_MS, REMOVED_MS, UNUSED_MS
from rooms.files.storing import Storage
from storage.clock import Clock
from storage.database import Database, Transaction

EVERY: Final = 60.0  # seconds
MOST_AT_ONCE: Final = 200

log = structlog.get_logger()


class Tidying:
    """Looks through the books once a minute."""

    def __init__(self, database: Database, clock: Clock, storage: Storage) -> None:
        self._database = database
        self._clock = clock
        self._storage = storage

    async def run(self) -> None:
        """For as long as the process lives."""
        while True:
            try:
                await self.tidy()
            except Exception:
                log.exception("tidying files failed")  # tried again in a minute
            await asyncio.sleep(EVERY)

    async def tidy(self) -> None:
        now_ms = self._clock.now_ms()
        if await self._database.read(_anything, now_ms):
            await self._database.write(_forget_old, now_ms)
        keys = await self._database.read(keeping.due, now_ms)
        if not keys:
            return
        mine = await self._database.write(keeping.seize, keys, now_ms)
        removed = await asyncio.to_thread(self._remove, mine)
        await self._database.write(keeping.gone, removed)

    def _remove(self, keys: list[str]) -> list[str]:
        removed = []
        for key in keys:
            try:
                self._storage.remove(key)
            except Exception:  # it stays in the books, and the others go
                log.exception("a content could not be removed")
            else:
                removed.append(key)
        return removed


def _anything(connection: Connection, now_ms: int) -> bool:
    return any(find(connection, now_ms) for find in (_abandoned, _unused, _off_the_shelf))


def _forget_old(tx: Transaction, now_ms: int) -> None:
    for school_id, upload_id in _abandoned(tx.connection, now_ms):
        keeping.end_upload(tx, school_id, upload_id, now_ms)
    keeping.forget(tx, _unused(tx.connection, now_ms), now_ms + GRACE_MS)
    _clear_shelf(tx, _off_the_shelf(tx.connection, now_ms), now_ms)


def _abandoned(connection: Connection, now_ms: int) -> list[tuple[str, str]]:
    of = select(upload.c.school_id, upload.c.id).where(upload.c.touched_ms < now_ms - ABANDONED_MS)
    return [(row.school_id, row.id) for row in connection.execute(of.limit(MOST_AT_ONCE))]


def _unused(connection: Connection, now_ms: int) -> list[str]:
    of = select(file.c.id).where(
        file.c.message_seq.is_(None), file.c.item_id.is_(None), file.c.at_ms < now_ms - UNUSED_MS
    )
    return list(connection.scalars(of.limit(MOST_AT_ONCE)))


def _off_the_shelf(connection: Connection, now_ms: int) -> list[str]:
    of = select(shelf_item.c.id).where(shelf_item.c.removed_ms < now_ms - REMOVED_MS)
    return list(connection.scalars(of.limit(MOST_AT_ONCE)))


def _clear_shelf(tx: Transaction, items: list[str], now_ms: int) -> None:
    if not items:
        return
    theirs = tx.connection.scalars(select(file.c.id).where(file.c.item_id.in_(items))).all()
    keeping.forget(tx, theirs, now_ms + GRACE_MS)
    lying = shelf_item.c.folder_id.in_(items)
    tx.connection.execute(shelf_item.update().where(lying).values(folder_id=None))
    tx.connection.execute(shelf_item.delete().where(shelf_item.c.id.in_(items)))
