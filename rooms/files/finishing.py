"""A file that has arrived whole: put together, checked in a process of its own, kept, and only then acknowledged."""

import asyncio
import hashlib
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Connection, select

from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms import directory
from rooms.files import keeping
from rooms.files.checking import Checked, Checker
from rooms.files.model import file, file_shape, upload, upload_part
from rooms.files.rules import GRACE_MS, LONGEST_VOICE_MS, clean_name, named_as
from rooms.files.sentences import refusal
from rooms.files.storing import Storage
from storage.clock import Clock
from storage.database import Database, Transaction
from storage.rows import AnyRow

_BLOCK: Final = 1024 * 1024


class Whole(Struct, frozen=True):
    """A file that lies in a folder, as `source`: whose it is to be, and how much of it came."""

    id: str
    school: str
    room: str
    person: str
    name: str
    size: int
    voice: bool = False


@dataclass(frozen=True)
class Content:
    """A shape's content on its way into the storage. `key`: where it is to go, unless the school has it already."""

    digest: str
    size: int
    path: Path
    key: str


class Finishing:
    """Turns what has arrived into files."""

    def __init__(self, database: Database, clock: Clock, storage: Storage, checker: Checker) -> None:
        self._database = database
        self._clock = clock
        self._storage = storage
        self._checker = checker

    async def finish(self, actor: Actor, upload_id: str) -> dict[str, Any]:
        """The file as its sender is told of it; the same once more if it was finished before.

        Refusal `bad_request` with a sentence if it is not taken; nothing of it is kept then.
        """
        begun = await self._database.read(_begun, actor, upload_id, self._clock.now_ms())
        if isinstance(begun, dict):
            return begun
        whole, parts = begun
        with tempfile.TemporaryDirectory(prefix="corridor-file-") as folder:
            await asyncio.to_thread(self._gather, parts, Path(folder) / "source")
            try:
                return await self._keep(whole, Path(folder))
            except Refusal as refused:
                if refused.code == "bad_request":
                    await self._database.write(keeping.end_upload, whole.school, whole.id, self._clock.now_ms())
                raise

    async def keep(self, whole: Whole, source: Path) -> dict[str, Any]:
        """The same for a file that came in one piece, by a form."""
        with tempfile.TemporaryDirectory(prefix="corridor-file-") as folder:
            await asyncio.to_thread(shutil.move, source, Path(folder) / "source")
            return await self._keep(whole, Path(folder))

    async def _keep(self, whole: Whole, folder: Path) -> dict[str, Any]:
        checked = await self._checker.check(folder)
        if whole.voice:
            _check_voice(checked)
        contents = await asyncio.to_thread(_contents, whole.school, folder, checked)
        digests = [each.digest for each in contents]
        have = await self._database.read(keeping.known, whole.school, digests)
        new = {each.digest: each for each in contents if each.digest not in have}
        due_ms = self._clock.now_ms() + GRACE_MS
        await self._database.write(keeping.expect, [each.key for each in new.values()], due_ms)
        for each in new.values():
            await asyncio.to_thread(self._storage.put, each.key, each.path)
        keys = {digest: each.key for digest, each in new.items()}
        return await self._database.write(_note, whole, checked, contents, keys, self._clock.now_ms())

    def _gather(self, parts: Sequence[str], target: Path) -> None:
        with target.open("xb") as source:
            for key in parts:
                source.write(self._storage.read(key))


def described(row: AnyRow) -> dict[str, Any]:
    """A file, as those who may see it are told of it."""
    said = {"id": row.id, "name": row.name, "kind": row.kind, "size": row.size, "alt": row.alt}
    if row.length_ms is not None:
        return {**said, "length_ms": row.length_ms}
    return said if row.width is None else {**said, "width": row.width, "height": row.height}


def _check_voice(checked: Checked) -> None:
    """What was announced as a voice note is one; of what does not tell its length, the size is bounded already."""
    if checked.type.kind != "audio":
        raise refusal("no_voice")
    if checked.length_ms is not None and checked.length_ms > LONGEST_VOICE_MS:
        raise refusal("long")


def _begun(
    connection: Connection, actor: Actor, upload_id: str, now_ms: int
) -> tuple[Whole, Sequence[str]] | dict[str, Any]:
    """An upload that is whole and the keys of its parts; what it has become if it was finished."""
    done = connection.execute(select(file).where(file.c.id == upload_id, file.c.person_id == actor.person)).first()
    if done is not None:
        return described(done)
    row = connection.execute(select(upload).where(upload.c.id == upload_id)).first()
    if row is None or row.person_id != actor.person:
        raise Refusal("not_found")
    directory.require(connection, actor, row.room_id, "write", now_ms)
    if row.received != row.size:
        raise Refusal("key_conflict", "This file has not arrived whole yet.", offset=row.received)
    of = select(upload_part.c.key).where(upload_part.c.upload_id == upload_id).order_by(upload_part.c.start)
    whole = Whole(row.id, row.school_id, row.room_id, row.person_id, row.name, row.size, row.voice)
    return whole, connection.scalars(of).all()


def _contents(school_id: str, folder: Path, checked: Checked) -> list[Content]:
    """The shapes' contents, in their order."""
    return [_content(school_id, folder / each.shape) for each in checked.shapes]


def _content(school_id: str, path: Path) -> Content:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            digest.update(block)
            size += len(block)
    found = digest.hexdigest()
    return Content(found, size, path, keeping.new_key(school_id, found))


def _note(
    tx: Transaction, whole: Whole, checked: Checked, contents: Sequence[Content], new: Mapping[str, str], now_ms: int
) -> dict[str, Any]:
    """Write down the file; the one of another tab that was faster, if there was one. `new`: expected keys, by hash."""
    keeping.end_upload(tx, whole.school, whole.id, now_ms)
    earlier = tx.connection.execute(select(file).where(file.c.id == whole.id)).first()
    if earlier is not None:
        return described(earlier)
    first = checked.shapes[0]
    tx.connection.execute(
        file.insert().values(
            id=whole.id, school_id=whole.school, room_id=whole.room, person_id=whole.person, at_ms=now_ms,
            name=named_as(clean_name(whole.name), checked.type.extensions),
            kind="voice" if whole.voice else checked.type.kind, size=whole.size, width=first.width, height=first.height,
            length_ms=checked.length_ms, alt="",
        )
    )  # fmt: skip
    for shape, content in zip(checked.shapes, contents, strict=True):
        key = keeping.claim(tx, whole.school, content.digest, content.size, new.get(content.digest))
        tx.connection.execute(
            file_shape.insert().values(file_id=whole.id, shape=shape.shape, key=key, media_type=shape.media_type)
        )
    return described(tx.connection.execute(select(file).where(file.c.id == whole.id)).one())
