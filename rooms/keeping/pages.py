"""The pages on which rooms are made and looked after. Each form is a command, and works without script."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import uuid4

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts.door import actor_of
from accounts.frame import Endpoint, Form, Frame, signed_in_only
from accounts.policy.store import last_known
from accounts.sessions import Actor
from realtime.protocol import Command
from realtime.refusal import Refusal
from rooms.commands import Commands
from rooms.doors import caller_of
from rooms.keeping import looking
from rooms.keeping.commands import ArchiveRoom, ChangeRoom, RenameRoom, ReopenRoom
from rooms.keeping.founding import CopyRoom, MakeRoom
from rooms.keeping.handing_out import MakeSubgroup, SetSubgroup
from rooms.kinds import ACCENTS, ICONS, TEMPLATES, parts_for
from rooms.membership import AddMember, FollowGroup, LeaveRoom, RemoveMember, UnfollowGroup
from web.i18n import language_of
from web.pages import full_day

Read = Callable[[Connection, Actor, int], Mapping[str, Any]]

NEW: Final = "/rooms/new"
ARCHIVED: Final = "/rooms/archived"
SETTINGS: Final = "/rooms/{room}/settings"
MEMBERS: Final = "/rooms/{room}/members"


def makes_rooms(card: Mapping[str, Any]) -> bool:
    """Whether the corridor leads this person, by `Actor.card`, to making a room. Quick: it is asked on every page."""
    return (card.get("role"), "make_room", "school") in last_known(card.get("school", "")).lines


class KeepingPages:
    """Routes of founding rooms and looking after them."""

    def __init__(self, frame: Frame, commands: Commands) -> None:
        self._frame = frame
        self._commands = commands

    def routes(self) -> list[Route]:
        return [
            Route(NEW, signed_in_only(self.new), methods=["GET"]),
            Route(NEW, self.make, methods=["POST"]),
            Route(ARCHIVED, signed_in_only(self.archived), methods=["GET"]),
            Route(SETTINGS, signed_in_only(self.settings), methods=["GET"]),
            Route(SETTINGS, self._changing(_SETTING, "settings", self.settings), methods=["POST"]),
            Route(MEMBERS, signed_in_only(self.members), methods=["GET"]),
            Route(MEMBERS, self._changing(_SEATING, "members", self.members), methods=["POST"]),
        ]

    async def new(self, request: Request, refusal: Refusal | None = None) -> Response:
        kind = request.scope.get("kind") or request.query_params.get("kind", "")
        found = await self._read(request, lambda connection, actor, now: looking.new_room(connection, actor, kind, now))
        return self._page(request, "room_new.html", {**found, "templates": TEMPLATES}, refusal)

    async def make(self, request: Request) -> Response:
        async def work(form: Form) -> Response:
            request.scope["kind"] = form.text("kind")
            done = await self._do(request, _made(actor_of(request).own_room, form))
            return RedirectResponse(f"/rooms/{done['made']}/members?said=made", 303)

        return await self._frame.answer(request, work, self.new)

    async def archived(self, request: Request) -> Response:
        return self._page(request, "rooms_archived.html", await self._read(request, looking.archived))

    async def settings(self, request: Request, refusal: Refusal | None = None) -> Response:
        room = request.path_params["room"]
        found = await self._read(request, lambda connection, actor, now: looking.settings(connection, actor, room, now))
        return self._page(request, "room_settings.html", {**found, "icons": ICONS, "accents": ACCENTS}, refusal)

    async def members(self, request: Request, refusal: Refusal | None = None) -> Response:
        room, sought = request.path_params["room"], request.query_params.get("find", "")[:80]
        found = await self._read(
            request, lambda connection, actor, now: looking.members(connection, actor, room, sought, now)
        )
        taken_out = request.query_params.get("who", "")[:32]
        more = {"taken_out": taken_out, "parts": sorted(parts_for(found["room"]["kind"])), "day": self._day(request)}
        return self._page(request, "room_members.html", {**found, **more}, refusal)

    def _changing(self, forms: "Mapping[str, _Form]", page: str, show: Any) -> Endpoint:
        """A form of this page, by its `act`; then back to the page, which says what was done."""

        async def endpoint(request: Request) -> Response:
            async def work(form: Form) -> Response:
                act = form.text("act")
                if act not in forms:
                    raise Refusal("bad_request")
                room, own = request.path_params["room"], actor_of(request).own_room
                done = await self._do(request, forms[act](room, own, form))
                return RedirectResponse(_after(act, room, page, form, done), 303)

            return await self._frame.answer(request, work, show)

        return endpoint

    async def _do(self, request: Request, command: Command) -> Mapping[str, Any]:
        return await self._commands.submit(caller_of(actor_of(request)), command)

    async def _read(self, request: Request, work: Read) -> Mapping[str, Any]:
        return await self._frame.database.read(work, actor_of(request), self._frame.clock.now_ms())

    def _page(
        self, request: Request, template: str, context: Mapping[str, Any], refusal: Refusal | None = None
    ) -> Response:
        return self._frame.page(request, template, {**context, "form_key": str(uuid4())}, refusal)

    def _day(self, request: Request) -> Callable[[Any], str]:
        return lambda day: full_day(day, language_of(request))


_Form = Callable[[str, str, Form], Command]


def _after(act: str, room: str, page: str, form: Form, done: Mapping[str, Any]) -> str:
    match act:
        case "copy":
            return f"/rooms/{done['made']}/settings?said=copied"
        case "leave":
            return "/"
        case "remove":
            return f"/rooms/{room}/members?said=removed&who={form.text('person')}"
        case _:
            return f"/rooms/{room}/{page}?said={act}"


def _told(command: type[Command], in_room: str, form: Form, **fields: Any) -> Command:
    """The command that a form makes; Refusal `bad_request` for what does not fit it."""
    try:
        return msgspec.convert({"room": in_room, "key": form.get("key"), **fields}, command)
    except msgspec.ValidationError:
        raise Refusal("bad_request") from None


def _made(own_room: str, form: Form) -> Command:
    return _told(
        MakeRoom, own_room, form, kind=form.text("kind"), name=form.text("name"), groups=list(form.all("groups"))
    )  # fmt: skip


def _renamed(room: str, _: str, form: Form) -> Command:
    return _told(RenameRoom, room, form, name=form.text("name"))


def _changed(room: str, _: str, form: Form) -> Command:
    """Only what the form has: each of them is a part of the page."""
    fields = ("icon", "accent", "kind", "who_writes", "past", "welcome")
    return _told(ChangeRoom, room, form, **{name: form.text(name) for name in fields if name in form})


def _archived(room: str, _: str, form: Form) -> Command:
    return _told(ArchiveRoom, form.text("part") or room, form)


def _reopened(room: str, _: str, form: Form) -> Command:
    return _told(ReopenRoom, room, form)


def _copied(room: str, own_room: str, form: Form) -> Command:
    return _told(CopyRoom, own_room, form, source=room, name=form.text("name"), groups=list(form.all("groups")))


def _divided(room: str, own_room: str, form: Form) -> Command:
    return _told(MakeSubgroup, own_room, form, of=room, name=form.text("name"), people=list(form.all("people")))


def _regrouped(_: str, __: str, form: Form) -> Command:
    return _told(SetSubgroup, form.text("part"), form, name=form.text("name"), people=list(form.all("people")))


def _added(room: str, _: str, form: Form) -> Command:
    days = {name: form.text(name) for name in ("first", "last") if form.text(name)}
    return _told(
        AddMember, room, form, person=form.text("person"), may_write=form.text("may_write") == "yes",
        may_administer=form.text("may_administer") == "yes", **days,
    )  # fmt: skip


def _removed(room: str, _: str, form: Form) -> Command:
    return _told(RemoveMember, room, form, person=form.text("person"))


def _left(room: str, _: str, form: Form) -> Command:
    return _told(LeaveRoom, room, form)


def _followed(room: str, _: str, form: Form) -> Command:
    return _told(
        FollowGroup, room, form, group=form.text("group"), parts=list(form.all("parts")),
        may_write=form.text("may_write") == "yes", keeps=form.text("keeps") == "yes",
    )  # fmt: skip


def _unfollowed(room: str, _: str, form: Form) -> Command:
    return _told(UnfollowGroup, room, form, group=form.text("group"))


_SETTING: Final[Mapping[str, _Form]] = {
    "rename": _renamed, "change": _changed, "archive": _archived, "reopen": _reopened, "copy": _copied,
    "divide": _divided, "regroup": _regrouped,
}  # fmt: skip
_SEATING: Final[Mapping[str, _Form]] = {
    "add": _added, "remove": _removed, "leave": _left, "follow": _followed, "unfollow": _unfollowed,
}  # fmt: skip
