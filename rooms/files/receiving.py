"""A file that comes by an ordinary form, in one piece, from a browser without script."""

import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection
from starlette.requests import Request

from accounts import settings
from accounts.door import actor_of
from accounts.frame import Frame
from realtime.refusal import Refusal
from rooms import directory
from rooms.commands import Commands
from rooms.doors import caller_of
from rooms.files import keeping
from rooms.files.commands import MEGABYTE, BeginUpload
from rooms.files.finishing import Finishing, Whole
from rooms.files.rules import clean_name
from web.requests import TooLarge
from web.uploads import Upload, upload_of


class Receiving:
    """Takes such forms."""

    def __init__(self, frame: Frame, commands: Commands, finishing: Finishing) -> None:
        self._frame = frame
        self._commands = commands
        self._finishing = finishing

    async def read(self, request: Request, room: str) -> Upload:
        """The fields of the form, and its file's name and content."""
        actor = actor_of(request)

        def read(connection: Connection) -> int:
            directory.require(connection, actor, room, "write", self._frame.clock.now_ms())
            return settings.read(connection, actor.school).largest_file * MEGABYTE

        largest = await self._frame.database.read(read)
        try:
            upload = await upload_of(request, largest)
        except TooLarge:
            raise Refusal("too_large", "This file is larger than your school allows.") from None
        except ValueError:
            raise Refusal("bad_request") from None
        self._frame.signing_in.check_form(actor.session, upload.fields.get("csrf"))
        return upload

    async def keep(self, request: Request, room: str, upload: Upload) -> Mapping[str, Any]:
        """The form's file, checked and kept; the same once more for a form with the same `key`."""
        actor = actor_of(request)
        if not upload.name:
            raise Refusal("bad_request", "Please choose a file.")
        command = BeginUpload(room=room, key=_key(upload.fields), name=upload.name, size=len(upload.content))
        begun = await self._commands.submit(caller_of(actor), command)
        whole = Whole(begun["file"], actor.school, room, actor.person, clean_name(upload.name), len(upload.content))
        return await asyncio.shield(self._keep(whole, upload.content))

    async def _keep(self, whole: Whole, content: bytes) -> Mapping[str, Any]:
        with tempfile.TemporaryDirectory(prefix="corridor-form-") as folder:
            source = Path(folder) / "source"
            await asyncio.to_thread(source.write_bytes, content)
            try:
                return await self._finishing.keep(whole, source)
            except Refusal:
                now_ms = self._frame.clock.now_ms()
                await self._frame.database.write(keeping.end_upload, whole.school, whole.id, now_ms)
                raise


def _key(fields: Mapping[str, str]) -> UUID:
    """Made from the form's own, with which the message or the shelf's item happens once."""
    try:
        return uuid5(UUID(fields.get("key", "")), "file")
    except ValueError:
        raise Refusal("bad_request") from None
