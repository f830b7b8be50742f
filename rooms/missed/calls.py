"""Who called on somebody, and which of their threads were answered: above the doors, and in what they missed."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, select, tuple_

from rooms import answering, directory, mentioning
from rooms.directory import RoomCard
from rooms.home import Arriving, HomePart
from rooms.markup import words
from rooms.posts import message, message_id
from storage.rows import AnyRow

SHOWN: Final = 5
EXCERPT: Final = 140  # characters

Place = tuple[str, int]  # a room's id, and the seq of a message in it


def calls(arriving: Arriving) -> dict[str, Any] | None:
    """Unread messages that call on the person, and their threads with new replies: the newest few; None if none."""
    found = for_person(arriving.connection, arriving.actor.person, arriving.rooms)
    return found if found["calls"] or found["threads"] else None


def for_person(connection: Connection, person: str, rooms: Mapping[str, RoomCard]) -> dict[str, Any]:
    """`rooms`: those that the person may enter, by id; of others nothing is said."""
    rooms = {of: each for of, each in rooms.items() if each.kind != "help"}  # no line of that stands anywhere else
    called = [row for row in mentioning.unread_messages(connection, person, SHOWN) if row.room_id in rooms]
    answered = {
        (room, root): new
        for room, threads in answering.unread(connection, person).items() if room in rooms
        for root, new in threads.items()
    }  # fmt: skip
    roots = _messages(connection, list(answered)[:SHOWN])
    names = directory.names_of(connection, {row.author_id for row in [*called, *roots]})
    return {
        "calls": [_said(row, names, rooms, "messages") for row in called],
        "threads": [
            {**_said(row, names, rooms, "threads"), "new": answered[row.room_id, row.seq]} for row in roots
        ],
    }  # fmt: skip


def excerpt(row: AnyRow, longest: int = EXCERPT) -> str:
    """What one reads of a message, without its marks and calls, cut short."""
    said = words(row.text, row.html)
    return said if len(said) <= longest else said[:longest].rstrip() + "…"


def _messages(connection: Connection, places: list[Place]) -> list[AnyRow]:
    if not places:
        return []
    of = tuple_(message.c.room_id, message.c.seq).in_(places)
    rows = {(row.room_id, row.seq): row for row in connection.execute(select(message).where(of))}
    return [rows[place] for place in places if place in rows]


def _said(row: AnyRow, names: Mapping[str, str], rooms: Mapping[str, RoomCard], way: str) -> dict[str, Any]:
    gone = row.removed_ms is not None
    return {
        "name": names.get(row.author_id, ""), "text": "" if gone else excerpt(row),
        "room_name": rooms[row.room_id].name,
        "url": f"/rooms/{row.room_id}/{way}/{message_id(row.room_id, row.seq)}",
    }  # fmt: skip


CALLS: Final = HomePart("calls", calls, "home_calls.html")
