"""What is kept of people and threads of stickies besides the words: with whom, in which colour, whether put away."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select

from accounts.privacy.keepers import Part, Subject
from accounts.privacy.names import reduced
from rooms.private import seat_note, thread_pair
from storage.clock import rfc3339
from storage.database import Transaction


class StickyKeeper:
    """The share of threads in exports and erasures. The words are messages, and theirs to keep."""

    tables: Collection[str] = frozenset({thread_pair.name, seat_note.name})

    def hand_out(self, connection: Connection, of: Subject) -> list[Part]:
        return [
            Part("stickies", "With whom they have threads of stickies", list(_pairs(connection, of))),
            Part("sticky_board", "Their board of stickies", list(_notes(connection, of))),
        ]

    def count(self, connection: Connection, of: Subject) -> Mapping[str, int]:
        counted = select(func.count()).select_from(seat_note).where(seat_note.c.person_id == of.person)
        return {"Colours and places of stickies": connection.scalar(counted) or 0}

    def erase(self, tx: Transaction, of: Subject, by: str, now_ms: int) -> None:  # noqa: ARG002 - a Keeper's
        """Which two ids have a thread stays: the other one still reads it, as with a former learner and the like."""
        tx.connection.execute(delete(seat_note).where(seat_note.c.person_id == of.person))


def _pairs(connection: Connection, of: Subject) -> Iterator[Mapping[str, Any]]:
    mine = or_(thread_pair.c.one == of.person, thread_pair.c.other == of.person)
    rows = connection.execute(select(thread_pair).where(mine).order_by(thread_pair.c.room_id)).all()
    names = reduced(connection, {each for row in rows for each in (row.one, row.other)})
    for row in rows:
        yield {"room": row.room_id, "with": names.get(row.other if row.one == of.person else row.one, "somebody")}


def _notes(connection: Connection, of: Subject) -> Iterator[Mapping[str, Any]]:
    chosen = select(seat_note).where(seat_note.c.person_id == of.person).order_by(seat_note.c.room_id)
    for row in connection.execute(chosen):
        yield {
            "room": row.room_id, "colour": row.colour, "delivered_up_to": row.delivered_seq,
            "put_away_at": None if row.put_away_ms is None else rfc3339(row.put_away_ms),
        }  # fmt: skip
