"""Puts everything together, and only that."""

import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from accounts.administration.navigation import administers
from accounts.administration.routes import administration_routes
from accounts.audit.keeping import Keeping
from accounts.audit.noticing import Noticing
from accounts.audit.pages import audit_routes
from accounts.audit.watching import RefusalWatch
from accounts.children.routes import childrens_routes
from accounts.door import Door, actor_of, json_response
from accounts.frame import Frame
from accounts.looks.appearance import Appearance
from accounts.looks.routes import looks_routes
from accounts.own import own_routes
from accounts.pages import AccountPages
from accounts.policy.pages import policy_routes
from accounts.roster.importing import Importing
from accounts.roster.routes import roster_routes
from accounts.safeguarding import safeguards
from accounts.signing_in import SigningIn
from accounts.sso.routes import sso_routes
from accounts.windows.pages import window_routes
from accounts.words import label
from config import Settings, load_secret
from features import (
    FOUND_BY_WORDS,
    HANDLERS,
    KEEPERS,
    OPERATIONS,
    PARTS,
    PLAINLY,
    POST,
    TEMPLATES,
    feature_routes,
)
from realtime import live
from realtime.bus import Bus, MemoryBus
from realtime.bus.redis import RedisBus
from realtime.connection import Desk
from realtime.hub import Hub
from realtime.limits import Limits
from realtime.metrics import Metrics
from realtime.outbox import OutboxCounts
from realtime.passing import Passings
from realtime.presence import Pace
from realtime.protocol import Event, FrameDecoder
from realtime.refusal import Refusal
from rooms import announcing, directory
from rooms.answers import Error, operations
from rooms.commands import Commands, Observers
from rooms.composing import Typing, TypingHandler
from rooms.concerns.following import TeamWatch
from rooms.doors import Doors, caller_of
from rooms.drafts.sending import Sending
from rooms.embeds.watching import Embeds
from rooms.files.storing import open_storage
from rooms.files.tidying import Tidying
from rooms.keeping.pages import makes_rooms
from rooms.live import LiveRooms
from rooms.messages import commands as message_commands
from rooms.messages import history
from rooms.messages.pages import MessagePages
from rooms.moments import Moments
from rooms.opening.watching import Watching
from rooms.operating import Operating
from rooms.oversight.pages import oversees, told_of_pauses
from rooms.pages import RoomsPages
from rooms.polling import LongPoll
from rooms.posts import LONGEST_TEXT
from rooms.rostering import RoomsFollow
from rooms.search.indexing import Indexer
from rooms.telling.running import Telling
from rooms.welcoming import HOOKS
from storage import installation
from storage.clock import Clock, rfc3339
from storage.database import Database, open_database
from storage.migrate import migrate
from web.assets import FOLDER, Assets, ForeverFiles
from web.headers import SafeHeaders
from web.logs import AccessLog
from web.openapi import document
from web.outside import Outside
from web.pages import Pages
from web.requests import wants_page
from web.styleguide.pages import styleguide_routes

VERSION: Final = "0.1.0"


@dataclass
class Corridor:
    """A running process, without its listening socket."""

    asgi: ASGIApp
    hub: Hub
    database: Database


class Publisher:
    """What happens after every commit: those connected here get the rows, the other processes a hint."""

    hub: Hub
    bus: Bus
    indexer: Indexer

    def __call__(self, rows: Sequence[Event]) -> None:
        self.hub.committed(rows)
        self.bus.publish({row.room: row.seq for row in rows})
        self.indexer.heard(rows)


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Corridor]:
    """Open the database, the bus and all that hangs on them; close them again in the opposite order."""
    publisher = Publisher()
    database = open_database(settings.database_url, publisher)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        epoch = await migrate(database)
        clock = await _clock(settings, database)
        secret = load_secret(settings)
        metrics, outboxes = Metrics(clock.now), OutboxCounts()
        rooms = LiveRooms(database, clock, message_commands.REDACTING, PLAINLY)
        hub = publisher.hub = Hub(rooms, metrics.delivered)
        indexer = publisher.indexer = Indexer(database, FOUND_BY_WORDS)
        bus = publisher.bus = RedisBus(settings.redis_url, epoch) if settings.redis_url else MemoryBus()
        passings = Passings(hub, bus, Pace(quiet=settings.presence_quiet))
        limits = Limits(settings.rates, time.monotonic)
        signing_in = SigningIn(database, clock, secret, announcing.to_own_room)
        stack.callback(signing_in.passwords.close)
        stack.push_async_callback(signing_in.noticing.close)
        commands = Commands(
            database, clock, limits, secret, HANDLERS, {Typing: TypingHandler(hub, limits, passings)},
            Observers(metrics.batch, metrics.outcome, signing_in.noticing.command_refused),
        )  # fmt: skip
        stack.push_async_callback(commands.drain)
        to_providers, embeds = Outside(settings.provider_networks), Embeds(database, clock, settings.feed_networks)
        telling = Telling(database, clock, secret, settings, metrics.tell)
        stack.push_async_callback(telling.close)
        stack.push_async_callback(to_providers.close)
        stack.push_async_callback(embeds.close)
        desk = Desk(
            hub, limits, FrameDecoder(commands.types.values()), settings, epoch,
            now=lambda: rfc3339(clock.now_ms()), submit=commands.submit, answers=commands.answers,
            outboxes=outboxes, text_limit=LONGEST_TEXT,
        )  # fmt: skip
        await bus.start(hub.hints, passings.hear, lambda: hub.spawn(hub.poll()))
        stack.push_async_callback(bus.stop)
        stack.callback(passings.presence.stop)
        storage = open_storage(settings)
        importing = Importing(database, clock, RoomsFollow())
        stack.push_async_callback(importing.close)
        for watch in (
            live.keep_watch(hub, settings.poll, settings.session_check), Moments(database, clock, hub).watch(),
            Watching(database, clock, hub).watch(),
            TeamWatch(database, clock).watch(),
            indexer.run(), Sending(database, clock, secret, POST).watch(), *embeds.watches(), importing.keep_tidy(),
            Keeping(database, clock, settings.data, signing_in.noticing).run(), Tidying(database, clock, storage).run(),
        ):  # fmt: skip
            hub.spawn(watch)
        stack.push_async_callback(hub.stop)
        metrics.watch(hub, outboxes, bus)

        assets = Assets()
        pages = Pages(
            assets,
            TEMPLATES,
            {
                "administers": administers,
                "makes_rooms": makes_rooms,
                "label": label,
                "oversees": oversees,
                "safeguards": safeguards,
                "told_of_pauses": told_of_pauses,
            },
        )
        messages = MessagePages(database, clock, pages, signing_in, epoch, PARTS)
        frame = Frame(database, clock, pages, signing_in)
        hub.spawn(telling.watch(pages))
        long_poll = LongPoll(hub, limits, settings, epoch)
        routes: list[Any] = [
            *AccountPages(signing_in, pages).routes(),
            *own_routes(database, clock, secret, signing_in, pages, announcing.to_own_room, settings.origins),
            *sso_routes(database, clock, pages, signing_in, HOOKS, to_providers, settings.origins, secret),
            *childrens_routes(database, clock, secret, signing_in, announcing.to_own_room, pages),
            *administration_routes(database, clock, pages, signing_in, HOOKS, KEEPERS, settings.database_url),
            *policy_routes(database, clock, pages, signing_in, HOOKS, announcing.to_own_rooms),
            *window_routes(database, clock, pages, signing_in, HOOKS, announcing.to_own_rooms),
            *audit_routes(database, clock, pages, signing_in, HOOKS, directory.names_known_to),
            *roster_routes(database, clock, pages, signing_in, HOOKS, importing),
            *looks_routes(database, clock, pages, signing_in, HOOKS, assets),
            *(styleguide_routes(pages) if settings.development else ()),
            *RoomsPages(database, clock, epoch, history.unread).routes(),
            *telling.routes(frame, epoch),
            *feature_routes(frame, commands, limits, storage, epoch),
            *messages.routes(),
            *Doors(commands, signing_in, long_poll, messages.show_again).routes(),
            Route("/api/openapi.json", _fixed(_description(commands)), methods=["GET"]),
            *Operating(database, clock, bus, metrics).routes(),
            WebSocketRoute("/live", _live(desk)),
            Mount("/static", ForeverFiles(directory=FOLDER)),
        ]
        door = Middleware(Door, database=database, clock=clock, origins=settings.origins)
        appearance = Middleware(Appearance, database=database, development=settings.development)
        # Outside of Starlette, whose answer to what failed unforeseen passes by its middleware.
        watched = RefusalWatch(_starlette(routes, [door, appearance], pages, signing_in.noticing), signing_in.noticing)
        asgi = AccessLog(SafeHeaders(watched))
        yield Corridor(asgi, hub, database)


def _description(commands: Commands) -> object:
    return document([*operations(commands), *OPERATIONS], Error, VERSION)


def _fixed(content: object) -> Any:
    encoded = json_response(content)

    async def endpoint(_: Request) -> Response:
        return encoded

    return endpoint


def _live(desk: Desk) -> Any:
    async def endpoint(websocket: WebSocket) -> None:
        try:
            actor = actor_of(websocket)
        except Refusal as refusal:
            await websocket.send_denial_response(json_response(refusal.fields(), refusal.http_status))
            return
        await live.serve(websocket, desk, caller_of(actor))

    return endpoint


def _starlette(routes: list[Route], middleware: list[Middleware], pages: Pages, noticing: Noticing) -> Starlette:
    async def refused(request: Request, error: Exception) -> Response:
        noticing.page_refused(request, error)
        return _error(request, error if isinstance(error, Refusal) else Refusal("unavailable"))

    async def http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        code = {404: "not_found", 405: "bad_request"}.get(status, "bad_request" if status < 500 else "unavailable")  # noqa: PLR2004
        response = _error(request, Refusal(code), status)
        more = error.headers if isinstance(error, HTTPException) else None
        response.headers.update(more or {})  # a 405 says what is allowed
        return response

    def _error(request: Request, refusal: Refusal, status: int | None = None) -> Response:
        status = status or refusal.http_status
        if not wants_page(request):
            return json_response(refusal.fields(), status)
        context = {"status": status, "sentence": pages.sentence(request, refusal.message), "code": refusal.code}
        return pages.render(request, "error.html", context, status)

    handlers: dict[Any, Any] = {Refusal: refused, HTTPException: http, Exception: refused}
    return Starlette(routes=routes, middleware=middleware, exception_handlers=handlers)


async def _clock(settings: Settings, database: Database) -> Clock:
    if settings.clock is None:
        return Clock()
    if await database.read(installation.read, "demo") is None:
        raise ValueError("The clock can be set only on demonstration data.")
    moment = datetime.fromisoformat(settings.clock)
    if moment.tzinfo is None:
        raise ValueError("The clock takes a time with its offset, such as 2026-11-23T15:29:50+00:00.")
    return Clock(moment)
