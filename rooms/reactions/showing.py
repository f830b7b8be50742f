"""What a room's page shows of reactions, and the page that offers them to browsers without script."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accounts import features
from accounts.door import actor_of
from accounts.frame import Frame, signed_in_only
from accounts.rights import may_in_time
from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms import directory
from rooms.grants import Grant
from rooms.posts import message, message_id, seq_of
from rooms.reactions import model
from rooms.reactions.rules import ICONS, sees_who
from rooms.showing import Part, Showing
from storage.rows import AnyRow

EXCERPT: Final = 280  # characters


def of_messages(showing: Showing, rows: Sequence[AnyRow]) -> Mapping[int, list[Any]]:
    """What stands on each message, as the reader may know it."""
    seqs = [row.seq for row in rows if row.removed_ms is None]
    read = model.in_full if sees_who(showing.grant.who) else model.plain
    return read(showing.connection, showing.room, seqs, showing.actor.person)


def of_room(showing: Showing) -> dict[str, Any]:
    grant, at = showing.grant, datetime.fromtimestamp(showing.now_ms / 1000, UTC)
    return {
        "may": may_in_time(grant.who, "react", grant.place, at) and has(showing.connection, grant, showing.now_ms),
        "names": sees_who(grant.who),
        "icons": dict(ICONS),
    }


def has(connection: Connection, grant: Grant, now_ms: int) -> bool:
    """Whether the school has switched reactions on for this person."""
    return features.on(connection, grant.who, "reactions", now_ms)


PART: Final = Part(
    "reactions", of_messages, of_room, slots={"message": "reactions.html", "data": "reaction_strings.html"}
)


class ReactionPages:
    """The route for choosing a reaction."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        return [Route("/rooms/{room}/react", signed_in_only(self.show), methods=["GET"])]

    async def show(self, request: Request) -> Response:
        actor, room = actor_of(request), request.path_params["room"]
        asked = request.query_params.get("message", "")
        found = await self._frame.database.read(_read, actor, room, asked, self._frame.clock.now_ms())
        context = {**found, "icons": ICONS, "form_key": str(uuid4()), "parts": {"reactions": {"may": True}}}
        return self._frame.page(request, "react.html", context)


def _read(connection: Connection, actor: Actor, room: str, asked: str, now_ms: int) -> dict[str, Any]:
    grant = directory.require(connection, actor, room, "react", now_ms)
    features.require(connection, grant.who, "reactions", now_ms)
    seq = seq_of(asked, room)
    chosen = select(message).where(message.c.room_id == room, message.c.seq == seq, message.c.removed_ms.is_(None))
    row = connection.execute(chosen).first()
    if row is None or (seq_of(row.thread, room) if row.in_thread else seq) < grant.floor:
        raise Refusal("not_found", "This message does not exist any more.")
    on_it = model.plain(connection, room, [seq], actor.person).get(seq, [])
    return {
        "room": directory.card(connection, room, grant),
        "message": {
            "id": message_id(room, seq),
            "name": directory.names_of(connection, [row.author_id]).get(row.author_id, ""),
            "text": row.text[:EXCERPT],
        },
        "mine": [chip["kind"] for chip in on_it if chip["mine"]],
    }
