"""On the corridor: whoever wrote something that was taken back reads that it is gone, for a few days."""

import re
from typing import Any, Final

import msgspec
from sqlalchemy import func, select

from rooms.home import Arriving, HomePart
from rooms.model import event
from rooms.oversight.rules import DAY_MS

SHOWN_MS: Final = 3 * DAY_MS
_ROOM: Final = re.compile(r"^m[0-9]+-(r[0-9a-z]+)$")
_LOOKED_AT: Final = 200  # of the latest events


def of_home(arriving: Arriving) -> list[dict[str, Any]]:
    """The rooms of theirs in which something of theirs was taken back, the latest first."""
    own = arriving.actor.own_room
    newest = select(func.max(event.c.seq)).where(event.c.room_id == own).scalar_subquery()
    rows = arriving.connection.scalars(
        select(event.c.body)
        .where(
            event.c.room_id == own, event.c.seq > newest - _LOOKED_AT, event.c.kind == "message_taken_back",
            event.c.at_ms > arriving.now_ms - SHOWN_MS,
        )
        .order_by(event.c.seq.desc())
    )  # fmt: skip
    found = (_ROOM.match(msgspec.json.decode(body).get("message", "")) for body in rows)
    rooms = dict.fromkeys(each[1] for each in found if each is not None)
    return [{"id": of, "name": arriving.rooms[of].name} for of in rooms if of in arriving.rooms]


HOME: Final = HomePart("taken_back", of_home, "home_taken_back.html")
