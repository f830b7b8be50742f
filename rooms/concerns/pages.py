"""Pages of whoever needs help: ask, tell a worry, report a message, and see how it stands. They work without script."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts import settings
from accounts.asking import who_of
from accounts.calendar.model import load
from accounts.door import actor_of, json_response
from accounts.frame import Form, Frame, signed_in_only
from accounts.safeguarding import in_team
from realtime.protocol import Command
from realtime.refusal import Refusal
from rooms import directory
from rooms.commands import Commands
from rooms.concerns import adults, model
from rooms.concerns.commands import AskHelp, ReportMessage, TellWorry
from rooms.concerns.freezing import GONE
from rooms.concerns.rules import lines_of, read_next, wait_of
from rooms.doors import caller_of
from rooms.markup import words
from rooms.posts import message, seq_of
from storage.clock import rfc3339
from storage.rows import AnyRow
from web.i18n import language_of
from web.pages import day_label, time_label

HELP: Final = "/help"
WORRY: Final = "/worry"
REPORT: Final = "/rooms/{room}/messages/{message}/report"
SAID: Final = frozenset({"bad_request", "not_found", "too_large", "key_conflict", "rate_limited"})


class HelpPages:
    """Routes of asking for help."""

    def __init__(self, frame: Frame, commands: Commands) -> None:
        self._frame = frame
        self._commands = commands

    def routes(self) -> list[Route]:
        return [
            Route(HELP, signed_in_only(self.help), methods=["GET"]),
            Route(HELP, self.ask, methods=["POST"]),
            Route(WORRY, signed_in_only(self.worry), methods=["GET"]),
            Route(WORRY, self.tell, methods=["POST"]),
            Route(REPORT, signed_in_only(self.about), methods=["GET"]),
            Route(REPORT, self.report, methods=["POST"]),
            Route("/api/v1/concerns", self.mine, methods=["GET"]),
            Route("/api/v1/help", self.whom, methods=["GET"]),
        ]

    async def help(self, request: Request, refusal: Refusal | None = None, said: Form | None = None) -> Response:
        return await self._page(request, False, refusal, said or Form([]))

    async def worry(self, request: Request, refusal: Refusal | None = None, said: Form | None = None) -> Response:
        return await self._page(request, True, refusal, said or Form([]))

    async def _page(self, request: Request, worrying: bool, refusal: Refusal | None, said: Form) -> Response:
        actor, now_ms = actor_of(request), self._frame.clock.now_ms()

        def read(connection: Connection) -> dict[str, Any]:
            who = who_of(connection, actor, now_ms)
            found = adults.to_choose(connection, who, now_ms)
            plain = "plain" in request.query_params  # for keeping on the device: nothing of what was asked before
            rows = [] if plain else model.mine(connection, actor.person)
            names = directory.names_of(connection, {row.to_id for row in rows if row.to_id is not None})
            return {
                "adults": found, "team": ", ".join(each["name"] for each in found if each["team"]),
                "mine": [self._told(request, row, names) for row in rows],
                "helpline_lines": lines_of(settings.read(connection, actor.school).helpline),
                **self._reading(request, connection),
            }  # fmt: skip

        context = {
            **await self._frame.database.read(read), "worrying": worrying, "form_key": said.get("key") or str(uuid4()),
            "draft": said.get("text", ""), "to": said.get("to", ""), "own_room": actor.own_room,
        }  # fmt: skip
        return self._frame.page(request, "help.html", context, refusal)

    def _told(self, request: Request, row: AnyRow, names: Mapping[str, str]) -> dict[str, Any]:
        return {"kind": row.kind, "state": row.state, "outcome": row.outcome, "help": row.help_id,
                "with_name": names.get(row.to_id or ""),
                "when": self._frame.moment(request, row.created_ms)}  # fmt: skip

    def _reading(self, request: Request, connection: Connection) -> dict[str, Any]:
        """When somebody reads it, for people: today a time, later a day."""
        actor, now_ms, language = actor_of(request), self._frame.clock.now_ms(), language_of(request)
        calendar = load(connection, actor.school)
        wait, opens = wait_of(calendar, now_ms), read_next(calendar, now_ms)
        if opens is None:
            return {"wait": wait, "opens": ""}
        at_ms = int(opens.timestamp() * 1000)
        label = day_label if wait == "later" else time_label
        return {"wait": wait, "opens": label(at_ms, actor.zone, language)}

    async def ask(self, request: Request) -> Response:
        said = await self._frame.form(request)
        text = said.text("text") or said.text("without")
        fields = {"text": text, **({"to": said["to"]} if said.text("to") else {})}
        try:
            await self._do(request, AskHelp, key=said.get("key", ""), room=actor_of(request).own_room, **fields)
        except Refusal as refusal:
            if refusal.code not in SAID:
                raise
            return await self.help(request, refusal, said)
        return RedirectResponse(f"{HELP}?said=sent", 303)

    async def tell(self, request: Request) -> Response:
        said = await self._frame.form(request)
        try:
            text, own = said.get("text", ""), actor_of(request).own_room
            await self._do(request, TellWorry, key=said.get("key", ""), room=own, text=text)
        except Refusal as refusal:
            if refusal.code not in SAID:
                raise
            return await self.worry(request, refusal, said)
        return RedirectResponse(f"{HELP}?said=sent", 303)

    async def about(self, request: Request, refusal: Refusal | None = None, said: Form | None = None) -> Response:
        """What is to be reported, with a sentence if one likes, and the button that sends it."""
        actor, path, now_ms = actor_of(request), request.path_params, self._frame.clock.now_ms()

        def read(connection: Connection) -> dict[str, Any]:
            grant = directory.require(connection, actor, path["room"], "read", now_ms)
            seq = seq_of(path["message"], path["room"])
            of = (message.c.room_id == path["room"]) & (message.c.seq == seq)
            row = connection.execute(message.select().where(of)).first()
            if row is None or seq < grant.floor:
                raise Refusal("not_found", GONE)
            shown = {
                "id": path["message"], "name": directory.names_of(connection, {row.author_id}).get(row.author_id, ""),
                "words": words(row.text, row.html), "removed": row.removed_ms is not None,
            }  # fmt: skip
            card = directory.card(connection, path["room"], grant)
            return {"room": card, "message": shown, **self._reading(request, connection)}

        said = said or Form([])
        form = {"form_key": said.get("key") or str(uuid4()), "draft": said.get("words", "")}
        return self._frame.page(request, "report.html", {**await self._frame.database.read(read), **form}, refusal)

    async def report(self, request: Request) -> Response:
        said, path = await self._frame.form(request), request.path_params
        fields = {"words": said["words"]} if said.text("words") else {}
        try:
            key = said.get("key", "")
            await self._do(request, ReportMessage, key=key, room=path["room"], message=path["message"], **fields)
        except Refusal as refusal:
            if refusal.code not in SAID - {"not_found"}:
                raise
            return await self.about(request, refusal, said)
        return RedirectResponse(f"{HELP}?said=sent", 303)

    async def _do(self, request: Request, kind: type[Command], **fields: str) -> None:
        try:
            command = msgspec.convert(fields, kind, strict=False)
        except msgspec.ValidationError:
            raise Refusal("bad_request") from None
        await asyncio.shield(self._commands.submit(caller_of(actor_of(request)), command))

    async def mine(self, request: Request) -> Response:
        actor, now_ms = actor_of(request), self._frame.clock.now_ms()

        def read(connection: Connection) -> tuple[list[AnyRow], int | None]:
            who = who_of(connection, actor, now_ms)
            count = model.open_count(connection, who, now_ms) if in_team(who) else None
            return model.mine(connection, actor.person), count

        rows, count = await self._frame.database.read(read)
        told = [
            {"id": row.id, "kind": row.kind, "state": row.state, "outcome": row.outcome, "help": row.help_id,
             "at": rfc3339(row.created_ms), "changed_at": rfc3339(row.changed_ms)}
            for row in rows
        ]  # fmt: skip
        return json_response({"concerns": told, "open": count})

    async def whom(self, request: Request) -> Response:
        actor, now_ms = actor_of(request), self._frame.clock.now_ms()

        def read(connection: Connection) -> dict[str, Any]:
            calendar = load(connection, actor.school)
            opens = read_next(calendar, now_ms)
            found = adults.to_choose(connection, who_of(connection, actor, now_ms), now_ms)
            read_at = None if opens is None else opens.isoformat()
            return {"adults": found, "read": wait_of(calendar, now_ms), "read_at": read_at}

        return json_response(await self._frame.database.read(read))
