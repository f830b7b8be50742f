"""The page of notes about a learner. To show one to more people takes a reason and a second look at the list."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts.door import actor_of
from accounts.frame import Form, Frame, signed_in_only
from realtime.protocol import Command
from realtime.refusal import Refusal
from rooms.commands import Commands
from rooms.doors import caller_of
from rooms.notes import reading
from rooms.notes.commands import ChangeNote, RemoveNote, WriteNote

PAGE: Final = "/people/{person}/notes"


class NotePages:
    """Routes of notes about learners."""

    def __init__(self, frame: Frame, commands: Commands) -> None:
        self._frame = frame
        self._commands = commands

    def routes(self) -> list[Route]:
        return [
            Route(PAGE, signed_in_only(self.show), methods=["GET"]),
            Route(PAGE, self.act, methods=["POST"]),
        ]

    async def show(self, request: Request, refusal: Refusal | None = None) -> Response:
        """`asked` in the request's scope: what somebody is about to send to more people than by default."""
        actor, of, now_ms = actor_of(request), request.path_params["person"], self._frame.clock.now_ms()
        found = await self._frame.database.read(reading.page, actor, of, now_ms)
        asked: Mapping[str, Any] = request.scope.get("asked", {})
        more = {
            "form_key": lambda: str(uuid4()), "moment": lambda at_ms: self._frame.moment(request, at_ms),
            "asked": asked, "preview": _preview(found, asked) if asked.get("confirming") else None,
        }  # fmt: skip
        answer = self._frame.page(request, "notes.html", {**found, **more}, refusal)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    async def act(self, request: Request) -> Response:
        async def work(form: Form) -> Response:
            act, of = form.text("act"), request.path_params["person"]
            if act == "write":
                request.scope["asked"] = _asked(form)
                if request.scope["asked"]["confirming"]:
                    return await self.show(request)
            command = _command(act, actor_of(request).own_room, of, form)
            await self._commands.submit(caller_of(actor_of(request)), command)
            return RedirectResponse(f"/people/{of}/notes?said={act}", 303)

        return await self._frame.answer(request, work, self.show)


def _asked(form: Form) -> dict[str, Any]:
    """What was filled in. What goes to more people is shown once more before it is sent: `confirming`."""
    audience, teachers, reason = list(form.all("audience")), form.text("teachers") == "yes", form.text("reason")
    wide = bool(audience) or teachers
    confirming = wide and bool(reason) and bool(form.text("text")) and form.text("confirmed") != "yes"
    return {
        "text": form.text("text"), "audience": audience, "teachers": teachers, "reason": reason,
        "confirming": confirming,
    }  # fmt: skip


def _preview(found: Mapping[str, Any], asked: Mapping[str, Any]) -> list[dict[str, str]]:
    """Everybody who would see it."""
    readers = list(found["wide"] if asked["teachers"] else found["narrow"])
    inside = {each["id"] for each in readers}
    named = [each for each in found["others"] if each["id"] in asked["audience"] and each["id"] not in inside]
    return [*readers, *({**each, "as": "named"} for each in named)]


def _command(act: str, own: str, learner: str, form: Form) -> Command:
    given: dict[str, Any] = {"room": own, "key": form.get("key")}
    kind: type[Command]
    match act:
        case "write":
            kind = WriteNote
            given |= {
                "learner": learner, "text": form.text("text"), "audience": list(form.all("audience")),
                "teachers": form.text("teachers") == "yes", "readers": form.text("readers").split(),
            }  # fmt: skip
            given |= {"reason": form.text("reason")} if form.text("reason") else {}
        case "change":
            kind, given = ChangeNote, {**given, "note": form.text("note"), "text": form.text("text")}
        case "remove":
            kind, given = RemoveNote, {**given, "note": form.text("note")}
        case _:
            raise Refusal("bad_request")
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError:
        raise Refusal("bad_request") from None
