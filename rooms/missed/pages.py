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
from rooms.missed.calls import excerpt, for_person
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
        found, calls = await self._frame.database.read(self._read, actor)
        rooms = [self._of(request, each) for each in found]
        context = {"rooms": rooms, "own_room": actor.own_room, "parts": {"calls": calls}}
        return self._frame.page(request, "missed.html", context)

    def _read(self, connection: Connection, actor: Actor) -> tuple[list[Missed], dict[str, Any]]:
        cards, unread = standing_of(connection, actor, self._unread, self._frame.clock.now_ms())
        inside = {each.id: each for each in cards if each.id != actor.own_room}
        found = missed(connection, actor.person, list(inside.values()), unread)
        return found, for_person(connection, actor.person, inside)

    def _of(self, request: Request, of: Missed) -> dict[str, Any]:
        messages = [
            {"id": message_id(row.room_id, row.seq), "name": row.author_name or "", "author": row.author_id,
             "text": excerpt(row, EXCERPT), "when": self._frame.moment(request, row.at_ms)}
            for row in of.messages
        ]  # fmt: skip
        return {
            "room": of.room, "url": f"/rooms/{of.room.id}", "unread": of.unread, "messages": messages,
            "more": max(0, of.unread - len(messages)), "mark": f"{of.room.id}:{of.room.head}",
        }  # fmt: skip
