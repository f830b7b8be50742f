"""A room's page, a thread's, and their history."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts.door import actor_of, json_response
from accounts.rights import may, may_in_time
from accounts.sessions import Actor
from accounts.signing_in import SigningIn
from realtime.protocol import MAX_SEQ
from realtime.refusal import Refusal
from rooms import private
from rooms.messages import history, views
from rooms.messages.views import Asked, RoomView, Shower
from rooms.model import room
from rooms.pages import signed_in
from rooms.showing import Parts
from storage.clock import Clock
from storage.database import Database
from web.i18n import language_of
from web.pages import Pages

ABOUT: Final = {"reply_to": "replying", "edit": "editing", "remove": "removing"}
_FIELDS: Final = {"reply_to": "reply_to", "edit": "message", "remove": "message"}


class MessagePages:
    """Routes of a room, of its threads and of its messages."""

    def __init__(
        self, database: Database, clock: Clock, pages: Pages, signing_in: SigningIn, epoch: str, parts: Parts
    ) -> None:
        self._database = database
        self._clock = clock
        self._pages = pages
        self._signing_in = signing_in
        self._epoch = epoch
        self._parts = parts

    def routes(self) -> list[Route]:
        return [
            Route("/rooms/{room}", self.show, methods=["GET"]),
            Route("/rooms/{room}/threads/{thread}", self.show, methods=["GET"]),
            Route("/api/v1/rooms/{room}/messages", self.messages, methods=["GET"]),
            Route("/api/v1/rooms/{room}/threads/{thread}", self.messages, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        actor: Actor | None = request.state.actor
        if actor is None:
            return RedirectResponse(f"/sign-in?back={request.url.path}", 303)
        about = next((name for name in ABOUT if name in request.query_params), None)
        target = request.query_params.get(about or "")
        return await self._page(request, self._asked(request, request.path_params, target), about)

    async def show_again(self, request: Request, fields: Mapping[str, str], refusal: Refusal) -> Response:
        """The page that a form was on, with what is wrong and what was written."""
        about = next((name for name, field in _FIELDS.items() if fields.get(field)), None)
        target = fields.get(_FIELDS.get(about or "", "")) or request.query_params.get(about or "")
        asked = self._asked(request, {"room": fields.get("room", ""), **_thread_of(fields)}, target)
        return await self._page(request, asked, about, fields, refusal)

    def _asked(self, request: Request, path: Mapping[str, str], about: str | None) -> Asked:
        query, actor = request.query_params, actor_of(request)
        return Asked(
            actor, path["room"], self._clock.now_ms(), language_of(request), number(query.get("before")),
            number(query.get("after")), _from(query.get("on"), actor.zone), about, path.get("thread"),
        )  # fmt: skip

    async def _page(
        self, request: Request, asked: Asked, about: str | None,
        fields: Mapping[str, str] | None = None, refusal: Refusal | None = None,
    ) -> Response:  # fmt: skip
        view = await self._database.read(views.read, asked, self._parts)
        self._opened(asked, view.card["kind"])
        context = self._context(view, about if view.about is not None else None)
        context |= signed_in(asked.actor, self._signing_in)
        if refusal is not None:
            context |= {"error": self._pages.sentence(request, refusal.message), "draft": (fields or {}).get("text")}
        status = refusal.http_status if refusal else 200
        return self._pages.render(request, "room.html", context, status)

    def _context(self, view: RoomView, about: str | None) -> dict[str, Any]:
        at, grant, asked = self._clock.now(), view.grant, view.asked
        may_remove, may_look = (may(grant.who, verb, grant.place, at) is None for verb in ("remove", "history"))
        show = Shower(view, may_in_time(grant.who, "write", grant.place, at), may_remove, may_look)
        return {
            "room": dict(view.card),
            **_shown(view, show),
            "seq": view.page.seq,
            "epoch": self._epoch,
            "own_room": asked.actor.own_room,
            "own_head": view.own_head,
            "read": view.read,
            "members": view.members,
            "groups": view.groups,
            "has": view.has,
            "may_write": show.may_write,
            "may_administer": may(grant.who, "administer", grant.place, at) is None,
            "may_remove": show.may_remove,
            "stays": view.stays,
            "may_look": show.may_look,
            "form_key": str(uuid4()),
            "follow_key": str(uuid4()),
            "error": None,
            "draft": None,
            "slots": self._parts.slots_in(grant.place.kind if grant.place else ""),
            "private": grant.place is not None and grant.place.kind in private.KINDS,
            "parts": view.of_room,
            **dict.fromkeys(ABOUT.values()),
            **({ABOUT[about]: show.message(view.about)} if about and view.about is not None else {}),
        }

    def _opened(self, asked: Asked, kind: str) -> None:
        """Where somebody asks for help is in no log that others read."""
        if kind != "help":
            self._signing_in.noticing.opened(asked.actor, asked.room)

    async def messages(self, request: Request) -> Response:
        asked = self._asked(request, request.path_params, None)
        limit = min(number(request.query_params.get("limit")) or history.PAGE, history.MOST)

        def read(connection: Connection) -> tuple[dict[str, Any], str]:
            found = views.read_plainly(connection, asked, self._parts, limit)
            return found, connection.scalars(select(room.c.kind).where(room.c.id == asked.room)).one()

        found, kind = await self._database.read(read)
        self._opened(asked, kind)
        return json_response({"room": asked.room, "epoch": self._epoch, **found})


def _shown(view: RoomView, show: Shower) -> dict[str, Any]:
    """The messages, and the ways to those before and after them."""
    messages = [show.message(row) for row in view.page.messages]
    here = f"/rooms/{view.asked.room}" + (f"/threads/{view.asked.thread}" if view.root is not None else "")
    newer = view.page.newer and bool(messages)
    return {
        "here": here,
        "thread": None if view.root is None else show.message(view.root),
        "messages": messages,
        "more": view.page.more,
        "older_url": f"{here}?before={messages[0]['seq']}" if view.page.more and messages else None,
        "newer_url": f"{here}?after={messages[-1]['seq']}" if newer else None,
        "newest": not newer,
    }


def _thread_of(fields: Mapping[str, str]) -> dict[str, str]:
    return {"thread": fields["thread"]} if fields.get("thread") else {}


def _from(day: str | None, zone: str) -> int | None:
    """The moment in milliseconds at which a day begins; Refusal `bad_request` for what is none."""
    if not day:
        return None
    try:
        return int(datetime.combine(date.fromisoformat(day), time(), ZoneInfo(zone)).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Refusal("bad_request", "Please choose a day.") from None


def number(text: str | None) -> int | None:
    """A position given in a query; Refusal `bad_request` if it is none."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:20]) <= MAX_SEQ):
        raise Refusal("bad_request", "A position is a whole number above nought.")
    return int(text)
