"""What somebody has not read yet, from all their rooms: the newest of each, bounded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from accounts.model import person
from rooms.directory import RoomCard
from rooms.posts import message
from storage.rows import AnyRow

SHOWN: Final = 5  # messages of a room
MOST_ROOMS: Final = 100


@dataclass(frozen=True, slots=True)
class Missed:
    """A room with unread messages. `messages`: the newest of them, oldest first, each with its author's name."""

    room: RoomCard
    unread: int
    messages: Sequence[AnyRow]


def missed(
    connection: Connection, person_id: str, rooms: Sequence[RoomCard], unread: Mapping[str, int]
) -> list[Missed]:
    """The rooms that have something, the one where something was said last first; not where somebody asks for help."""
    having = [each for each in rooms if unread.get(each.id) and each.kind != "help"]
    found = [Missed(each, unread[each.id], _newest(connection, person_id, each)) for each in having]
    found.sort(key=lambda each: each.messages[-1].at_ms if each.messages else 0, reverse=True)
    return found[:MOST_ROOMS]


def _newest(connection: Connection, person_id: str, of: RoomCard) -> Sequence[AnyRow]:
    chosen = (
        select(message, person.c.name.label("author_name"))
        .outerjoin(person, person.c.id == message.c.author_id)
        .where(
            message.c.room_id == of.id, message.c.seq > of.read, message.c.author_id != person_id,
            message.c.removed_ms.is_(None), message.c.in_thread.is_(False), message.c.seq >= of.floor,
        )
        .order_by(message.c.seq.desc())
        .limit(SHOWN)
    )  # fmt: skip
    return connection.execute(chosen).all()[::-1]
