"""What a client needs to know first: who I am, my rooms, how far they are."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accounts.door import actor_of, json_response
from accounts.sessions import Actor
from accounts.signing_in import SigningIn
from realtime.refusal import Refusal
from rooms import directory
from rooms.directory import RoomCard, Unread
from storage.clock import Clock, rfc3339
from storage.database import Database


class RoomsPages:
    """Routes about all of a person's rooms."""

    def __init__(self, database: Database, clock: Clock, epoch: str, unread: Unread) -> None:
        self._database = database
        self._clock = clock
        self._epoch = epoch
        self._unread = unread

    def routes(self) -> list[Route]:
        return [
            Route("/api/v1/me", self.me, methods=["GET"]),
            Route("/api/v1/rooms/{room}/members", self.members, methods=["GET"]),
        ]

    async def me(self, request: Request) -> Response:
        actor = actor_of(request)
        cards, unread = await self._database.read(standing_of, actor, self._unread, self._clock.now_ms())
        school = {"id": actor.school, "slug": actor.school_slug, "name": actor.school_name}
        rooms = [
            {"id": each.id, "kind": each.kind, "name": each.name, "head": each.head, "read": each.read,
             "unread": unread.get(each.id, 0), "may_write": each.may_write, "icon": each.icon, "accent": each.accent,
             "archived": each.archived, **({"part_of": each.part_of} if each.part_of is not None else {})}
            for each in cards if each.id != actor.own_room
        ]  # fmt: skip
        return json_response(
            {
                "person": actor.card,
                "school": {**school, "phase": actor.phase, "zone": actor.zone},
                "epoch": self._epoch,
                "rooms": rooms,
                **own(actor, cards),
                "now": rfc3339(self._clock.now_ms()),
            }
        )

    async def members(self, request: Request) -> Response:
        actor, room = actor_of(request), request.path_params["room"]

        def read(connection: Any) -> Any:
            grant = directory.require(connection, actor, room, "read", self._clock.now_ms())
            return directory.members(connection, room, grant)

        return json_response({"members": await self._database.read(read)})


def standing_of(
    connection: Connection, actor: Actor, unread: Unread, now_ms: int
) -> tuple[list[RoomCard], Mapping[str, int]]:
    """The rooms that a person may enter, also their own, and what is unread there; Refusal `unauthenticated`."""
    # Positions first: what is counted afterwards can only be newer, and newer events will be sent.
    cards = directory.rooms_of(connection, actor, now_ms)
    if not cards:  # not even the person's own room: the session ended meanwhile
        raise Refusal("unauthenticated")
    return cards, unread(connection, actor.person)


def signed_in(actor: Actor, signing_in: SigningIn) -> dict[str, Any]:
    """What every page of a signed-in person is given."""
    return {
        "person": actor.card,
        "school": {"name": actor.school_name, "slug": actor.school_slug},
        "csrf": signing_in.form_token(actor.session),
    }


def own(actor: Actor, cards: Sequence[RoomCard]) -> dict[str, Any]:
    """The person's own room, and how far it is."""
    head = next((each.head for each in cards if each.id == actor.own_room), 0)
    return {"own_room": actor.own_room, "own_head": head}
