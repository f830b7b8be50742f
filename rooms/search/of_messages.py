"""Messages, as search knows them."""

from collections.abc import Collection, Sequence
from typing import Final

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from realtime.refusal import Refusal
from rooms.posts import message_id, seq_of
from rooms.searchable import MESSAGE, Passage, Place
from storage.rows import Query


class _Names(Struct):
    message: str = ""


_decode: Final = msgspec.json.Decoder(_Names).decode

# SQLite would read the whole view first, unless it is told the order.
_read: Final = Query(
    ("message.room_id", "message.seq", "message.author_id", "message.at_ms", "message.text"),
    lambda dialect, given: (
        f"""
        FROM {given} AS given {"CROSS JOIN" if dialect == "sqlite" else "JOIN"} message
        ON message.room_id = given.room_id AND message.seq = given.seq WHERE message.removed_ms IS NULL
            AND (SELECT room.kind FROM room WHERE room.id = given.room_id) <> 'help'
    """
    ),
    {"room_id": str, "seq": int},
)


class Messages:
    """The texts of messages. What is said where somebody asks for help is found by nobody."""

    kind: str = MESSAGE
    events: Collection[str] = frozenset({"message_posted", "reply_posted", "message_edited", "message_removed"})

    def changed(self, room: str, seq: int, kind: str, body: str) -> Place | None:
        if kind in ("message_posted", "reply_posted"):
            return Place(room, seq)
        try:
            return Place(room, seq_of(_decode(body).message, room))
        except (Refusal, msgspec.MsgspecError):
            return None  # an event that names no message of its room says nothing of one

    def read(self, connection: Connection, places: Sequence[Place]) -> Sequence[Passage]:
        rows = _read.rows(connection, [(each.room, each.seq) for each in places])
        return [Passage(Place(room, seq), by, at, said, _url(room, seq)) for room, seq, by, at, said in rows]


def _url(room: str, seq: int) -> str:
    return f"/rooms/{room}/messages/{message_id(room, seq)}"
