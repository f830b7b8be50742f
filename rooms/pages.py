"""Home, and what a client needs to know first: who I am, my rooms, how far they are."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts.door import actor_of, json_response
from accounts.second_step.model import wanted
from accounts.sessions import Actor
from accounts.signing_in import SigningIn
from realtime.refusal import Refusal
from rooms import directory
from rooms.directory import RoomCard, Unread
from storage.clock import Clock, rfc3339
from storage.database import Database
from web.pages import Pages


class RoomsPages:
    """Routes about all of a person's rooms."""

    def __init__(
        self, database: Database, clock: Clock, pages: Pages, signing_in: SigningIn, epoch: str, unread: Unread
    ) -> None:
        self._database = database
        self._clock = clock
        self._pages = pages
        self._signing_in = signing_in
        self._epoch = epoch
        self._unread = unread

    def routes(self) -> list[Route]:
        return [
            Route("/", self.home, methods=["GET"]),
            Route("/api/v1/me", self.me, methods=["GET"]),
            Route("/api/v1/rooms/{room}/members", self.members, methods=["GET"]),
        ]

    async def home(self, request: Request) -> Response:
        actor: Actor | None = request.state.actor
        if actor is None:
            return RedirectResponse("/sign-in", 303)
        cards, unread = await self._cards(actor)
        rooms = [
            {"id": each.id, "kind": each.kind, "name": each.name, "unread": unread.get(each.id, 0), "head": each.head,
             "read": each.read, "url": f"/rooms/{each.id}"}
            for each in cards if each.id != actor.own_room
        ]  # fmt: skip
        asked = await self._database.read(wanted, actor)
        context = {
            "rooms": rooms,
            "epoch": self._epoch,
            "second_step_wanted": asked,
            **signed_in(actor, self._signing_in),
            **_own(actor, cards),
        }
        return self._pages.render(request, "home.html", context)

    async def me(self, request: Request) -> Response:
        actor = actor_of(request)
        cards, unread = await self._cards(actor)
        school = {"id": actor.school, "slug": actor.school_slug, "name": actor.school_name}
        rooms = [
            {"id": each.id, "kind": each.kind, "name": each.name, "head": each.head, "read": each.read,
             "unread": unread.get(each.id, 0), "may_write": each.may_write}
            for each in cards if each.id != actor.own_room
        ]  # fmt: skip
        return json_response(
            {
                "person": actor.card,
                "school": {**school, "phase": actor.phase, "zone": actor.zone},
                "epoch": self._epoch,
                "rooms": rooms,
                **_own(actor, cards),
                "now": rfc3339(self._clock.now_ms()),
            }
        )

    async def members(self, request: Request) -> Response:
        actor, room = actor_of(request), request.path_params["room"]

        def read(connection: Any) -> Any:
            directory.require(connection, actor, room, "read", self._clock.now_ms())
            return directory.members(connection, room)

        return json_response({"members": await self._database.read(read)})

    async def _cards(self, actor: Actor) -> tuple[list[RoomCard], dict[str, int]]:
        def read(connection: Any) -> tuple[list[RoomCard], dict[str, int]]:
            # Positions first: what is counted afterwards can only be newer, and newer events will be sent.
            cards = directory.rooms_of(connection, actor, self._clock.now_ms())
            return cards, dict(self._unread(connection, actor.person))

        cards, unread = await self._database.read(read)
        if not cards:  # not even the person's own room: the session ended meanwhile
            raise Refusal("unauthenticated")
        return cards, unread


def signed_in(actor: Actor, signing_in: SigningIn) -> dict[str, Any]:
    """What every page of a signed-in person is given."""
    return {
        "person": actor.card,
        "school": {"name": actor.school_name, "slug": actor.school_slug},
        "csrf": signing_in.form_token(actor.session),
    }


def _own(actor: Actor, cards: list[RoomCard]) -> dict[str, Any]:
    head = next((each.head for each in cards if each.id == actor.own_room), 0)
    return {"own_room": actor.own_room, "own_head": head}
