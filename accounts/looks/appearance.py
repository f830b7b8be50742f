"""Behind the door: every request is told how its page is to look."""

from typing import Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from accounts.door import OPEN
from accounts.looks import keeping
from accounts.looks.rules import of_device, of_person
from accounts.sessions import Actor
from storage.database import Database
from web.look import SCHOOL, Brand, Look

COOKIE: Final = "corridor_look"  # what the device remembers for its sign-in page
ENTRANCES: Final = ("/sign-in", "/card", "/offline", "/invitation")


class Appearance:
    """Puts the `Look` of the page into the request's state: the reader's own, or that of the device and its school."""

    def __init__(self, app: ASGIApp, database: Database, *, development: bool) -> None:
        self._app = app
        self._database = database
        self._development = development

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(OPEN):
            scope["state"]["look"] = await self._look(scope)
        await self._app(scope, receive, send)

    async def _look(self, scope: Scope) -> Look:
        actor: Actor | None = scope["state"]["actor"]
        if actor is not None:
            return of_person(actor, pseudo=self._development)
        cookies = cookie_parser(Headers(scope=scope).get("cookie", ""))
        brand = await self._brand(scope, cookies.get(SCHOOL, "")) if scope["path"].startswith(ENTRANCES) else None
        return of_device(cookies.get(COOKIE), brand or Brand(), pseudo=self._development)

    async def _brand(self, scope: Scope, remembered: str) -> Brand | None:
        """The school that the address names, or the one that this device knows."""
        asked = parse_qs(scope["query_string"].decode("latin-1")[:500]).get("school", [""])[0]
        if asked and (found := await self._database.read(keeping.open_brand, asked[:40].replace("\0", ""))):
            return found
        return await self._database.read(keeping.brand, remembered[:40]) if remembered else None
