"""How many stickies wait for somebody, for the masthead of every page."""

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accounts.door import actor_of, json_response
from accounts.frame import Frame
from accounts.rights import may
from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms import grants, log, private
from rooms.directory import names_of
from rooms.telling import model
from rooms.telling.allowing import TEAM, quiet_now
from rooms.telling.model import Thread

MOST_FOLLOWED: Final = 60  # threads that a page hears of by itself


class WaitingPages:
    """The route behind the count."""

    def __init__(self, frame: Frame, epoch: str) -> None:
        self._frame = frame
        self._epoch = epoch

    def routes(self) -> list[Route]:
        return [Route("/api/v1/waiting", self.show, methods=["GET"])]

    async def show(self, request: Request) -> Response:
        found = await self._frame.database.read(waiting, actor_of(request), self._frame.clock.now_ms())
        return json_response({**found, "epoch": self._epoch})


def waiting(connection: Connection, actor: Actor, now_ms: int) -> dict[str, Any]:
    """Positions first: what is counted afterwards can only be newer, and newer events will be sent."""
    own_head = log.heads(connection, [actor.own_room]).get(actor.own_room, 0)
    threads = _mine(connection, actor, now_ms)
    quiet, changes = quiet_now(connection, actor.person, now_ms)
    unread = {each.room: model.unread_in(connection, each, actor.person) for each in threads}
    threads.sort(key=lambda each: unread[each.room] is None)
    shown = threads[:MOST_FOLLOWED]
    called = private.names(connection, [each.room for each in shown], actor.person) if shown else {}
    writers = names_of(connection, {each.by for each in unread.values() if each is not None})
    told = []
    for each in shown:
        new = unread[each.room]
        told.append(
            {"room": each.room, "name": called.get(each.room, ""), "head": each.head,
             "unread": new.many if new else 0, "by": writers.get(new.by) if new else None}
        )  # fmt: skip
    urgent = {each.room for each in threads if each.kind == "help"} if _is_team(connection, actor, now_ms) else set()
    counts = [new.many for room, new in unread.items() if new is not None and (not quiet or room in urgent)]
    return {
        "count": min(sum(counts), model.MOST_COUNTED), "quiet": quiet, "threads": told, "own_room": actor.own_room,
        "own_head": own_head, "changes_in": changes,
    }  # fmt: skip


def _mine(connection: Connection, actor: Actor, now_ms: int) -> list[Thread]:
    """Those that the person may read now; Refusal `unauthenticated` if the session ended meanwhile."""
    threads = model.threads_of(connection, actor.person, now_ms)
    rooms = [actor.own_room, *(each.room for each in threads)]
    pairs = [(n, actor.person, actor.session, room, None) for n, room in enumerate(rooms)]
    at = datetime.fromtimestamp(now_ms / 1000, UTC)
    own, *loaded = grants.load_to_read(connection, pairs, now_ms)
    if may(own.who, "read", own.place, at) is not None:
        raise Refusal("unauthenticated")
    return [
        each for each, grant in zip(threads, loaded, strict=True) if may(grant.who, "read", grant.place, at) is None
    ]


def _is_team(connection: Connection, actor: Actor, now_ms: int) -> bool:
    own = grants.load_to_read(connection, [(0, actor.person, actor.session, actor.own_room, None)], now_ms)[0]
    return own.who.rights.kinds.get(own.who.role) in TEAM
