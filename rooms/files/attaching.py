"""Files of messages: taken with the message that names them, shown with it, and gone with it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, select, update

from accounts import features
from accounts.rights import may_in_time
from realtime.refusal import Refusal
from rooms.files.finishing import described
from rooms.files.model import file
from rooms.files.rules import MOST_IN_A_MESSAGE
from rooms.posting import Posted
from rooms.showing import Part, Showing
from rooms.turn import Turn
from storage.database import Transaction
from storage.rows import AnyRow

FEATURE: Final = "files"  # a school may have switched it off, for some or for all; what was sent stays to be seen


_KINDS: Final = ("voice", "picture", "video", "audio", "document")


def take_along(turn: Turn, posted: Posted) -> Mapping[str, Any]:
    """The files that a message brings: its author's own, in this room, and used nowhere yet."""
    wanted = list(dict.fromkeys(posted.files))
    if not wanted:
        return {}
    features.require(turn.connection, turn.who, FEATURE, turn.now_ms)
    if len(wanted) > MOST_IN_A_MESSAGE:
        raise Refusal("too_large", "A message takes at most 10 files.")
    found = unused(turn.connection, turn.who.id, posted.room, wanted)
    if len(found) < len(wanted):
        raise Refusal("not_found", "One of the files is not there any more. Attach it again.")
    turn.connection.execute(update(file).where(file.c.id.in_(wanted)).values(message_seq=turn.next_seq()))
    return {"files": [described(row) for row in sorted(found.values(), key=_order)]}


def _order(row: AnyRow) -> tuple[int, int, str]:
    """Pictures first, then by when they came."""
    return (_KINDS.index(row.kind), row.at_ms, row.id)


def unused(connection: Connection, person: str, room: str, wanted: Collection[str]) -> dict[str, AnyRow]:
    """Of these files, those that this person brought into this room and nothing has taken, by id. They are locked."""
    of = select(file).where(
        file.c.id.in_(wanted), file.c.person_id == person, file.c.room_id == room,
        file.c.message_seq.is_(None), file.c.item_id.is_(None), file.c.removed_ms.is_(None),
    )  # fmt: skip
    return {row.id: row for row in connection.execute(of.with_for_update())}


def take_away(tx: Transaction, room: str, seqs: Sequence[int], by: str, now_ms: int) -> None:  # noqa: ARG001 - a hook
    """From now on nobody is shown the files of these messages. They stay, as the words do, for moderation alone."""
    of = (file.c.room_id == room) & file.c.message_seq.in_(seqs)
    tx.connection.execute(update(file).where(of).values(removed_ms=now_ms))


def of_messages(showing: Showing, rows: Sequence[AnyRow]) -> Mapping[int, list[dict[str, Any]]]:
    """The files of each message, by its seq."""
    seqs = [row.seq for row in rows if row.removed_ms is None]
    if not seqs:
        return {}
    near = file.c.message_seq.between(min(seqs), max(seqs))  # by which PostgreSQL reads a stretch of the index
    of = select(file).where(
        file.c.room_id == showing.room, near, file.c.message_seq.in_(seqs), file.c.removed_ms.is_(None)
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for row in sorted(showing.connection.execute(of).all(), key=_order):
        found.setdefault(row.message_seq, []).append(described(row))
    return found


def of_room(showing: Showing) -> dict[str, bool]:
    """Whether files can be attached here."""
    grant, at = showing.grant, datetime.fromtimestamp(showing.now_ms / 1000, UTC)
    has = features.on(showing.connection, grant.who, FEATURE, showing.now_ms)
    return {"on": has, "may": has and may_in_time(grant.who, "write", grant.place, at)}


PART = Part(
    "files", of_messages, of_room, slots={
        "message": "attached.html", "tray": "attach_tray.html", "tools": "attach_button.html",
        "head": "shelf_door.html", "data": "files_strings.html",
    }, rooms_only=frozenset({"head"}),
)  # fmt: skip
