"""The page that says what one has missed, in all rooms at once."""

from typing import Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accounts.door import actor_of
from accounts.frame import Frame, signed_in_only
from accounts.sessions import Actor
from rooms.directory import Unread
from rooms.missed.reading import Missed, missed
from rooms.pages import standing_of
from rooms.posts import message_id

EXCERPT: Final = 280  # characters
PATH: Final = "/missed"


class MissedPages:
    """Routes of what one has missed."""

    def __init__(self, frame: Frame, unread: Unread) -> None:
        self._frame = frame
        self._unread = unread

    def routes(self) -> list[Route]:
        return [Route(PATH, signed_in_only(self.show), methods=["GET"])]

    async def show(self, request: Request) -> Response:
        actor = actor_of(request)
        found = await self._frame.database.read(self._read, actor)
        rooms = [self._of(request, each) for each in found]
        return self._frame.page(request, "missed.html", {"rooms": rooms, "own_room": actor.own_room})

    def _read(self, connection: Connection, actor: Actor) -> list[Missed]:
        cards, unread = standing_of(connection, actor, self._unread, self._frame.clock.now_ms())
        return missed(connection, actor.person, [each for each in cards if each.id != actor.own_room], unread)

    def _of(self, request: Request, of: Missed) -> dict[str, Any]:
        messages = [
            {"id": message_id(row.room_id, row.seq), "name": row.author_name or "", "author": row.author_id,
             "text": _excerpt(row.text), "when": self._frame.moment(request, row.at_ms)}
            for row in of.messages
        ]  # fmt: skip
        return {
            "room": of.room, "url": f"/rooms/{of.room.id}", "unread": of.unread, "messages": messages,
            "more": max(0, of.unread - len(messages)), "mark": f"{of.room.id}:{of.room.head}",
        }  # fmt: skip


def _excerpt(text: str) -> str:
    return text if len(text) <= EXCERPT else text[:EXCERPT].rstrip() + "…"
