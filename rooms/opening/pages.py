"""Whether one may write: what the page says above the text, and what the API answers."""

from datetime import UTC, datetime
from typing import Any, Final

from msgspec import structs
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accounts.door import actor_of, json_response
from accounts.frame import Frame
from accounts.rights import FOR_NOW
from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms import directory, private
from rooms.opening.answers import Window
from rooms.opening.rules import day_of
from rooms.openings import Standing, standing
from rooms.showing import Part, Showing
from storage.clock import rfc3339
from web.pages import day_label, time_label, weekday_label


def of_room(showing: Showing) -> dict[str, Any] | None:
    """How it stands, and in words when it opens; `to`: whom one writes to, if it is one person."""
    now = datetime.fromtimestamp(showing.now_ms / 1000, UTC)
    found = standing(showing.grant, now)
    if found is None:
        return None
    zone = showing.actor.zone
    return {
        **structs.asdict(found),
        "now": rfc3339(showing.now_ms),
        "zone": zone,
        "to": _only_other(showing),
        "closed": found.code if found.code in FOR_NOW else None,
        "when": _when(found, now, zone, showing.language),
    }


def _when(found: Standing, now: datetime, zone: str, language: str) -> dict[str, str] | None:
    if found.opens_at is None:
        return None
    moment = datetime.fromisoformat(found.opens_at)
    ms = int(moment.timestamp() * 1000)
    kind = day_of(moment, now, zone)
    label = (weekday_label if kind == "weekday" else day_label)(ms, zone, language)
    return {"day": kind, "label": label, "time": time_label(ms, zone, language)}


def _only_other(showing: Showing) -> str:
    place = showing.grant.place
    if place is None or place.kind != "thread" or len(place.people or ()) != 1:
        return ""
    return private.names(showing.connection, [showing.room], showing.actor.person).get(showing.room, "")


PART: Final = Part("window", of_room=of_room, slots={"tray": "opening_note.html", "data": "opening_data.html"})


class OpeningPages:
    """The route that says whether one may write."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        return [Route("/api/v1/rooms/{room}/window", self.window, methods=["GET"])]

    async def window(self, request: Request) -> Response:
        actor, room, now_ms = actor_of(request), request.path_params["room"], self._frame.clock.now_ms()
        found = await self._frame.database.read(_standing, actor, room, now_ms)
        return json_response(Window(*structs.astuple(found), now=rfc3339(now_ms)))


def _standing(connection: Connection, actor: Actor, room: str, now_ms: int) -> Standing:
    grant = directory.require(connection, actor, room, "read", now_ms)
    found = standing(grant, datetime.fromtimestamp(now_ms / 1000, UTC))
    if found is None:
        raise Refusal("not_found")
    return found
