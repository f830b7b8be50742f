"""Noticing refusals that a page shows itself, beside what was written, instead of leaving them to the error page."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from accounts.audit.noticing import Noticing
from realtime.refusal import HTTP_STATUS, Refusal


class RefusalWatch:
    """Tells `noticing` of every answer that says forbidden, unless whoever gave the answer did."""

    def __init__(self, app: ASGIApp, noticing: Noticing) -> None:
        self._app = app
        self._noticing = noticing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == HTTP_STATUS["forbidden"]:
                self._noticing.page_refused(Request(scope), Refusal("forbidden"))
            await send(message)

        await self._app(scope, receive, watched)
