"""Files on their way: begun by a command, then brought part by part, each of them on disk before it is acknowledged."""

import asyncio
import secrets
from collections.abc import AsyncIterator

from sqlalchemy import Connection, select, update
from starlette.requests import ClientDisconnect, Request

from accounts.sessions import Actor
from realtime.limits import Limits
from realtime.refusal import Refusal
from rooms import directory
from rooms.files import keeping
from rooms.files.model import file, upload, upload_part
from rooms.files.rules import GRACE_MS, PART
from rooms.files.storing import Storage
from storage.clock import Clock
from storage.database import Database, Transaction
from storage.rows import AnyRow


class Arriving:
    """Takes the parts of uploads."""

    def __init__(self, database: Database, clock: Clock, limits: Limits, storage: Storage) -> None:
        self._database = database
        self._clock = clock
        self._limits = limits
        self._storage = storage

    async def standing(self, actor: Actor, upload_id: str) -> tuple[str, int, int]:
        """What it is called, how many bytes have arrived, and how many there will be."""
        row = await self._database.read(_own, actor, upload_id, self._clock.now_ms())
        return row.name, row.received, row.size

    async def take(self, actor: Actor, upload_id: str, offset: int, request: Request) -> int:
        """Write down what a request brings, from a place in the file on; gives how far the file has come.

        What had arrived when a line broke is kept. Refusal `key_conflict`, with the right `offset`, if this part does
        not follow what has arrived.
        """
        self._limits.check("parts", actor.person)
        row = await self._database.read(_own, actor, upload_id, self._clock.now_ms())
        _check_follows(offset, row.received)
        if offset == row.size:  # whole already, such as a part sent again after its answer was lost
            return offset
        async for content in _pieces(request, row.size - offset):
            offset = await self._keep(row, offset, content)
        return offset

    async def _keep(self, row: AnyRow, offset: int, content: bytes) -> int:
        key = f"{keeping.parts_of(row.school_id, row.id)}{offset:012d}-{secrets.token_hex(4)}"
        await asyncio.to_thread(self._storage.put, key, content)
        part = (row.id, offset, len(content), key)
        kept = await self._database.write(_note, part, self._clock.now_ms())
        if not kept:  # another tab was faster, or the upload was given up
            await asyncio.to_thread(self._storage.remove, key)
            _check_follows(offset, await self._database.read(_received, row.id))
        return offset + len(content)

    async def give_up(self, actor: Actor, file_id: str) -> None:
        """Forget an upload, or a whole file that nothing uses yet."""
        await self._database.write(_give_up, actor, file_id, self._clock.now_ms())


async def _pieces(request: Request, most: int) -> AsyncIterator[bytes]:
    """What a request brings, in pieces of PART bytes; Refusal `too_large` if it is more than `most` bytes."""
    waiting = bytearray()
    try:
        async for chunk in request.stream():
            most -= len(chunk)
            if most < 0:
                raise Refusal("too_large", "This is more than the file was said to have.")
            waiting += chunk
            while len(waiting) >= PART:
                yield bytes(waiting[:PART])
                del waiting[:PART]
    except ClientDisconnect:
        pass  # what has come is kept, and the sender goes on from there
    if waiting:
        yield bytes(waiting)


def _check_follows(offset: int, received: int) -> None:
    if offset != received:
        raise Refusal("key_conflict", "This part does not follow what has arrived.", offset=received)


def _own(connection: Connection, actor: Actor, upload_id: str, now_ms: int) -> AnyRow:
    """The actor's upload, into a room in which they may still write."""
    row = connection.execute(select(upload).where(upload.c.id == upload_id)).first()
    if row is None or row.person_id != actor.person:
        raise Refusal("not_found")
    directory.require(connection, actor, row.room_id, "write", now_ms)
    return row


def _received(connection: Connection, upload_id: str) -> int:
    """Bytes; Refusal `not_found` if the upload is gone."""
    received: int | None = connection.scalar(select(upload.c.received).where(upload.c.id == upload_id))
    if received is None:
        raise Refusal("not_found")
    return received


def _note(tx: Transaction, part: tuple[str, int, int, str], now_ms: int) -> bool:
    """Count a part in; False if it does not follow what others have brought meanwhile."""
    upload_id, start, size, _ = part
    of = (upload.c.id == upload_id) & (upload.c.received == start)
    moved = update(upload).where(of).values(received=start + size, touched_ms=now_ms)
    if not tx.connection.execute(moved).rowcount:
        return False
    tx.connection.execute(upload_part.insert().values(part))
    return True


def _give_up(tx: Transaction, actor: Actor, file_id: str, now_ms: int) -> None:
    begun = select(upload.c.id).where(upload.c.id == file_id, upload.c.person_id == actor.person)
    if tx.connection.scalar(begun) is not None:
        keeping.end_upload(tx, actor.school, file_id, now_ms)
        return
    unused = file.c.message_seq.is_(None) & file.c.item_id.is_(None)
    mine = select(file.c.id).where(file.c.id == file_id, file.c.person_id == actor.person, unused)
    if tx.connection.scalar(mine.with_for_update()) is None:
        raise Refusal("not_found")
    keeping.forget(tx, [file_id], now_ms + GRACE_MS)
