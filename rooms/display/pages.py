"""A room on the big screen of a classroom, before everybody's eyes: what the room says, large, and nothing else.

What is private to the person who is signed in is not left out by the page: it is never read. There is no own room, no
unread count, no draft, no reaction, no name of who types, and no form but the link that leads back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accounts.door import actor_of
from accounts.frame import Frame, signed_in_only
from accounts.sessions import Actor
from rooms import directory
from rooms.display.reading import newest
from rooms.posts import message_id
from rooms.showing import Part, Parts, Showing
from storage.rows import AnyRow
from web.i18n import language_of

SHOWN: Final = 30  # messages


@dataclass(frozen=True)
class _View:
    """What is on the screen."""

    room: Mapping[str, Any]
    head: int
    rows: Sequence[AnyRow]
    names: Mapping[str, str]
    parts: Mapping[int, Mapping[str, Any]]


class DisplayPages:
    """The route of the big screen. `parts`: those that show what belongs to a message itself, such as its pictures."""

    def __init__(self, frame: Frame, epoch: str, parts: Sequence[Part]) -> None:
        self._frame = frame
        self._epoch = epoch
        self._parts = Parts(parts)

    def routes(self) -> list[Route]:
        return [Route("/rooms/{room}/display", signed_in_only(self.show), methods=["GET"])]

    async def show(self, request: Request) -> Response:
        actor, room = actor_of(request), request.path_params["room"]
        view = await self._frame.database.read(self._read, actor, room, language_of(request))
        self._frame.signing_in.noticing.opened(actor, room)
        context = {
            "room": view.room, "head": view.head, "epoch": self._epoch, "slots": self._parts.slots,
            "messages": [self._of(request, view, row) for row in view.rows],
        }  # fmt: skip
        return self._frame.pages.render(request, "display.html", context)

    def _read(self, connection: Connection, actor: Actor, room: str, language: str) -> _View:
        now_ms = self._frame.clock.now_ms()
        grant = directory.require_shared(connection, actor, room, "read", now_ms)
        rows = newest(connection, room, grant.floor, SHOWN)
        names = directory.names_of(connection, {row.author_id for row in rows})
        shown = self._parts.of_messages(Showing(connection, actor, grant, room, now_ms, language), rows)
        return _View(directory.card(connection, room), grant.head, rows, names, shown)

    def _of(self, request: Request, view: _View, row: AnyRow) -> dict[str, Any]:
        return {
            "id": message_id(row.room_id, row.seq), "seq": row.seq, "name": view.names.get(row.author_id, ""),
            "by": row.author_id, "text": row.text, "html": getattr(row, "html", None),
            "when": self._frame.moment(request, row.at_ms), **view.parts[row.seq],
        }  # fmt: skip


def _for_staff(showing: Showing) -> bool:
    who = showing.grant.who
    return who.rights.kinds.get(who.role) == "staff"


LINK: Final = Part("display", of_room=_for_staff, slots={"head": "display_link.html"}, rooms_only=frozenset({"head"}))
