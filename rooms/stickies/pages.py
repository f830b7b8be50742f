"""The board of stickies, and choosing whom to write to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

import msgspec
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts.asking import who_of
from accounts.door import actor_of
from accounts.frame import Form, Frame, signed_in_only
from accounts.hours.model import quiet_until
from accounts.looks.rules import preferences
from accounts.rules import initials
from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms import log, private
from rooms.commands import Commands
from rooms.directory import Unread
from rooms.doors import caller_of
from rooms.home import Arriving, HomePart
from rooms.markup import words
from rooms.stickies import choosing, model
from rooms.stickies.commands import StartThread
from rooms.stickies.rules import COLOURS, EXCERPT, ON_A_PAGE, mark, place_of, usual_colour
from storage.clock import rfc3339
from storage.rows import AnyRow

BOARD: Final = "/stickies"
NEW: Final = "/stickies/new"
WITH: Final = "/stickies/with/{person}"
FOLLOWED: Final = 100  # threads that an open board follows: a connection takes only so many
NAMED_AT_HOME: Final = 3


@dataclass(frozen=True)
class _Board:
    """What one look at the board has read."""

    notes: Sequence[dict[str, Any]]
    more: str | None  # where the next page begins
    put_away: int
    follow: Mapping[str, int]  # heads by room
    unread: int
    begins: bool
    learner: bool
    own_head: int
    quiet: bool  # these are one's quiet hours


class StickyPages:
    """Routes of the board and of beginning a thread."""

    def __init__(self, frame: Frame, commands: Commands, epoch: str, unread: Unread) -> None:
        self._frame = frame
        self._commands = commands
        self._epoch = epoch
        self._unread = unread

    def routes(self) -> list[Route]:
        return [
            Route(BOARD, signed_in_only(self.board), methods=["GET"]),
            Route(NEW, signed_in_only(self.new), methods=["GET"]),
            Route(NEW, self.begin, methods=["POST"]),
            Route(WITH, signed_in_only(self.ask), methods=["GET"]),
        ]

    async def board(self, request: Request) -> Response:
        actor, away = actor_of(request), "away" in request.query_params
        before = place_of(request.query_params.get("before", ""))
        found = await self._frame.database.read(self._read, actor, away, before)
        notes = [{**each, "when": self._frame.moment(request, each["at_ms"])} for each in found.notes]
        context = {
            "notes": notes, "more": found.more, "put_away": found.put_away, "unread": found.unread,
            "begins": found.begins, "learner": found.learner, "away": away, "first": before is None, "colours": COLOURS,
            "view": preferences(actor.preferences).stickies, "back": _here(request),
            "data": {
                "person": actor.person, "own_room": actor.own_room, "own_head": found.own_head, "epoch": self._epoch,
                "follow": found.follow, "unread": found.unread, "quiet": found.quiet,
            },
        }  # fmt: skip
        return self._frame.page(request, "stickies.html", context)

    async def new(self, request: Request, refusal: Refusal | None = None) -> Response:
        """Whom to write to, by picture. `several`: more than one at once; `people`: who is chosen already."""
        asked = request.query_params
        find, people = asked.get("find", "").strip()[: choosing.LONGEST_NAME], asked.getlist("people")[:10]
        actor, now_ms = actor_of(request), self._frame.clock.now_ms()
        found = await self._frame.database.read(choosing.choice, actor, find, people, now_ms)
        several = "several" in asked and found.several > 1
        context = {
            "sections": found.sections, "several": several, "most": found.several, "more": found.more, "find": find,
            "chosen": people if several else [], "kind": found.kind, "form_key": str(uuid4()),
        }  # fmt: skip
        return self._frame.page(request, "sticky_new.html", context, refusal)

    async def begin(self, request: Request) -> Response:
        """Finds or makes the thread with whoever was chosen, and goes there."""

        async def work(form: Form) -> Response:
            actor, people = actor_of(request), list(dict.fromkeys(form.all("people")))
            if "look" in form:  # others are looked for, and who is chosen stays so
                asked = [("several", "1"), ("find", form.text("find")), *(("people", each) for each in people[:10])]
                return RedirectResponse(f"{NEW}?{urlencode(asked)}", 303)
            fields = {"room": actor.own_room, "key": form.get("key"), "people": people}
            try:
                command = msgspec.convert(fields, StartThread)
            except msgspec.ValidationError:
                raise Refusal("bad_request", "Choose somebody to write to.") from None
            done = await self._commands.submit(caller_of(actor), command)
            return RedirectResponse(f"/rooms/{done['made']}", 303)

        return await self._frame.answer(request, work, self.new)

    async def ask(self, request: Request) -> Response:
        """The way from somebody's card: to the thread that there is, or to a button that begins one."""
        actor, whom = actor_of(request), request.path_params["person"]
        person, begun = await self._frame.database.read(choosing.one, actor, whom, self._frame.clock.now_ms())
        if begun is not None:
            return RedirectResponse(f"/rooms/{begun}", 303)
        return self._frame.page(request, "sticky_with.html", {"whom": person, "form_key": str(uuid4())})

    def _read(self, connection: Connection, actor: Actor, away: bool, before: model.Place | None) -> _Board:
        now_ms = self._frame.clock.now_ms()
        # How far the rooms are, before what is read of them: what comes afterwards is sent.
        own_head = log.heads(connection, [actor.own_room]).get(actor.own_room, 0)
        newest = model.threads(connection, actor, now_ms, FOLLOWED, away=None)
        follow = {row.id: row.head for row in newest}
        rows = model.threads(connection, actor, now_ms, ON_A_PAGE + 1, away=away, before=before)
        unread = self._unread(connection, actor.person)
        shown = rows[:ON_A_PAGE]
        last = shown[-1] if len(rows) > ON_A_PAGE else None
        kinds = {row.id for row in shown} | follow.keys()
        who = who_of(connection, actor, now_ms)
        return _Board(
            notes_of(connection, actor, shown, unread), None if last is None else mark(last.at_ms, last.id),
            model.put_away(connection, actor.person), follow, sum(unread.get(each, 0) for each in kinds),
            private.begins(who), who.rights.kinds.get(who.role) == "learner", own_head,
            quiet_until(connection, actor.person, now_ms) is not None,
        )  # fmt: skip


def notes_of(
    connection: Connection, actor: Actor, rows: Sequence[AnyRow], unread: Mapping[str, int]
) -> list[dict[str, Any]]:
    """What stands on each note, in the order of the rows."""
    said = model.said(connection, [(row.id, row.seq) for row in rows])
    people: dict[str, list[dict[str, str]]] = {row.id: [] for row in rows}
    for other in private.others(connection, people, actor.person):
        people[other.room_id].append({"id": other.id, "name": other.name, "initials": initials(other.name)})
    return [_note(actor, row, people[row.id], said[row.id], unread.get(row.id, 0)) for row in rows]


def _note(
    actor: Actor, row: AnyRow, people: Sequence[Mapping[str, str]], said: model.Said, unread: int
) -> dict[str, Any]:
    gone = said.removed_ms is not None
    text = "" if gone or not said.text else words(said.text, said.html)
    names = {each["id"]: each["name"] for each in people}
    return {
        "room": row.id, "url": f"/rooms/{row.id}", "people": people, "names": ", ".join(names.values()),
        "text": text if len(text) <= EXCERPT else text[:EXCERPT].rstrip() + "…", "removed": gone,
        "mine": said.by == actor.person, "author": names.get(said.by, "") if len(people) > 1 else "",
        "at_ms": row.at_ms, "at": rfc3339(row.at_ms), "unread": unread, "colour": row.colour or usual_colour(row.id),
    }  # fmt: skip


def _here(request: Request) -> str:
    query = request.url.query
    return f"{BOARD}?{query}" if query else BOARD


def at_home(arriving: Arriving) -> dict[str, Any] | None:
    """The way to the board, and who has written what is not read yet; None for whoever can have no threads."""
    threads = [each for each in arriving.rooms.values() if each.kind == "thread"]
    begins = private.begins(who_of(arriving.connection, arriving.actor, arriving.now_ms))
    if not threads and not begins:
        return None
    waiting = [each for each in threads if arriving.unread.get(each.id) and not arriving.quiet]
    return {
        "unread": sum(arriving.unread[each.id] for each in waiting),
        "first": [{"name": each.name, "url": f"/rooms/{each.id}"} for each in waiting[:NAMED_AT_HOME]],
        "more": max(0, len(waiting) - NAMED_AT_HOME),
    }


HOME: Final = HomePart("stickies", at_home, "home_stickies.html")
