"""What a room's page shows of pins: a bar above the messages, and a page of its own for browsers without script."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accounts.door import actor_of, json_response
from accounts.frame import Frame, signed_in_only
from accounts.rights import may
from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms import directory
from rooms.grants import Grant
from rooms.pins import model
from rooms.posts import message, message_id, seq_of
from rooms.showing import Part, Showing
from storage.rows import AnyRow

EXCERPT: Final = 140  # characters


def of_messages(showing: Showing, rows: Sequence[AnyRow]) -> Mapping[int, bool]:
    """Which of these messages are pinned."""
    of = model.pin.c.room_id == showing.room
    seqs = set(showing.connection.scalars(select(model.pin.c.seq).where(of)))  # ten at most
    return {row.seq: True for row in rows if row.seq in seqs}


def of_room(showing: Showing) -> dict[str, Any]:
    return {
        "may": _may(showing.grant, showing.now_ms),
        "all": listed(showing.connection, showing.room, showing.grant),
    }


def listed(connection: Connection, room: str, grant: Grant) -> list[dict[str, str]]:
    """The pins that the reader may see, the newest first."""
    return [
        {"id": message_id(room, row.seq), "by": row.author_id, "name": row.name, "excerpt": _excerpt(row.text),
         "url": f"/rooms/{room}?before={row.seq + 1}#{message_id(room, row.seq)}"}
        for row in model.pinned(connection, room, grant.floor)
    ]  # fmt: skip


PART: Final = Part(
    "pinned", of_messages, of_room,
    slots={"above": "pins_bar.html", "message": "pin_mark.html", "actions": "pin_action.html",
           "data": "pin_strings.html"},
    rooms_only=frozenset({"above", "message", "actions", "data"}),
)  # fmt: skip


class PinPages:
    """Routes of a room's pins."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        return [
            Route("/rooms/{room}/pins", signed_in_only(self.show), methods=["GET"]),
            Route("/api/v1/rooms/{room}/pins", self.pins, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        """All pins, with the button that takes each down; with `message`, the question whether to pin that one."""
        asked = request.query_params.get("message")
        found = await self._frame.database.read(
            _read, actor_of(request), request.path_params["room"], asked, self._frame.clock.now_ms()
        )
        return self._frame.page(request, "pins.html", {**found, "form_key": str(uuid4())})

    async def pins(self, request: Request) -> Response:
        actor, room, now_ms = actor_of(request), request.path_params["room"], self._frame.clock.now_ms()

        def read(connection: Connection) -> list[dict[str, str]]:
            grant = directory.require_shared(connection, actor, room, "read", now_ms)
            return listed(connection, room, grant)

        return json_response({"pins": await self._frame.database.read(read)})


def _read(connection: Connection, actor: Actor, room: str, asked: str | None, now_ms: int) -> dict[str, Any]:
    grant = directory.require_shared(connection, actor, room, "read", now_ms)
    may_pin = _may(grant, now_ms)
    return {
        "room": directory.card(connection, room, grant),
        "pins": listed(connection, room, grant),
        "may_pin": may_pin,
        "asked": _asked(connection, room, asked, grant) if asked and may_pin else None,
    }


def _asked(connection: Connection, room: str, asked: str, grant: Grant) -> dict[str, str]:
    seq = seq_of(asked, room)
    chosen = select(message).where(message.c.room_id == room, message.c.seq == seq, message.c.removed_ms.is_(None))
    row = connection.execute(chosen).first()
    if row is None or row.in_thread or seq < grant.floor:
        raise Refusal("not_found", "This message does not exist any more.")
    name = directory.names_of(connection, [row.author_id]).get(row.author_id, "")
    return {"id": message_id(room, seq), "name": name, "excerpt": _excerpt(row.text)}


def _may(grant: Grant, now_ms: int) -> bool:
    return may(grant.who, "notice", grant.place, datetime.fromtimestamp(now_ms / 1000, UTC)) is None


def _excerpt(text: str) -> str:
    return text if len(text) <= EXCERPT else text[:EXCERPT].rstrip() + "…"
