"""The pages of oversight: pauses, somebody's threads without text, a look into one, a class's traffic."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from uuid import uuid4

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts.administration.navigation import pages_open_to
from accounts.audit.looking import look
from accounts.door import actor_of
from accounts.frame import Form, Frame, signed_in_only
from accounts.policy.store import last_known
from accounts.sessions import Actor
from realtime.protocol import MAX_SEQ, Command
from realtime.refusal import Refusal
from rooms.commands import Commands
from rooms.doors import caller_of
from rooms.oversight import overview, reading
from rooms.oversight.commands import LookInto, PauseMessaging, RecallMessage, ResumeMessaging
from storage.database import Transaction

ONE: Final = "/oversight/people/{person}"
THREAD: Final = "/oversight/rooms/{room}"
CLASS: Final = "/classes/{group}/stickies"

# Hands out a file of a room, whatever became of its message; whether one may look is asked before.
HandOut = Callable[[Request, str, str], Awaitable[Response]]


def oversees(card: Mapping[str, Any]) -> bool:
    """Whether the menu leads this person, by `Actor.card`, to oversight. Quick: it is asked on every page."""
    return (card.get("role"), "step_in", "school") in last_known(card.get("school", "")).lines


def told_of_pauses(card: Mapping[str, Any]) -> bool:
    """Whether messages are paused at this moment, for staff. Quick, and for showing only."""
    rights = last_known(card.get("school", ""))
    held = rights.paused.learners or rights.paused.people or rights.paused.rooms
    return bool(held) and rights.kinds.get(card.get("role", "")) == "staff"


class OversightPages:
    """Routes under /oversight, and that of a class's traffic."""

    def __init__(self, frame: Frame, commands: Commands, hand_out: HandOut) -> None:
        self._frame = frame
        self._commands = commands
        self._hand_out = hand_out

    def routes(self) -> list[Route]:
        return [
            Route("/oversight", signed_in_only(self.desk), methods=["GET"]),
            Route("/oversight", self.act, methods=["POST"]),
            Route(ONE, signed_in_only(self.person), methods=["GET"]),
            Route(THREAD, signed_in_only(self.thread), methods=["GET"]),
            Route(THREAD, self.begin, methods=["POST"]),
            Route(THREAD + "/files/{file}", signed_in_only(self.file), methods=["GET"]),
            Route(THREAD + "/files/{file}/{shape}", signed_in_only(self.file), methods=["GET"]),
            Route(CLASS, signed_in_only(self.traffic), methods=["GET"]),
        ]

    async def desk(self, request: Request, refusal: Refusal | None = None) -> Response:
        sought = request.query_params.get("find", "").strip()[:80]
        found = await self._read(request, lambda connection, actor, now: reading.desk(connection, actor, sought, now))
        return self._page(request, "oversight.html", found, refusal)

    async def act(self, request: Request) -> Response:
        """Pause, resume, take back: then to where one came from."""

        async def work(form: Form) -> Response:
            made = _COMMANDS.get(form.text("act"))
            if made is None:
                raise Refusal("bad_request")
            await self._do(request, made(actor_of(request).own_room, form))
            return RedirectResponse(_back(form), 303)

        return await self._frame.answer(request, work, self.desk)

    async def person(self, request: Request, refusal: Refusal | None = None) -> Response:
        of = request.path_params["person"]
        found = await self._read(request, lambda connection, actor, now: reading.of_person(connection, actor, of, now))

        def write(tx: Transaction) -> None:
            actor, now_ms = actor_of(request), self._frame.clock.now_ms()
            look(tx, actor, "threads", now_ms, subject=of, kind="looked_into")

        if found["threads"] is not None:
            await self._frame.database.write(write)
        return self._page(request, "oversight_person.html", found, refusal)

    async def thread(self, request: Request, refusal: Refusal | None = None) -> Response:
        of, before = request.path_params["room"], _before(request)
        found = await self._read(
            request, lambda connection, actor, now: reading.of_thread(connection, actor, of, before, now)
        )
        template = "oversight_reason.html" if found["begun"] is None else "oversight_thread.html"
        answer = self._page(request, template, found, refusal)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    async def begin(self, request: Request) -> Response:
        of = request.path_params["room"]

        async def work(form: Form) -> Response:
            fields = {"into": of, "role": form.text("role"), "reason": form.text("reason")}
            await self._do(request, _told(LookInto, actor_of(request).own_room, form, **fields))
            return RedirectResponse(f"/oversight/rooms/{of}", 303)

        return await self._frame.answer(request, work, self.thread)

    async def file(self, request: Request) -> Response:
        of = request.path_params["room"]
        await self._read(request, lambda connection, actor, now: reading.require_look(connection, actor, of, now))
        answer = await self._hand_out(request, of, request.path_params["file"])
        answer.headers["Cache-Control"] = "no-store"
        return answer

    async def traffic(self, request: Request) -> Response:
        of, now_ms, actor = request.path_params["group"], self._frame.clock.now_ms(), actor_of(request)
        found = await self._read(request, lambda connection, who, now: overview.of_class(connection, who, of, now))
        await self._frame.database.write(lambda tx: look(tx, actor, "stickies", now_ms, group=of))
        return self._page(request, "class_stickies.html", found)

    async def _read(self, request: Request, work: Callable[[Any, Actor, int], dict[str, Any]]) -> dict[str, Any]:
        actor, now_ms = actor_of(request), self._frame.clock.now_ms()

        def read(connection: Any) -> dict[str, Any]:
            return {"administration": pages_open_to(connection, actor, now_ms), **work(connection, actor, now_ms)}

        return await self._frame.database.read(read)

    async def _do(self, request: Request, command: Command) -> Mapping[str, Any]:
        return await self._commands.submit(caller_of(actor_of(request)), command)

    def _page(
        self, request: Request, template: str, context: Mapping[str, Any], refusal: Refusal | None = None
    ) -> Response:
        more = {"form_key": lambda: str(uuid4()), "moment": lambda at_ms: self._frame.moment(request, at_ms)}
        return self._frame.page(request, template, {**context, **more, "path": request.url.path}, refusal)


def _told(command: type[Command], in_room: str, form: Form, **fields: Any) -> Command:
    """The command that a form makes; Refusal `bad_request` for what does not fit it."""
    if "reason" in fields and not fields["reason"]:
        raise Refusal("bad_request", "Please write down why.")
    try:
        return msgspec.convert({"room": in_room, "key": form.get("key"), **fields}, command)
    except msgspec.ValidationError:
        raise Refusal("bad_request") from None


def _pause(own: str, form: Form) -> Command:
    more = {"of": form.text("of")} if form.text("of") else {}
    return _told(PauseMessaging, own, form, scope=form.text("scope"), reason=form.text("reason"), **more)


def _resume(own: str, form: Form) -> Command:
    return _told(ResumeMessaging, own, form, pause=form.text("pause"))


def _recall(own: str, form: Form) -> Command:
    return _told(
        RecallMessage, own, form, of=form.text("of"), message=form.text("message"), reason=form.text("reason"),
        quietly=form.text("quietly") == "yes",
    )  # fmt: skip


_COMMANDS: Final[Mapping[str, Callable[[str, Form], Command]]] = {
    "pause": _pause, "resume": _resume, "recall": _recall,
}  # fmt: skip


def _back(form: Form) -> str:
    """To the page that the form stood on, if that is one of these."""
    path = form.text("back") if form.text("back").startswith("/oversight/") else "/oversight"
    return f"{path}?said={form.text('act')}"


def _before(request: Request) -> int | None:
    text = request.query_params.get("before", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:20]) <= MAX_SEQ):
        raise Refusal("bad_request", "A position is a whole number above nought.")
    return int(text)
