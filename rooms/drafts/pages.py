"""Pages of what is not sent: my drafts for the client, a message for later, and all that wait."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from typing import Any, Final
from uuid import uuid4

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts import features
from accounts.door import actor_of, json_response
from accounts.frame import Form, Frame, signed_in_only
from accounts.sessions import Actor
from realtime.protocol import Command
from realtime.refusal import Refusal
from rooms import directory
from rooms.commands import Commands
from rooms.doors import caller_of
from rooms.drafts import model
from rooms.drafts.commands import NO_TIME, CancelScheduled, DropDraft, EditScheduled, ScheduleMessage
from rooms.drafts.rules import tomorrow_morning, written
from rooms.home import HomePart
from rooms.posts import seq_of
from rooms.showing import Part, Showing
from storage.rows import AnyRow

LATER: Final = "/rooms/{room}/later"
SCHEDULED: Final = "/scheduled"
SAID: Final = frozenset({"bad_request", "too_large", "key_conflict", "rate_limited"})


def of_room(showing: Showing) -> dict[str, Any]:
    """The draft of this room, if there is one, and how many messages wait to be sent here."""
    connection, me, room = showing.connection, showing.actor.person, showing.room
    kept = model.kept(connection, me, room, "")
    return {
        "draft": None if kept is None else _as_json(kept),
        "waiting": model.waiting_in(connection, me, room),
        "left": model.left_in(connection, me, room),
        "may_schedule": features.on(connection, showing.grant.who, "scheduling", showing.now_ms),
    }


PART: Final = Part("drafts", of_room=of_room, slots={
    "tray": "leave.html", "tools": "later_menu.html", "data": "drafts_data.html",
})  # fmt: skip

NOT_SENT: Final = HomePart(
    "not_sent", lambda arriving: model.refused(arriving.connection, arriving.actor.person), "home_not_sent.html"
)


class DraftPages:
    """Routes of drafts and of messages that wait."""

    def __init__(self, frame: Frame, commands: Commands) -> None:
        self._frame = frame
        self._commands = commands

    def routes(self) -> list[Route]:
        return [
            Route("/api/v1/rooms/{room}/draft", self.draft, methods=["GET"]),
            Route("/api/v1/scheduled", self.waiting, methods=["GET"]),
            Route(LATER, signed_in_only(self.form), methods=["GET"]),
            Route(LATER, self.schedule, methods=["POST"]),
            Route(SCHEDULED, signed_in_only(self.show), methods=["GET"]),
            Route(SCHEDULED + "/change", self.change, methods=["POST"]),
            Route(SCHEDULED + "/cancel", self.cancel, methods=["POST"]),
        ]

    async def draft(self, request: Request) -> Response:
        actor, room, now_ms = actor_of(request), request.path_params["room"], self._frame.clock.now_ms()
        about = request.query_params.get("about", "")

        def read(connection: Connection) -> AnyRow | None:
            directory.require(connection, actor, room, "read", now_ms)
            if about:
                seq_of(about, room)
            return model.kept(connection, actor.person, room, about)

        kept = await self._frame.database.read(read)
        return json_response({"draft": None if kept is None else _as_json(kept)})

    async def waiting(self, request: Request) -> Response:
        rows = await self._frame.database.read(model.waiting, actor_of(request).person)
        return json_response({"scheduled": [self._told(request, row) for row in rows]})

    async def form(self, request: Request, refusal: Refusal | None = None, said: Form | None = None) -> Response:
        """A message for later; it begins with what was being written in the room."""
        actor, room, now_ms = actor_of(request), request.path_params["room"], self._frame.clock.now_ms()

        def read(connection: Connection) -> tuple[Any, AnyRow | None]:
            grant = directory.require(connection, actor, room, "write", now_ms)
            features.require(connection, grant.who, "scheduling", now_ms)
            return directory.card(connection, room, grant), model.kept(connection, actor.person, room, "")

        card, kept = await self._frame.database.read(read)
        said = said or Form([("text", kept.text), ("reply_to", kept.reply_to or "")] if kept else [])
        context = {
            "room": card,
            "form_key": str(uuid4()),
            "draft": said.get("text", ""),
            "reply_to": said.text("reply_to"),
            "thread": said.text("thread"),
            "at": said.text("at") or tomorrow_morning(now_ms, actor.zone),
            "first": written(now_ms, actor.zone),
        }
        return self._frame.page(request, "later.html", context, refusal)

    async def schedule(self, request: Request) -> Response:
        """From the form; from the one where messages are written it only brings along what is written there."""
        said, room = await self._frame.form(request), request.path_params["room"]
        if "at" not in said:
            return await self.form(request, said=said)
        try:
            names = ("key", "text", "at", "reply_to", "thread")
            await self._do(request, ScheduleMessage, room=room, **_given(said, names))
            about = {"about": said["thread"]} if said.get("thread") else {}
            await self._do(request, DropDraft, room=room, **about)
        except Refusal as refusal:
            if refusal.code not in SAID:
                raise
            return await self.form(request, refusal, said)
        return RedirectResponse(f"{SCHEDULED}?said=waiting", 303)

    async def show(self, request: Request, refusal: Refusal | None = None) -> Response:
        actor, now_ms = actor_of(request), self._frame.clock.now_ms()

        def read(connection: Connection) -> tuple[Any, Any]:
            found = model.waiting(connection, actor.person)
            return found, _names(connection, actor, {row.room_id for row in found}, now_ms)

        rows, names = await self._frame.database.read(read)
        waiting = [
            {**self._told(request, row), "room_name": names.get(row.room_id), "key": str(uuid4()),
             "why": self._frame.pages.sentence(request, row.refused) if row.refused else None}
            for row in rows
        ]  # fmt: skip
        context = {"waiting": waiting, "first": written(now_ms, actor.zone), "edit": request.query_params.get("edit")}
        return self._frame.page(request, "scheduled.html", context, refusal)

    async def change(self, request: Request) -> Response:
        return await self._answered(request, EditScheduled, ("key", "scheduled", "text", "at"), "changed")

    async def cancel(self, request: Request) -> Response:
        return await self._answered(request, CancelScheduled, ("key", "scheduled"), "cancelled")

    async def _answered(self, request: Request, kind: type[Command], names: tuple[str, ...], word: str) -> Response:
        said = await self._frame.form(request)
        try:
            await self._do(request, kind, room=actor_of(request).own_room, **_given(said, names))
        except Refusal as refusal:
            return await self.show(request, refusal)
        return RedirectResponse(f"{SCHEDULED}?said={word}", 303)

    async def _do(self, request: Request, kind: type[Command], **fields: str) -> None:
        try:
            command = msgspec.convert(fields, kind, strict=False)
        except msgspec.ValidationError as error:
            said = NO_TIME if "`$.at`" in str(error) else None
            raise Refusal("bad_request", said) from None
        await asyncio.shield(self._commands.submit(caller_of(actor_of(request)), command))

    def _told(self, request: Request, row: AnyRow) -> dict[str, Any]:
        zone = actor_of(request).zone
        return {"id": row.id, "room": row.room_id, "text": row.text, "at": written(row.at_ms, zone),
                "at_label": self._frame.moment(request, row.at_ms), "refused": row.refused is not None,
                "when_open": row.when_open}  # fmt: skip


def _names(connection: Connection, actor: Actor, rooms: Collection[str], now_ms: int) -> dict[str, str]:
    """What these rooms are called, as far as one may enter them: threads too in which nothing was said yet."""
    known = directory.names_known_to(connection, actor, now_ms)
    for room in sorted({*rooms} - known.keys()):
        with suppress(Refusal):
            grant = directory.require(connection, actor, room, "read", now_ms)
            known[room] = directory.card(connection, room, grant)["name"]
    return known


def _given(said: Form, names: tuple[str, ...]) -> dict[str, str]:
    given = {name: said[name] for name in names if said.get(name)}
    return {"text": "", **given} if "text" in names else given


def _as_json(row: AnyRow) -> dict[str, Any]:
    return {"text": row.text, "reply_to": row.reply_to or "", "version": row.version}
