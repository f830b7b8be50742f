"""What is shown of notices: on messages, on the corridor, and to whoever asks for one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from accounts.administration.rules import last_day
from accounts.rights import may
from rooms.directory import names_of
from rooms.grants import Grant
from rooms.home import Arriving, HomePart
from rooms.notices import model
from rooms.posts import message, message_id
from rooms.showing import Part, Showing
from storage.rows import AnyRow
from web.pages import full_day

EXCERPT: Final = 140  # characters
MOST_AT_HOME: Final = 5


@dataclass(frozen=True)
class Reader:
    """Whoever looks at the notices of a room, and in which language."""

    connection: Connection
    grant: Grant
    room: str
    zone: str
    language: str
    now_ms: int


def states(of: Reader, seqs: Sequence[int]) -> Mapping[int, dict[str, Any]]:
    """How the notices among these messages stand for the reader.

    `mine`: "due", "read", "over" or none if they are not asked; `read`, `of` and `nudged` only for those who may know.
    """
    found = model.found(of.connection, of.room, seqs)
    if not found:
        return {}
    mine = model.read_by(of.connection, of.room, list(found), of.grant.who.id)
    known = [seq for seq, row in found.items() if may_know(of.grant, row, of.now_ms)]
    counts = model.counts(of.connection, of.room, known, of.now_ms) if known else {}
    return {seq: _state(of, row, mine, counts, known=seq in known) for seq, row in found.items()}


def may_know(grant: Grant, row: AnyRow, now_ms: int) -> bool:
    """Whether somebody is told who has read a notice: its author, and those who put up notices here."""
    at = datetime.fromtimestamp(now_ms / 1000, UTC)
    return bool(row.author_id == grant.who.id) or may_post(grant, at)


def may_post(grant: Grant, at: datetime) -> bool:
    return may(grant.who, "notice", grant.place, at) is None and may(grant.who, "write", grant.place, at) is None


def _state(
    of: Reader, row: AnyRow, mine: Mapping[int, int | None], counts: Mapping[int, tuple[int, int]], *, known: bool
) -> dict[str, Any]:
    day = last_day(row.until_ms, of.zone)
    own = None
    if row.seq in mine:
        own = "read" if mine[row.seq] is not None else "due" if row.until_ms > of.now_ms else "over"
    state: dict[str, Any] = {"until": day.isoformat(), "until_label": full_day(day, of.language), "mine": own}
    if known:
        read, asked = counts.get(row.seq, (0, 0))
        state |= {"read": read, "of": asked, "nudged": row.nudged_ms is not None}
    return state


def of_messages(showing: Showing, rows: Sequence[AnyRow]) -> Mapping[int, dict[str, Any]]:
    return states(_reader(showing), [row.seq for row in rows if row.removed_ms is None])


def of_room(showing: Showing) -> dict[str, Any]:
    """Whether the reader may post notices here, and how many wait for them, in all rooms."""
    at = datetime.fromtimestamp(showing.now_ms / 1000, UTC)
    waiting = model.open_for(showing.connection, showing.actor.person, showing.now_ms)
    return {"may": may_post(showing.grant, at), "waiting": len(waiting)}


PART: Final = Part(
    "notice", of_messages, of_room,
    slots={"message": "must_read.html", "head": "to_read_door.html", "data": "notice_strings.html"},
    rooms_only=frozenset({"message", "head", "data"}),
)  # fmt: skip


def at_home(arriving: Arriving) -> dict[str, Any] | None:
    """The first few notices that wait for somebody, and how many there are; none if there are none."""
    waiting = [
        each
        for each in model.open_for(arriving.connection, arriving.actor.person, arriving.now_ms)
        if each.room in arriving.rooms
    ]
    if not waiting:
        return None
    first = waiting[:MOST_AT_HOME]
    rooms = {each.room: arriving.rooms[each.room].name for each in first}
    return {
        "count": len(waiting),
        "first": cards(arriving.connection, first, rooms, arriving.actor.zone, arriving.language),
    }


def cards(
    connection: Connection, waiting: Sequence[model.Open], rooms: Mapping[str, str], zone: str, language: str,
    longest: int = EXCERPT,
) -> list[dict[str, Any]]:  # fmt: skip
    """The notices with their words, as pages list them."""
    names = names_of(connection, {each.author for each in waiting})
    told = []
    for each in waiting:
        of = (message.c.room_id == each.room) & (message.c.seq == each.seq)
        text = connection.scalar(select(message.c.text).where(of)) or ""
        day = last_day(each.until_ms, zone)
        excerpt = text if len(text) <= longest else text[:longest].rstrip() + "…"
        told.append(
            {"room": each.room, "room_name": rooms[each.room], "message": message_id(each.room, each.seq),
             "name": names.get(each.author, ""), "text": excerpt,
             "url": f"/rooms/{each.room}?before={each.seq + 1}#{message_id(each.room, each.seq)}",
             "until": day.isoformat(), "until_label": full_day(day, language), "nudged": each.nudged}
        )  # fmt: skip
    return told


HOME: Final = HomePart("notices", at_home, "home_notices.html")


def _reader(showing: Showing) -> Reader:
    return Reader(showing.connection, showing.grant, showing.room, showing.actor.zone, showing.language, showing.now_ms)
