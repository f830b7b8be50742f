"""What a message is, for every feature that shows or judges messages: its name, its text, the tables it adds up from.

A message is the event that posted it; nothing is written twice. What later events changed is noted in `message_change`,
and the view `message` reads both together.
"""

import re
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Table,
    Text,
    column,
    select,
    table,
)

from realtime.refusal import Refusal
from rooms.turn import Turn
from storage.rows import AnyRow
from storage.schema import metadata

LONGEST_TEXT: Final = 8000  # characters

# Control characters other than line break and tab: invisible, and some databases refuse them.
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f]")
_BLANK: Final = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u2028\u2029]*")
_ID: Final = re.compile(r"m([1-9][0-9]{0,15})-([a-z][0-9a-z]{1,31})")

message_change = Table(
    "message_change",
    metadata,
    Column("room_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),  # of the event that posted the message
    Column("text_seq", BigInteger),  # of the event that says how it reads now, once it was edited
    Column("edited_ms", BigInteger),
    Column("removed_ms", BigInteger),
    PrimaryKeyConstraint("room_id", "seq"),
    ForeignKeyConstraint(["room_id", "seq"], ["event.room_id", "event.seq"]),
    sqlite_with_rowid=False,
)

message_edit = Table(
    "message_edit",
    metadata,
    Column("room_id", Text, nullable=False),
    Column("message_seq", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),  # of the event that edited it
    PrimaryKeyConstraint("room_id", "message_seq", "seq"),
    ForeignKeyConstraint(["room_id", "seq"], ["event.room_id", "event.seq"]),
    sqlite_with_rowid=False,
)

# A view: `text` as it reads now, empty once removed, and `html` if it has marks; `reply_to` the id of the message that
# it answers, `thread` that of the one whose thread it is in; `forwarded` what it is a copy of, as JSON.
message = table(
    "message",
    column("room_id", Text),
    column("seq", BigInteger),
    column("author_id", Text),
    column("at_ms", BigInteger),
    column("text", Text),
    column("reply_to", Text),
    column("edited_ms", BigInteger),
    column("removed_ms", BigInteger),
    column("html", Text),
    column("in_thread", Boolean),
    column("thread", Text),
    column("forwarded", Text),
)


def clean_text(text: str) -> str:
    """The text as it is kept: line breaks made one kind, control characters and outer white space gone.

    Raises Refusal when nothing is left to read, or too much.
    """
    if not text.isprintable():  # line breaks are not printable either, and most messages have none
        text = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.strip()
    if _BLANK.fullmatch(text):
        raise Refusal("bad_request", "There is nothing written here yet.")
    if len(text) > LONGEST_TEXT:
        raise Refusal("too_large", f"This is too long. A message has at most {LONGEST_TEXT} characters.")
    return text


def clean_reason(reason: str | None) -> str | None:
    """A reason without control characters; None if nothing is left of it."""
    return _CONTROLS.sub("", reason or "").strip() or None


def message_id(room: str, seq: int) -> str:
    return f"m{seq}-{room}"


def seq_of(message: str, room: str) -> int:
    """The seq that a message's id names in this room; Refusal `not_found` if it is no message of the room."""
    found = _ID.fullmatch(message)
    if found is None or found[2] != room:
        raise Refusal("not_found", "This message does not exist.")
    return int(found[1])


def standing(turn: Turn, room: str, of: str) -> AnyRow:
    """The message of this id that has not been removed, with its author and what it hangs on.

    Refusal `not_found` if there is none.
    """
    seq = seq_of(of, room)
    columns = (message.c.seq, message.c.author_id, message.c.removed_ms, message.c.in_thread)
    found = turn.connection.execute(
        select(*columns, message.c.forwarded).where(message.c.room_id == room, message.c.seq == seq)
    ).first()
    if found is None or found.removed_ms is not None or (room == turn.room and seq < turn.grant.floor):
        raise Refusal("not_found", "This message does not exist any more.")
    return found
