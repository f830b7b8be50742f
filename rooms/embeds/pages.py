"""A page of a room's feeds, for all who read there; and the page in which one video plays."""

from typing import Any, Final
from uuid import uuid4

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts.asking import who_of
from accounts.door import actor_of
from accounts.frame import Form, Frame, signed_in_only
from accounts.sessions import Actor
from realtime.protocol import Command
from realtime.refusal import Refusal
from rooms import directory
from rooms.commands import Commands
from rooms.doors import caller_of
from rooms.embeds import parts
from rooms.embeds.commands import AddFeed, RemoveFeed
from rooms.embeds.videos import SITES, Site, playing_at
from rooms.showing import Showing
from web.i18n import language_of

PATH: Final = "/rooms/{room}/feeds"


class EmbedPages:
    """Routes of feeds and videos."""

    def __init__(self, frame: Frame, commands: Commands) -> None:
        self._frame = frame
        self._commands = commands

    def routes(self) -> list[Route]:
        return [
            Route(PATH, signed_in_only(self.feeds), methods=["GET"]),
            Route(PATH, self.change, methods=["POST"]),
            Route("/videos/{site}/{video}", signed_in_only(self.video), methods=["GET"]),
        ]

    async def feeds(self, request: Request, refusal: Refusal | None = None) -> Response:
        actor, room = actor_of(request), request.path_params["room"]
        language, now_ms = language_of(request), self._frame.clock.now_ms()

        def read(connection: Connection) -> dict[str, Any]:
            grant = directory.require_shared(connection, actor, room, "read", now_ms)
            showing = Showing(connection, actor, grant, room, now_ms, language)
            return {"room": dict(directory.card(connection, room)), "parts": {"feeds": parts.feeds(showing)}}

        found = await self._frame.database.read(read)
        context = {**found, "form_key": str(uuid4()), "typed": request.scope.get("typed", "")}
        return self._frame.page(request, "feeds.html", context, refusal)

    async def change(self, request: Request) -> Response:
        """Add a feed, or remove one; what cannot be done is said on the page."""

        async def work(form: Form) -> Response:
            room = request.path_params["room"]
            request.scope["typed"] = form.text("url")[:200]
            await self._commands.submit(caller_of(actor_of(request)), _command(room, form))
            said = "removed" if form.get("feed") else "added"
            return RedirectResponse(f"/rooms/{room}/feeds?said={said}", 303)

        return await self._frame.answer(request, work, self.feeds)

    async def video(self, request: Request) -> Response:
        """A page with nothing but a video, framed by the room's page once somebody wants to see it."""
        site, video = SITES.get(request.path_params["site"]), request.path_params["video"]
        actor = actor_of(request)
        allowed = await self._frame.database.read(_video_sites, actor, self._frame.clock.now_ms())
        if site is None or request.path_params["site"] not in allowed or not site.ids.fullmatch(video):
            raise Refusal("not_found")
        alone = request.headers.get("sec-fetch-dest") == "document"
        context = {"site": site.name, "address": playing_at(site, video), "alone": alone}
        response = self._frame.page(request, "video_page.html", context)
        response.headers["Content-Security-Policy"] = _policy(site)
        return response


def _command(room: str, form: Form) -> Command:
    given = {"room": room, "key": form.get("key")}
    try:
        if form.get("feed"):
            return msgspec.convert({**given, "feed": form.get("feed")}, RemoveFeed)
        return msgspec.convert({**given, "url": form.text("url")}, AddFeed)
    except msgspec.ValidationError:
        raise Refusal("bad_request", "The address of a feed begins with https://") from None


def _video_sites(connection: Connection, actor: Actor, now_ms: int) -> list[str]:
    return parts.video_sites(connection, who_of(connection, actor, now_ms), now_ms)


def _policy(site: Site) -> str:
    """Nothing but this one site may be framed, and by nobody but us."""
    return (
        f"default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; frame-src https://{site.host}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
