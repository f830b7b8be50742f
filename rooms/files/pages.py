"""Files by HTTP: their parts on the way in, their contents on the way out, and a form for browsers without script."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts import features
from accounts.door import actor_of, json_response
from accounts.frame import Frame, signed_in_only
from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms import directory
from rooms.commands import Commands
from rooms.doors import caller_of
from rooms.files.arriving import Arriving
from rooms.files.attaching import FEATURE
from rooms.files.finishing import Finishing, described
from rooms.files.receiving import Receiving
from rooms.files.serving import Serving, one, require

FILE: Final = "/files/{file}"
API: Final = "/api/v1" + FILE
_MOST_DIGITS: Final = 15


@dataclass(frozen=True)
class Desk:
    """All that files need."""

    frame: Frame
    commands: Commands
    arriving: Arriving
    finishing: Finishing
    serving: Serving
    receiving: Receiving


class FilePages:
    """Routes of files."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._frame = desk.frame

    def routes(self) -> list[Route]:
        attach = "/rooms/{room}/attach"
        return [
            Route(API, self.state, methods=["GET"]),
            Route(API, self.part, methods=["PATCH"]),
            Route(API, self.give_up, methods=["DELETE"]),
            Route(API + "/finish", self.finish, methods=["POST"]),
            Route(FILE, self.content, methods=["GET"]),
            Route(FILE + "/{shape}", self.content, methods=["GET"]),
            Route(attach, signed_in_only(self.show_form), methods=["GET"]),
            Route(attach, self.attach, methods=["POST"]),
        ]

    async def state(self, request: Request) -> Response:
        """How far an upload has come, in the answer and in its headers; or what a file is."""
        actor, file_id = actor_of(request), request.path_params["file"]
        seen = await self._frame.database.read(_seen, actor, file_id, self._frame.clock.now_ms())
        if seen is not None:
            return json_response(seen)
        return await self._standing(actor, file_id)

    async def part(self, request: Request) -> Response:
        actor, file_id = actor_of(request), request.path_params["file"]
        given = request.headers.get("upload-offset", "")
        if not (given.isascii() and given.isdigit() and len(given) <= _MOST_DIGITS):
            raise Refusal("bad_request", reason="Upload-Offset says where in the file these bytes belong")
        await self._desk.arriving.take(actor, file_id, int(given), request)
        return await self._standing(actor, file_id)

    async def _standing(self, actor: Actor, file_id: str) -> Response:
        name, received, size = await self._desk.arriving.standing(actor, file_id)
        answer = json_response({"id": file_id, "name": name, "size": size, "received": received})
        answer.headers.update({"Upload-Offset": str(received), "Upload-Length": str(size)})
        return answer

    async def finish(self, request: Request) -> Response:
        actor, file_id = actor_of(request), request.path_params["file"]
        # Shielded: whoever hangs up while a file is being checked finds it checked when they ask again.
        return json_response(await asyncio.shield(self._desk.finishing.finish(actor, file_id)))

    async def give_up(self, request: Request) -> Response:
        await self._desk.arriving.give_up(actor_of(request), request.path_params["file"])
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def content(self, request: Request) -> Response:
        return await self._desk.serving.file(request, actor_of(request))

    async def show_form(self, request: Request, refusal: Refusal | None = None, text: str = "") -> Response:
        actor, room = actor_of(request), request.path_params["room"]

        def read(connection: Connection) -> Mapping[str, Any]:
            now_ms = self._frame.clock.now_ms()
            grant = directory.require(connection, actor, room, "write", now_ms)
            features.require(connection, grant.who, FEATURE, now_ms)
            return directory.card(connection, room)

        card = await self._frame.database.read(read)
        context = {"room": dict(card), "form_key": str(uuid4()), "draft": text}
        return self._frame.page(request, "attach.html", context, refusal)

    async def attach(self, request: Request) -> Response:
        """A form with a file and a few words: the message and its file in one go."""
        room = request.path_params["room"]
        fields: Mapping[str, str] = {}
        try:
            upload = await self._desk.receiving.read(request, room)
            fields = upload.fields
            await self._post(request, fields, await self._desk.receiving.keep(request, room, upload))
        except Refusal as refusal:
            if refusal.code not in ("bad_request", "too_large", "rate_limited"):
                raise
            return await self.show_form(request, refusal, fields.get("text", ""))
        return RedirectResponse(f"/rooms/{room}#latest", 303)

    async def _post(self, request: Request, fields: Mapping[str, str], file: Mapping[str, Any]) -> None:
        room = request.path_params["room"]
        if fields.get("alt"):
            await self._do(request, "describe_file", room=room, key=str(uuid4()), file=file["id"], alt=fields["alt"])
        said = {
            "room": room,
            "key": fields.get("key", ""),
            "text": fields.get("text", "") or fields.get("alt", "") or str(file["name"]),
        }
        await self._do(request, "post_message", **said, files=[file["id"]])

    async def _do(self, request: Request, name: str, **fields: Any) -> None:
        try:
            command = msgspec.convert(fields, self._desk.commands.types[name])
        except msgspec.ValidationError as error:
            raise Refusal("bad_request", reason=str(error)[:200]) from None
        await asyncio.shield(self._desk.commands.submit(caller_of(actor_of(request)), command))


def _seen(connection: Connection, actor: Actor, file_id: str, now_ms: int) -> dict[str, Any] | None:
    row = one(connection, file_id)
    return None if row is None else described(require(connection, actor, row, now_ms))
