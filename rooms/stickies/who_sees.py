"""The page that says who can see what is written in private, why, and that each look is recorded."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accounts.door import actor_of
from accounts.frame import Frame, signed_in_only
from accounts.model import role
from accounts.sessions import Actor
from rooms import directory

PATH: Final = "/stickies/who-can-see"


class WhoSeesPages:
    """The route of that page."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[Route]:
        return [Route(PATH, signed_in_only(self.show), methods=["GET"])]

    async def show(self, request: Request) -> Response:
        actor = actor_of(request)
        found = await self._frame.database.read(_read, actor, self._frame.clock.now_ms())
        room = request.query_params.get("room", "")
        back = f"/rooms/{room}" if room.isascii() and room.isalnum() else "/stickies"
        return self._frame.page(request, "who_can_see.html", {**found, "back": back})


def _read(connection: Connection, actor: Actor, now_ms: int) -> Mapping[str, Any]:
    """Who may look, by the school's own rules: roles for all threads, and for those of some people alone."""
    who = directory.require(connection, actor, actor.own_room, "read", now_ms).who
    all_threads: list[str] = []
    some: list[str] = []
    for (name, verb, kind), lines in sorted(who.rights.lines.items()):
        if (verb, kind) == ("look", "thread") and lines:
            everywhere = any(line.relation is None and line.others is None for line in lines)
            (all_threads if everywhere else some).append(name)
    own = select(role.c.id, role.c.name).where(role.c.id.in_([*all_threads, *some]), role.c.name.is_not(None))
    called = {row.id: row.name for row in connection.execute(own)}
    return {
        "everywhere": [{"role": each, "name": called.get(each)} for each in all_threads],
        "some": [{"role": each, "name": called.get(each)} for each in some],
        "young": who.rights.kinds.get(who.role) == "learner",
    }
