"""A person's card: as a page, and for programs."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accounts.door import actor_of, json_response
from accounts.frame import Frame, signed_in_only
from rooms.cards.reading import Card, Way, card
from rooms.directory import RoomCard

ONE: Final = "/people/{person}"


class CardPages:
    """Routes of people's cards."""

    def __init__(self, frame: Frame, ways: Sequence[Way] = ()) -> None:
        self._frame = frame
        self._ways = ways

    def routes(self) -> list[Route]:
        return [
            Route(ONE, signed_in_only(self.show), methods=["GET"]),
            Route(f"/api/v1{ONE}", self.tell, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        found = await self._card(request)
        room = request.query_params.get("room")
        back = next((each for each in found.rooms if each.id == room), None)
        return self._frame.page(request, "person_card.html", {"card": found, "back": back})

    async def tell(self, request: Request) -> Response:
        found = await self._card(request)
        return json_response({**asdict(found), "rooms": [_room(each) for each in found.rooms]})

    async def _card(self, request: Request) -> Card:
        actor = actor_of(request)
        now_ms = self._frame.clock.now_ms()
        return await self._frame.database.read(card, actor, request.path_params["person"], now_ms, self._ways)


def _room(of: RoomCard) -> dict[str, Any]:
    return {"id": of.id, "kind": of.kind, "name": of.name}
