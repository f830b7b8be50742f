"""The route that says how it stands with those whom one writes to."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accounts.door import actor_of, json_response
from accounts.frame import Frame
from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms import directory
from rooms.receipts import readers, showing
from rooms.receipts.rules import ANYBODY
from rooms.showing import Showing
from storage.clock import rfc3339
from web.i18n import language_of


class ReceiptPages:
    """GET /api/v1/rooms/{room}/readers."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        return [Route("/api/v1/rooms/{room}/readers", self.readers, methods=["GET"])]

    async def readers(self, request: Request) -> Response:
        found = await self._frame.database.read(
            _read, actor_of(request), request.path_params["room"], self._frame.clock.now_ms(), language_of(request)
        )
        return json_response(found)


def _read(connection: Connection, actor: Actor, room: str, now_ms: int, language: str) -> Mapping[str, Any]:
    grant = directory.require(connection, actor, room, "read", now_ms)
    standing = showing.standing_of(Showing(connection, actor, grant, room, now_ms, language))
    if standing is None:
        raise Refusal("not_found")
    told = readers.told(connection, grant, datetime.fromtimestamp(now_ms / 1000, UTC), now_ms)
    return {
        "room": room,
        **({"delivered": standing.delivered} if standing.marks else {}),
        "read": [{"person": who, "seq": mark.read} for who, mark in standing.marks.items() if who != ANYBODY],
        "readers": [readers.as_json(each) for each in told.readers],
        **({"changes_at": rfc3339(told.changes_ms)} if told.changes_ms is not None else {}),
    }
