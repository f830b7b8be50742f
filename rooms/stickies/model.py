"""The threads on somebody's board, newest first, and the newest words of each."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, or_, select, tuple_

from accounts.relations import valid
from accounts.rights import may
from accounts.sessions import Actor
from rooms import grants
from rooms.model import event, member, room
from rooms.private import seat_note
from storage.rows import AnyRow, Query

Place = tuple[int, str]  # when something was last said in a thread, and its room

# Most logs end with what was said: the newest message of a thread is found in a step or two from its end.
_last: Final = (
    select(event.c.seq)
    .where(
        event.c.room_id == room.c.id, event.c.kind == "message_posted",
        event.c.seq >= member.c.from_seq, event.c.seq >= room.c.floor,
    )
    .order_by(event.c.seq.desc())
    .limit(1)
    .correlate(room, member)
    .scalar_subquery()
)  # fmt: skip
_newest: Final = event.alias("newest")
_note: Final = (seat_note.c.room_id == member.c.room_id) & (seat_note.c.person_id == member.c.person_id)
_lying: Final = or_(seat_note.c.put_away_ms.is_(None), seat_note.c.put_away_ms < _newest.c.at_ms)


def threads(
    connection: Connection, actor: Actor, now_ms: int, most: int, *, away: bool | None = False,
    before: Place | None = None,
) -> Sequence[AnyRow]:  # fmt: skip
    """Threads in which something was said: id, head, read_seq, colour, and seq, at_ms of the newest message.

    `away`: those that lie on the board, those that were put away, or (None) both.
    """
    of = [member.c.person_id == actor.person, room.c.kind == "thread", valid(member, now_ms)]
    if away is not None:
        of.append(~_lying if away else _lying)
    if before is not None:
        of.append(tuple_(_newest.c.at_ms, room.c.id) < tuple_(*before))
    rows = connection.execute(
        select(
            room.c.id, room.c.last_seq.label("head"), member.c.read_seq, seat_note.c.colour,
            _newest.c.seq, _newest.c.at_ms,
        )
        .join(member, member.c.room_id == room.c.id)
        .join(_newest, (_newest.c.room_id == room.c.id) & (_newest.c.seq == _last))
        .outerjoin(seat_note, _note)
        .where(*of)
        .order_by(_newest.c.at_ms.desc(), room.c.id.desc())
        .limit(most)
    ).all()  # fmt: skip
    return _readable(connection, actor, rows, now_ms)


def _readable(connection: Connection, actor: Actor, rows: Sequence[AnyRow], now_ms: int) -> Sequence[AnyRow]:
    pairs: list[grants.Pair] = [(n, actor.person, actor.session, row.id, None) for n, row in enumerate(rows)]
    loaded = grants.load_to_read(connection, pairs, now_ms)
    at = datetime.fromtimestamp(now_ms / 1000, UTC)
    return [row for row, of in zip(rows, loaded, strict=True) if may(of.who, "read", of.place, at) is None]


def put_away(connection: Connection, person_id: str) -> int:
    """How many threads somebody has put away; some of them may have come back by themselves since."""
    of = (seat_note.c.person_id == person_id) & seat_note.c.put_away_ms.is_not(None)
    return connection.scalar(select(func.count()).select_from(seat_note).where(of)) or 0


class Said(NamedTuple):
    """The newest message of a thread."""

    room: str
    by: str
    text: str | None
    html: str | None
    removed_ms: int | None


def said(connection: Connection, places: Sequence[tuple[str, int]]) -> Mapping[str, Said]:
    """The messages at these places, one of each room, by room."""
    return {row[0]: Said(*row) for row in _said.rows(connection, places)}


# SQLite would read the whole view first, unless it is told the order.
_said: Final = Query(
    ("message.room_id", "message.author_id", "message.text", "message.html", "message.removed_ms"),
    lambda dialect, given: (
        f"""
        FROM {given} AS given {"CROSS JOIN" if dialect == "sqlite" else "JOIN"} message
        ON message.room_id = given.room_id AND message.seq = given.seq
    """
    ),
    {"room_id": str, "seq": int},
)
