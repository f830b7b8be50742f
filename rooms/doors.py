"""Commands by HTTP and by form, and events by long poll: the same commands and the same log as on the socket."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec
from msgspec import structs
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts.door import actor_of, json_response
from accounts.sessions import Actor
from accounts.signing_in import SigningIn
from realtime.connection import Caller
from realtime.protocol import FRAME_LIMIT, Command
from realtime.refusal import Refusal
from rooms.commands import Commands
from rooms.polling import LongPoll
from web.requests import TooLarge, body_of, form_of, local_path

ShowAgain = Callable[[Request, Mapping[str, str], Refusal], Awaitable[Response]]

FORM_ONLY: Final = frozenset({"csrf", "back"})


def caller_of(actor: Actor) -> Caller:
    return Caller(actor.person, actor.session, actor.own_room, actor.card)


class Doors:
    """Routes of the two HTTP doors."""

    def __init__(self, commands: Commands, signing_in: SigningIn, long_poll: LongPoll, show_again: ShowAgain) -> None:
        self._commands = commands
        self._signing_in = signing_in
        self._long_poll = long_poll
        self._show_again = show_again

    def routes(self) -> list[Route]:
        return [
            Route("/api/v1/commands/{name}", self.command, methods=["POST"]),
            Route("/api/v1/events", self.events, methods=["GET"]),
            Route("/forms/{name}", self.form, methods=["POST"]),
        ]

    async def command(self, request: Request) -> Response:
        actor = actor_of(request)
        kind = self._kind(request)
        try:
            body = await body_of(request, FRAME_LIMIT)
        except TooLarge:
            raise Refusal("too_large") from None
        command = _decoded(body, kind)
        return json_response(await self._submit(actor, command))

    async def form(self, request: Request) -> Response:
        """What a form sent; then back to the page, where a refusal is shown with what was written."""
        actor = actor_of(request)
        try:
            fields = await form_of(request)
        except (TooLarge, ValueError):
            raise Refusal("too_large") from None
        kind = self._kind(request)
        try:
            self._signing_in.check_form(actor.session, fields.get("csrf"))
            await self._submit(actor, _from_form(fields, kind))
        except Refusal as refusal:
            return await self._show_again(request, fields, refusal)
        return RedirectResponse(local_path(fields.get("back")), 303)

    async def events(self, request: Request) -> Response:
        return json_response(await self._long_poll.wait(request, actor_of(request)))

    def _kind(self, request: Request) -> type[Command]:
        kind = self._commands.types.get(request.path_params["name"])
        if kind is None:
            raise Refusal("not_found", "There is no such command.")
        return kind

    async def _submit(self, actor: Actor, command: Command) -> Mapping[str, Any]:
        # Shielded: a client that hangs up does not undo what waits to be committed.
        return await asyncio.shield(self._commands.submit(caller_of(actor), command))


def _decoded(body: bytes, kind: type[Command]) -> Command:
    try:
        given = msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError, ValueError) as error:
        raise Refusal("bad_request", reason=str(error)[:200]) from None
    if given.id:
        raise Refusal("bad_request", "A command by HTTP has no id.")
    return given


def _from_form(fields: Mapping[str, str], kind: type[Command]) -> Command:
    lists = {field.name for field in structs.fields(kind) if field.default == ()}
    said = {name: value for name, value in fields.items() if name not in FORM_ONLY and value != ""}
    given = {name: value.split() if name in lists else value for name, value in said.items()}
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        missing = "There is nothing written here yet." if "text" in str(error) else None
        raise Refusal("bad_request", missing) from None
