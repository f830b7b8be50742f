"""The inbox of the safeguarding team: what waits, one concern with all that was frozen, and how it goes on.

The adult who was asked by name has the pages of what was asked of them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import uuid4

import msgspec
from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts.asking import who_of
from accounts.audit.looking import look
from accounts.door import actor_of
from accounts.frame import Frame, signed_in_only
from accounts.rights import Who
from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms import directory
from rooms.commands import Commands
from rooms.concerns import following, model
from rooms.concerns.commands import MoveConcern
from rooms.doors import caller_of
from rooms.model import member, room
from rooms.posts import message
from storage.database import Transaction
from storage.rows import AnyRow
from web.requests import whole_number

INBOX: Final = "/safeguarding"
NEXT: Final[Mapping[str, str]] = {"received": "looking", "looking": "done", "done": "looking"}

# Hands out a file of a room, whatever became of its message; whether one may look is asked before.
HandOut = Callable[[Request, str, str], Awaitable[Response]]


class InboxPages:
    """Routes of the inbox."""

    def __init__(self, frame: Frame, commands: Commands, hand_out: HandOut) -> None:
        self._frame = frame
        self._commands = commands
        self._hand_out = hand_out

    def routes(self) -> list[Route]:
        return [
            Route(INBOX, signed_in_only(self.list), methods=["GET"]),
            Route(INBOX + "/{concern}", signed_in_only(self.one), methods=["GET"]),
            Route(INBOX + "/{concern}", self.move, methods=["POST"]),
            Route(INBOX + "/{concern}/files/{file}", signed_in_only(self.file), methods=["GET"]),
        ]

    async def list(self, request: Request) -> Response:
        actor, now_ms, asked = actor_of(request), self._frame.clock.now_ms(), request.query_params
        past, by = asked.get("done") == "true", asked.get("by")
        before = whole_number(asked.get("before"))

        def read(tx: Transaction) -> dict[str, Any]:
            connection, who = tx.connection, who_of(tx.connection, actor, now_ms)
            if not model.looks_after(connection, who, now_ms):
                raise Refusal("not_found")
            require_second_step(who)
            if who.role in who.rights.safeguarding:
                following.settle_school(tx, actor.school, now_ms)
            states = ("done",) if past else ("received", "looking")
            rows = model.listed(connection, who, now_ms, states, by, before)
            people = {each for row in rows for each in (row.by_id, row.to_id) if each is not None}
            names = directory.names_of(connection, people)
            shown = rows[: model.PAGE]
            more = "" if len(rows) <= model.PAGE else str(shown[-1].changed_ms)
            return {
                "concerns": [self._line(request, row, names, by) for row in shown], "past": past,
                "of": names.get(by or ""), "older": _older(past, by, more) if more else "",
            }  # fmt: skip

        return self._frame.page(request, "safeguarding.html", await self._frame.database.write(read))

    def _line(self, request: Request, row: AnyRow, names: Mapping[str, str], by: str | None) -> dict[str, Any]:
        last = by is None and row.place == model.EACH
        return {
            **self._card(request, row, names), "by_id": row.by_id, "more": row.of_theirs - model.EACH if last else 0,
        }  # fmt: skip

    def _card(self, request: Request, row: AnyRow, names: Mapping[str, str]) -> dict[str, Any]:
        return {
            "id": row.id, "kind": row.kind, "state": row.state, "outcome": row.outcome, "help": row.help_id,
            "room": row.room_id, "by": names.get(row.by_id, ""), "with_name": names.get(row.to_id or ""),
            "when": self._frame.moment(request, row.changed_ms),
        }  # fmt: skip

    async def one(self, request: Request, refusal: Refusal | None = None) -> Response:
        """One concern. That somebody opened it is in the record, without saying whom it is about."""
        found = await self._frame.database.write(self._whole, actor_of(request), request)
        return self._frame.page(request, "concern.html", {**found, "form_key": str(uuid4())}, refusal)

    def _whole(self, tx: Transaction, actor: Actor, request: Request) -> dict[str, Any]:
        connection = tx.connection
        row = self._opened(tx, actor, request.path_params["concern"])
        context, steps = model.context(connection, row.id), model.steps(connection, row.id)
        in_help = _is_in(connection, row.help_id, actor.person)
        said = [] if in_help else _said(connection, row.help_id)
        people = {
            row.by_id,
            row.to_id,
            *(each.author_id for each in (*context, *said)),
            *(each.by_id for each in steps),
        }
        names = directory.names_of(connection, {each for each in people if each is not None})
        return {
            "concern": self._card(request, row, names), "next": NEXT[row.state],
            "in_help": in_help, "there": _there(connection, row, actor.person),
            "said_there": [
                {"by": names.get(each.author_id, ""), "text": each.text,
                 "when": self._frame.moment(request, each.at_ms)}
                for each in said
            ],
            "context": [
                {"author": names.get(each.author_id, ""), "when": self._frame.moment(request, each.at_ms),
                 "text": each.text, "reported": each.reported, "edited": each.edited_ms is not None,
                 "removed": each.removed, "files": msgspec.json.decode(each.files),
                 "versions": msgspec.json.decode(each.versions)}
                for each in context
            ],
            "steps": [
                {"by": names.get(each.by_id, ""), "what": each.what, "words": each.words,
                 "when": self._frame.moment(request, each.at_ms)}
                for each in steps
            ],
        }  # fmt: skip

    def _opened(self, tx: Transaction, actor: Actor, concern_id: str) -> AnyRow:
        """The concern, if this person looks after it; the opening is recorded, once a session and day."""
        now_ms = self._frame.clock.now_ms()
        row, who = model.one(tx.connection, concern_id), who_of(tx.connection, actor, now_ms)
        if row is None or not model.may_see(tx.connection, who, row, now_ms):
            raise Refusal("not_found")
        require_second_step(who)
        look(tx, actor, row.id, now_ms, kind="concern_opened")
        return row

    async def move(self, request: Request) -> Response:
        said, concern = await self._frame.form(request), request.path_params["concern"]
        fields = {"key": said.get("key", ""), "state": said.get("state", ""), "outcome": said.get("outcome", "")}
        try:
            command = msgspec.convert(
                {"room": actor_of(request).own_room, "concern": concern, **fields}, MoveConcern, strict=False
            )
            await asyncio.shield(self._commands.submit(caller_of(actor_of(request)), command))
        except msgspec.ValidationError:
            raise Refusal("bad_request") from None
        except Refusal as refusal:
            if refusal.code not in ("too_large", "key_conflict", "rate_limited"):
                raise
            return await self.one(request, refusal)
        return RedirectResponse(f"{INBOX}/{concern}?said=saved", 303)

    async def file(self, request: Request) -> Response:
        """A file that was attached to what was frozen, whatever became of the message."""
        path = request.path_params

        def room_of(tx: Transaction) -> str:
            row = self._opened(tx, actor_of(request), path["concern"])
            frozen = (each for one in model.context(tx.connection, row.id) for each in msgspec.json.decode(one.files))
            if row.room_id is None or path["file"] not in {each["id"] for each in frozen}:
                raise Refusal("not_found")
            return str(row.room_id)

        return await self._hand_out(request, await self._frame.database.write(room_of), path["file"])


def require_second_step(who: Who) -> None:
    """As for any look: whoever needs a second factor has shown it."""
    if not who.strong and who.role in who.rights.second_step:
        raise Refusal("second_step")


def _is_in(connection: Connection, room_id: str | None, person_id: str) -> bool:
    seat = select(member.c.person_id).where(member.c.room_id == room_id, member.c.person_id == person_id)
    return room_id is not None and connection.scalar(seat) is not None


def _said(connection: Connection, help_id: str | None) -> list[AnyRow]:
    """What was said last where another adult was asked: the team reads it here, and the opening is recorded."""
    of = (message.c.room_id == help_id) & message.c.removed_ms.is_(None)
    chosen = select(message).where(of, message.c.in_thread.is_(False)).order_by(message.c.seq.desc())
    return [] if help_id is None else list(connection.execute(chosen.limit(model.PAGE)).all())[::-1]


def _there(connection: Connection, row: AnyRow, person_id: str) -> str | None:
    """The way to where the message stands: as a member, or by way of a look, which asks for a reason."""
    if row.room_id is None:
        return None
    if _is_in(connection, row.room_id, person_id):
        return f"/rooms/{row.room_id}/messages/{row.message}"
    kind = connection.scalar(select(room.c.kind).where(room.c.id == row.room_id))
    return f"/oversight/rooms/{row.room_id}" if kind == "thread" else None


def _older(past: bool, by: str | None, before: str) -> str:
    asked = {"done": "true" if past else "", "by": by or "", "before": before}
    return INBOX + "?" + "&".join(f"{name}={value}" for name, value in asked.items() if value)
