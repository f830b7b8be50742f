"""Pages about one message: where it stands, how it read before, and where to pass it on to."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

from markupsafe import Markup
from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts.door import actor_of, json_response
from accounts.frame import Frame, signed_in_only
from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms import answering, directory, grants
from rooms.directory import RoomCard
from rooms.markup import words
from rooms.messages import history, versions
from rooms.messages.forwarding import may_go
from rooms.model import member
from rooms.posts import message_id, seq_of
from storage.rows import AnyRow

AROUND: Final = 20  # messages that stand below the one that is asked for
GONE: Final = "This message does not exist any more."


class SinglePages:
    """Routes of one message."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        one = "/rooms/{room}/messages/{message}"
        return [
            Route(one, signed_in_only(self.stand), methods=["GET"]),
            Route(f"{one}/versions", signed_in_only(self.versions), methods=["GET"]),
            Route(f"{one}/forward", signed_in_only(self.forward), methods=["GET"]),
            Route(f"/api/v1{one}/versions", self.versions_json, methods=["GET"]),
        ]

    async def stand(self, request: Request) -> Response:
        """To the page that the message is on, and to its place there."""
        actor, path = actor_of(request), request.path_params
        url = await self._frame.database.read(self._place, actor, path["room"], path["message"])
        return RedirectResponse(url, 303)

    def _place(self, connection: Connection, actor: Actor, room: str, of: str) -> str:
        found = self._found(connection, actor, room, of)
        root = answering.root_of(connection, room, found.seq) if found.in_thread else None
        below = history.page(connection, room, history.Asked(after=found.seq, root=root), AROUND)
        here = f"/rooms/{room}" if root is None else f"/rooms/{room}/threads/{message_id(room, root)}"
        if not below.newer:
            near = history.page(connection, room, history.Asked(root=root))
            if any(row.seq == found.seq for row in near.messages):
                return f"{here}#{of}"
        last = below.messages[-1].seq if below.messages else found.seq
        return f"{here}?before={last + 1}#{of}"

    def _found(self, connection: Connection, actor: Actor, room: str, of: str) -> AnyRow:
        grant = directory.require(connection, actor, room, "read", self._frame.clock.now_ms())
        found = history.one(connection, room, seq_of(of, room))
        if found is None or found.seq < grant.floor:
            raise Refusal("not_found", GONE)
        return found

    async def versions_json(self, request: Request) -> Response:
        found = await self._look(request)
        said = [{name: value for name, value in each.items() if name != "at_ms"} for each in found]
        return json_response({"message": request.path_params["message"], "versions": said})

    async def versions(self, request: Request) -> Response:
        path = request.path_params
        found = [
            {**each, "when": self._frame.moment(request, each["at_ms"]), "html": _markup(each.get("html"))}
            for each in await self._look(request)
        ]
        back = f"/rooms/{path['room']}/messages/{path['message']}"
        return self._frame.page(request, "versions.html", {"versions": found[::-1], "back": back})

    async def _look(self, request: Request) -> list[dict[str, Any]]:
        actor, path = actor_of(request), request.path_params
        return await self._frame.database.write(
            versions.look, actor, path["room"], path["message"], self._frame.clock.now_ms()
        )

    async def forward(self, request: Request) -> Response:
        actor, path = actor_of(request), request.path_params
        about, rooms = await self._frame.database.read(self._targets, actor, path["room"], path["message"])
        back = f"/rooms/{path['room']}/messages/{path['message']}"
        context = {
            "message": about, "rooms": rooms, "back": back, "from_room": path["room"], "key": str(uuid4()),
        }  # fmt: skip
        return self._frame.page(request, "forward.html", context)

    def _targets(
        self, connection: Connection, actor: Actor, room: str, of: str
    ) -> tuple[Mapping[str, Any], list[RoomCard]]:
        """The message, and the rooms that this person may pass it on to."""
        found, now_ms = self._found(connection, actor, room, of), self._frame.clock.now_ms()
        if found.removed_ms is not None:
            raise Refusal("not_found", GONE)
        cards = [each for each in directory.rooms_of(connection, actor, now_ms) if each.may_write and each.id != room]
        pairs = [(n, actor.person, actor.session, each, None) for n, each in enumerate([room, *(c.id for c in cards)])]
        source, *targets = grants.load(connection, pairs, now_ms)
        there = set(connection.scalars(select(member.c.room_id).where(member.c.person_id == found.author_id)))
        fit = [
            card
            for card, target in zip(cards, targets, strict=True)
            if card.id != actor.own_room and may_go(source, target, card.id in there)
        ]
        names = directory.names_of(connection, {found.author_id})
        said = {"id": message_id(room, found.seq), "name": names.get(found.author_id, "")}
        return {**said, "words": words(found.text, found.html)}, fit


def _markup(html: str | None) -> Markup | None:
    return None if html is None else Markup(html)  # noqa: S704 - made safe when it was written
