"""Handing files out: to those who may read the room, and in a way in which no browser takes one for a page."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from msgspec import Struct
from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from accounts.rights import Verb, may
from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms import directory
from rooms.files.model import blob, file, file_shape, shelf_item, shelf_version
from rooms.files.rules import disposition, range_of, shape_of
from rooms.files.storing import Missing, Storage
from storage.clock import Clock
from storage.database import Database
from storage.rows import AnyRow

_PIECE: Final = 256 * 1024
# Shown in its place. Pictures were made anew; of sounds and videos a browser makes nothing else.
_INLINE: Final = frozenset({"picture", "audio", "video", "voice"})
_ALONE: Final = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
)


class Found(Struct, frozen=True):
    """A shape of a file, and where its content is."""

    name: str
    kind: str
    media_type: str
    key: str
    hash: str
    size: int


class Serving:
    """Answers requests for contents."""

    def __init__(self, database: Database, clock: Clock, storage: Storage) -> None:
        self._database = database
        self._clock = clock
        self._storage = storage

    async def file(self, request: Request, actor: Actor) -> Response:
        """`/files/{id}`, `/files/{id}/thumb` and so on."""
        found = await self._database.read(
            _found, actor, request.path_params["file"], shape_of(request.path_params.get("shape")), self._clock.now_ms()
        )
        return await self.answer(request, found)

    async def looked_at(self, request: Request, room: str, file_id: str) -> Response:
        """A file of a message of this room, removed or not, for somebody of whom it was asked whether they may look."""
        wanted = shape_of(request.path_params.get("shape"))
        return await self.answer(request, await self._database.read(_in_room, room, file_id, wanted))

    async def answer(self, request: Request, found: Found) -> Response:
        headers = _headers(found, request)
        if headers["ETag"] in [each.strip() for each in request.headers.get("if-none-match", "").split(",")]:
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        try:
            part = range_of(_asked_range(request, headers["ETag"]), found.size)
        except ValueError:
            wrong = {**headers, "Content-Range": f"bytes */{found.size}"}
            return Response(status_code=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, headers=wrong)
        start, end = part or (0, found.size)
        headers["Content-Length"] = str(end - start)
        if part is not None:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{found.size}"
        status = HTTPStatus.OK if part is None else HTTPStatus.PARTIAL_CONTENT
        if request.method == "HEAD":
            return Response(status_code=status, headers=headers)
        first = await self._first(found, start, end)
        return StreamingResponse(self._pieces(found, first, start, end), status, headers)

    async def _first(self, found: Found, start: int, end: int) -> bytes:
        """Read before the answer begins: what is not there can still be said."""
        try:
            return await self._read(found.key, start, min(end, start + _PIECE))
        except Missing:
            raise Refusal("unavailable") from None

    async def _pieces(self, found: Found, first: bytes, start: int, end: int) -> AsyncIterator[bytes]:
        yield first
        place = start + len(first)
        while place < end:
            piece = await self._read(found.key, place, min(end, place + _PIECE))
            if not piece:
                raise Missing(found.key)
            place += len(piece)
            yield piece

    async def _read(self, key: str, start: int, end: int) -> bytes:
        return await asyncio.to_thread(self._storage.read, key, start, end)


def require(connection: Connection, actor: Actor, row: AnyRow | None, now_ms: int) -> AnyRow:
    """The file, if the actor may see it; else Refusal `not_found`, the same for all reasons."""
    if row is None or row.removed_ms is not None:
        raise Refusal("not_found")
    if row.message_seq is None and row.item_id is None and row.person_id != actor.person:
        raise Refusal("not_found")
    verb: Verb = "read" if row.item_id is None else _verb_on_shelf(connection, row)
    grant = directory.require(connection, actor, row.room_id, "read", now_ms)
    if may(grant.who, verb, grant.place, datetime.fromtimestamp(now_ms / 1000, UTC)) is not None:
        raise Refusal("not_found")
    if row.message_seq is not None and row.message_seq < grant.floor:
        raise Refusal("not_found")  # said before they came
    return row


def _verb_on_shelf(connection: Connection, row: AnyRow) -> Verb:
    """What one must be allowed: of what an item was before, only those may see anything who could change it."""
    lies = select(shelf_item.c.removed_ms).where(shelf_item.c.id == row.item_id)
    if connection.scalar(lies) is not None:
        raise Refusal("not_found")
    versions = select(shelf_version.c.file_id).where(shelf_version.c.item_id == row.item_id)
    newest = connection.scalar(versions.order_by(shelf_version.c.number.desc()).limit(1))
    return "read" if newest == row.id else "write"


def one(connection: Connection, file_id: str) -> AnyRow | None:
    return connection.execute(select(file).where(file.c.id == file_id)).first()


def shape(connection: Connection, row: AnyRow, wanted: str) -> Found:
    """A shape of a file; Refusal `not_found` if it has none of that name."""
    of = (
        select(file_shape.c.media_type, blob.c.key, blob.c.hash, blob.c.size)
        .join(blob, blob.c.key == file_shape.c.key)
        .where(file_shape.c.file_id == row.id, file_shape.c.shape == wanted)
    )
    found = connection.execute(of).first()
    if found is None:
        raise Refusal("not_found")
    return Found(row.name, row.kind, found.media_type, found.key, found.hash, found.size)


def _found(connection: Connection, actor: Actor, file_id: str, wanted: str, now_ms: int) -> Found:
    return shape(connection, require(connection, actor, one(connection, file_id), now_ms), wanted)


def _in_room(connection: Connection, room: str, file_id: str, wanted: str) -> Found:
    row = one(connection, file_id)
    if row is None or row.room_id != room or row.message_seq is None:
        raise Refusal("not_found")
    return shape(connection, row, wanted)


def _headers(found: Found, request: Request) -> dict[str, str]:
    inline = found.kind in _INLINE and "save" not in request.query_params
    return {
        "Content-Type": found.media_type,
        "Content-Disposition": disposition(found.name, inline=inline),
        "Content-Security-Policy": _ALONE,
        "Cache-Control": "private, no-cache",  # kept, and asked about each time: what is removed is gone at once
        "ETag": f'"{found.hash}"',
        "Accept-Ranges": "bytes",
        "X-Robots-Tag": "noindex",
    }


def _asked_range(request: Request, etag: str) -> str | None:
    """The range that is asked for, unless it is of what the file was before."""
    if_range = request.headers.get("if-range")
    return None if if_range not in (None, etag) else request.headers.get("range")
