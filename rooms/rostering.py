"""What rooms do when a roster changes people and groups: rooms of one's own, and word to those whom it concerns."""

from collections.abc import Collection
from typing import Final

import msgspec
from sqlalchemy import select

from accounts.sessions import own_room_of
from rooms import log
from rooms.model import room
from storage.database import Transaction
from storage.rows import Statement

_NOTHING: Final = msgspec.json.encode({}).decode()
_make_own: Final = Statement(
    lambda _, given: (
        "INSERT INTO room (id, school_id, kind, name, created_ms) "
        f"SELECT given.id, given.school_id, 'person', '', given.now FROM {given} AS given"
    ),
    {"id": str, "school_id": str, "now": int},
)
_enter_own: Final = Statement(
    lambda _, given: (
        "INSERT INTO member (room_id, person_id, may_write, may_administer, read_seq, joined_ms) "
        f"SELECT given.room_id, given.person_id, false, false, 0, given.now FROM {given} AS given"
    ),
    {"room_id": str, "person_id": str, "now": int},
)


class RoomsFollow:
    """The hooks of accounts.roster."""

    def arrived(self, tx: Transaction, school_id: str, person_ids: Collection[str], now_ms: int) -> None:
        """Everybody gets a room of their own, as `membership.create_own_room` makes one."""
        if person_ids:
            _make_own.run(tx.connection, [(own_room_of(each), school_id, now_ms) for each in person_ids])
            _enter_own.run(tx.connection, [(own_room_of(each), each, now_ms) for each in person_ids])

    def groups_changed(self, tx: Transaction, school_id: str, group_ids: Collection[str], now_ms: int) -> None:
        """Rooms that follow a group are brought after it by following.py."""

    def access_changed(self, tx: Transaction, person_ids: Collection[str], now_ms: int) -> None:
        """Tell them in their own rooms, in one go, so that whoever is connected is judged anew."""
        rooms = sorted(own_room_of(each) for each in person_ids)
        log.lock(tx.connection, rooms)
        heads: dict[str, int] = {}
        for start in range(0, len(rooms), 500):
            part = rooms[start : start + 500]
            heads.update(tx.connection.execute(select(room.c.id, room.c.last_seq).where(room.c.id.in_(part))).tuples())
        log.write(
            tx,
            [
                (of, head + 1, "access_changed", "p" + of[1:], now_ms, _NOTHING, None, None)
                for of, head in heads.items()
            ],
        )
