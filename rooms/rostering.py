"""What rooms do when a roster changes people and groups: rooms of one's own, and word to those whom it concerns."""

from collections.abc import Collection, Mapping
from typing import Final

from accounts.sessions import own_room_of
from rooms import announcing, following, welcoming
from storage.database import Transaction
from storage.rows import Statement

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

    def roles_given(self, tx: Transaction, school_id: str, roles: Mapping[str, str], now_ms: int) -> None:
        for person_id, role in sorted(roles.items()):
            welcoming.role_given(tx, school_id, person_id, role, now_ms)

    def groups_changed(self, tx: Transaction, school_id: str, group_ids: Collection[str], now_ms: int) -> None:
        following.groups_changed(tx, school_id, group_ids, now_ms)

    def access_changed(self, tx: Transaction, person_ids: Collection[str], now_ms: int) -> None:
        """So that whoever is connected is judged anew."""
        announcing.to_own_rooms(tx, sorted(person_ids), "access_changed", {}, now_ms)
