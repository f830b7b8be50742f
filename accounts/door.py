"""At the door of every request and every WebSocket: does it come from our own pages, and whose is it?"""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

import msgspec
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request, cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from accounts import sessions
from accounts.sessions import Actor
from realtime.refusal import Refusal
from storage.batching import Batcher
from storage.clock import Clock
from storage.database import Database

COOKIE: Final = "corridor_session"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN: Final = ("/static/", "/brand/", "/health/", "/metrics")  # nobody's session is looked up for these


class Door:
    """Refuses what another site's page sends, and puts the `Actor`, or None, into the request's state.

    Starlette's own middleware for HTTP does not see WebSockets; this one judges both by one rule.
    """

    def __init__(self, app: ASGIApp, database: Database, clock: Clock, origins: frozenset[str]) -> None:
        self._app = app
        self._database = database
        self._clock = clock
        self._origins = origins
        self._tokens: Batcher[str, Actor | None] = Batcher(self._find)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        changes = scope["type"] == "websocket" or scope["method"] not in SAFE
        if changes and not self._ours(headers, scope["scheme"]):
            await refuse(Refusal("forbidden", "This request comes from another site."), scope, receive, send)
            return
        if "\0" in scope["path"]:  # no name that we gave has it, and PostgreSQL knows no such character
            await refuse(Refusal("not_found"), scope, receive, send)
            return
        scope.setdefault("state", {})["actor"] = None
        if not scope["path"].startswith(OPEN):
            token = cookie_parser(headers.get("cookie", "")).get(COOKIE)
            if token:
                scope["state"]["actor"] = await self._tokens.submit(token[:200])
        await self._app(scope, receive, send)

    def _ours(self, headers: Headers, scheme: str) -> bool:
        """No Origin: not a browser. Else it must be on the list, or be the host that was asked."""
        given = headers.getlist("origin")
        if not given:
            return True
        if len(given) > 1:
            return False
        if self._origins:
            return given[0] in self._origins
        try:
            origin = urlsplit(given[0])
        except ValueError:
            return False
        secure = scheme in ("https", "wss")
        return origin.scheme == ("https" if secure else "http") and origin.netloc == headers.get("host")

    async def _find(self, tokens: Sequence[str]) -> Sequence[Actor | None]:
        return await self._database.read(sessions.find, tokens, self._clock.now_ms())


def actor_of(connection: HTTPConnection) -> Actor:
    """Who is asking; Refusal `unauthenticated` if nobody is signed in."""
    actor = connection.state.actor
    if actor is None:
        raise Refusal("unauthenticated")
    return actor  # type: ignore[no-any-return]


async def refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer before anything is accepted."""
    response = json_response(refusal.fields(), refusal.http_status)
    if scope["type"] == "http" or "websocket.http.response" in scope.get("extensions", {}):
        await response(scope, receive, send)
    else:
        await send({"type": "websocket.close"})


def json_response(content: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(content), status, {"Cache-Control": "no-store"}, media_type="application/json")


def device_of(request: Request) -> str:
    """What a person may recognise the device by, in the list of their sessions."""
    return request.headers.get("user-agent", "")[:200]
