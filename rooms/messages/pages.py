"""A room's page and a room's history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts.door import actor_of, json_response
from accounts.rights import may
from accounts.rules import initials
from accounts.sessions import Actor
from accounts.signing_in import SigningIn
from realtime.protocol import MAX_SEQ
from realtime.refusal import Refusal
from rooms import directory
from rooms.grants import Grant
from rooms.messages import history
from rooms.pages import signed_in
from rooms.posts import message_id, seq_of
from rooms.showing import Parts, Showing
from storage.clock import Clock, rfc3339
from storage.database import Database
from storage.rows import AnyRow
from web.i18n import language_of
from web.pages import Pages, day_label, time_label

EXCERPT: Final = 140  # characters of a quoted message
ABOUT: Final = {"reply_to": "replying", "edit": "editing", "remove": "removing"}


@dataclass(frozen=True)
class RoomView:
    """All that a room's page is made from, read in one go."""

    grant: Grant
    card: Mapping[str, Any]
    page: history.Page
    quoted: Mapping[str, AnyRow]
    members: Sequence[Mapping[str, Any]]
    names: Mapping[str, str]
    own_head: int
    about: AnyRow | None
    parts: Mapping[int, Mapping[str, Any]]  # of each message, by its seq
    of_room: Mapping[str, Any]


class MessagePages:
    """Routes of a room and its messages."""

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
            Route("/api/v1/rooms/{room}/messages", self.messages, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        actor: Actor | None = request.state.actor
        if actor is None:
            return RedirectResponse(f"/sign-in?back={request.url.path}", 303)
        about = next((name for name in ABOUT if name in request.query_params), None)
        return await self._page(request, actor, request.path_params["room"], about=about)

    async def show_again(self, request: Request, fields: Mapping[str, str], refusal: Refusal) -> Response:
        """The page that a form was on, with what is wrong and what was written."""
        about = next((name for name, field in _FIELDS.items() if fields.get(field)), None)
        return await self._page(
            request, actor_of(request), fields.get("room", ""), about=about, fields=fields, refusal=refusal
        )

    async def _page(
        self, request: Request, actor: Actor, room: str, *, about: str | None,
        fields: Mapping[str, str] | None = None, refusal: Refusal | None = None,
    ) -> Response:  # fmt: skip
        before = _number(request.query_params.get("before"))
        target = (fields or {}).get(_FIELDS.get(about or "", "")) or request.query_params.get(about or "")
        asked = _Asked(actor, room, before, target, self._clock.now_ms(), language_of(request))
        view = await self._database.read(_read, asked, self._parts)
        self._signing_in.noticing.opened(actor, room)
        context = self._context(request, actor, view, about if view.about is not None else None)
        if refusal is not None:
            context |= {"error": self._pages.sentence(request, refusal.message), "draft": (fields or {}).get("text")}
        status = refusal.http_status if refusal else 200
        return self._pages.render(request, "room.html", context, status)

    def _context(self, request: Request, actor: Actor, view: RoomView, about: str | None) -> dict[str, Any]:
        at, grant, room = self._clock.now(), view.grant, view.card["id"]
        may_remove = may(grant.who, "remove", grant.place, at) is None
        may_write = may(grant.who, "write", grant.place, at) is None
        show = _Shower(actor, language_of(request), view, may_write=may_write, may_remove=may_remove)
        messages = [show.message(row) for row in view.page.messages]
        return {
            **signed_in(actor, self._signing_in),
            "room": dict(view.card),
            "messages": messages,
            "seq": view.page.seq,
            "epoch": self._epoch,
            "more": view.page.more,
            "older_url": f"/rooms/{room}?before={messages[0]['seq']}" if view.page.more else None,
            "newest": "before" not in request.query_params,
            "own_room": actor.own_room,
            "own_head": view.own_head,
            "read": grant.read_seq,
            "members": view.members,
            "may_write": may_write,
            "may_administer": may(grant.who, "administer", grant.place, at) is None,
            "may_remove": may_remove,
            "form_key": str(uuid4()),
            "error": None,
            "draft": None,
            "slots": self._parts.slots,
            "parts": view.of_room,
            **dict.fromkeys(ABOUT.values()),
            **({ABOUT[about]: show.message(view.about)} if about and view.about is not None else {}),
        }

    async def messages(self, request: Request) -> Response:
        actor, room = actor_of(request), request.path_params["room"]
        before = _number(request.query_params.get("before"))
        limit = min(_number(request.query_params.get("limit")) or history.PAGE, history.MOST)

        def read(connection: Connection) -> tuple[history.Page, Mapping[int, Mapping[str, Any]]]:
            now_ms = self._clock.now_ms()
            grant = directory.require(connection, actor, room, "read", now_ms)
            page = history.page(connection, room, before, limit, floor=grant.floor)
            showing = Showing(connection, actor, grant, room, now_ms, language_of(request))
            return page, self._parts.of_messages(showing, page.messages)

        page, parts = await self._database.read(read)
        self._signing_in.noticing.opened(actor, room)
        found = [{**history.as_json(room, row), **parts[row.seq]} for row in page.messages]
        return json_response(
            {"room": room, "seq": page.seq, "epoch": self._epoch, "more": page.more, "messages": found}
        )


_FIELDS: Final = {"reply_to": "reply_to", "edit": "message", "remove": "message"}


@dataclass(frozen=True)
class _Asked:
    """What a room's page is asked for. `about`: the id of a message that is replied to, edited or removed."""

    actor: Actor
    room: str
    before: int | None
    about: str | None
    now_ms: int
    language: str


def _read(connection: Connection, asked: _Asked, parts: Parts) -> RoomView:
    actor, room = asked.actor, asked.room
    grant = directory.require(connection, actor, room, "read", asked.now_ms)
    own = directory.require(connection, actor, actor.own_room, "read", asked.now_ms)
    page = history.page(connection, room, asked.before, floor=grant.floor)
    chosen = history.one(connection, room, seq_of(asked.about, room)) if asked.about else None
    if chosen is not None and (chosen.removed_ms is not None or chosen.seq < grant.floor):
        chosen = None
    shown = [*page.messages, *([chosen] if chosen is not None else [])]
    showing = Showing(connection, actor, grant, room, asked.now_ms, asked.language)
    return RoomView(
        grant, directory.card(connection, room, grant), page, history.quoted(connection, room, shown, grant.floor),
        directory.members(connection, room, grant), directory.names_of(connection, {row.author_id for row in shown}),
        own.head, chosen, parts.of_messages(showing, shown), parts.of_room(showing),
    )  # fmt: skip


@dataclass(frozen=True)
class _Shower:
    """Turns rows into the views that templates show."""

    actor: Actor
    language: str
    view: RoomView
    may_write: bool
    may_remove: bool

    def message(self, row: AnyRow) -> dict[str, Any]:
        mine, removed = row.author_id == self.actor.person, row.removed_ms is not None
        name = self.view.names.get(row.author_id, "")
        return {
            "id": message_id(row.room_id, row.seq),
            "seq": row.seq,
            "by": {"id": row.author_id, "name": name, "initials": initials(name), "role": ""},
            "at": rfc3339(row.at_ms),
            "at_label": time_label(row.at_ms, self.actor.zone, self.language),
            "day_label": day_label(row.at_ms, self.actor.zone, self.language),
            "text": row.text,
            "edited": row.edited_ms is not None,
            "removed": removed,
            "reply_to": self._quote(row),
            "mine": mine,
            "may_edit": mine and self.may_write and not removed,
            "may_remove": (mine or self.may_remove) and not removed,
            **self.view.parts[row.seq],
        }

    def _quote(self, row: AnyRow) -> dict[str, Any] | None:
        quoted = self.view.quoted.get(row.reply_to)
        if quoted is None:
            return None
        text = quoted.text if len(quoted.text) <= EXCERPT else quoted.text[:EXCERPT].rstrip() + "…"
        quoted_id = message_id(row.room_id, quoted.seq)
        here = any(each.seq == quoted.seq for each in self.view.page.messages)
        url = f"#{quoted_id}" if here else f"?before={quoted.seq + 1}#{quoted_id}"
        return {"id": quoted_id, "name": quoted.author_name, "excerpt": text, "url": url}


def _number(text: str | None) -> int | None:
    """A position given in a query; Refusal `bad_request` if it is none."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:20]) <= MAX_SEQ):
        raise Refusal("bad_request", "A position is a whole number above nought.")
    return int(text)
