"""The corridor: the first page of whoever is signed in, with what is for them, and the doors of their rooms."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from accounts.frame import Frame
from accounts.hours.model import quiet_until
from accounts.second_step.model import wanted
from accounts.sessions import Actor
from rooms.directory import RoomCard, Unread
from rooms.kinds import PRIVATE
from rooms.pages import own, standing_of
from web.i18n import language_of


@dataclass(frozen=True)
class Arriving:
    """Somebody before their doors, in one transaction. `rooms`: those that they may enter, by id."""

    connection: Connection
    actor: Actor
    rooms: Mapping[str, RoomCard]
    now_ms: int
    language: str
    unread: Mapping[str, int] = field(default_factory=dict)  # by room
    quiet: bool = False  # these are their quiet hours, in which no sticky is counted for them


@dataclass(frozen=True)
class HomePart:
    """What a feature puts above the doors: its template is drawn where `of` gives something, as `parts.<name>`."""

    name: str
    of: Callable[[Arriving], Any]
    template: str


class HomePages:
    """The route of the corridor."""

    def __init__(self, frame: Frame, epoch: str, unread: Unread, parts: Sequence[HomePart]) -> None:
        self._frame = frame
        self._epoch = epoch
        self._unread = unread
        self._parts = parts

    def routes(self) -> list[Route]:
        return [Route("/", self.show, methods=["GET"])]

    async def show(self, request: Request) -> Response:
        actor: Actor | None = request.state.actor
        if actor is None:
            return RedirectResponse("/sign-in", 303)
        return self._frame.page(
            request, "home.html", await self._frame.database.read(self._read, actor, language_of(request))
        )

    def _read(self, connection: Connection, actor: Actor, language: str) -> dict[str, Any]:
        now_ms = self._frame.clock.now_ms()
        cards, unread = standing_of(connection, actor, self._unread, now_ms)
        inside = {each.id: each for each in cards if each.id != actor.own_room}
        quiet = quiet_until(connection, actor.person, now_ms) is not None
        arriving = Arriving(connection, actor, inside, now_ms, language, unread, quiet)
        found = {part.name: part.of(arriving) for part in self._parts}
        waiting = Counter[str]()  # what is for some in a room waits behind the room's own door
        doors = [each for each in inside.values() if each.kind not in PRIVATE]
        for each in doors:
            waiting[each.part_of or each.id] += unread.get(each.id, 0)
        return {
            "rooms": [
                {**_fields(each), "unread": waiting.get(each.id, 0), "url": f"/rooms/{each.id}"}
                for each in doors
                if each.part_of is None and not each.archived
            ],
            "archived": any(each.archived and each.part_of is None for each in doors),
            "news": any(unread.get(each.id, 0) for each in inside.values() if _counts(each, quiet)),
            "quiet": quiet,
            "epoch": self._epoch,
            "second_step_wanted": wanted(connection, actor),
            "parts": found,
            "part_templates": [part.template for part in self._parts if found[part.name]],
            **own(actor, cards),
        }  # fmt: skip


def _counts(card: RoomCard, quiet: bool) -> bool:
    """Whether what is unread there is news on the corridor."""
    return card.kind != "help" and not (quiet and card.kind == "thread")


def _fields(of: RoomCard) -> dict[str, Any]:
    """What `asdict` gives, without its copies."""
    return {each.name: getattr(of, each.name) for each in fields(of)}
