"""What rooms do when a roster changes people and groups: rooms of one's own, and word to those whom it concerns."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

import msgspec
from sqlalchemy import select

from accounts.rights import STAFF_ROLES
from accounts.sessions import own_room_of
from rooms import announcing, following, log
from rooms.model import member, room
from rooms.seating import added, first_seen
from storage.database import Transaction
from storage.rows import AnyRow, Statement

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
_enter: Final = Statement(
    lambda _, given: (
        "INSERT INTO member (room_id, person_id, may_write, may_administer, read_seq, joined_ms, from_seq) "
        f"SELECT given.room_id, given.person_id, true, false, given.head, given.now, given.first FROM {given} AS given"
    ),
    {"room_id": str, "person_id": str, "head": int, "now": int, "first": int},
)
_cards: Final = Statement(
    lambda _, given: (
        "SELECT person.id, person.name, person.role "
        f"FROM {given} AS given JOIN person ON person.id = given.id ORDER BY person.id"
    ),
    {"id": str},
)


class RoomsFollow:
    """The hooks of accounts.roster."""

    def arrived(self, tx: Transaction, school_id: str, person_ids: Collection[str], now_ms: int) -> None:
        """Everybody gets a room of their own, as `membership.create_own_room` makes one."""
        if person_ids:
            _make_own.run(tx.connection, [(own_room_of(each), school_id, now_ms) for each in person_ids])
            _enter_own.run(tx.connection, [(own_room_of(each), each, now_ms) for each in person_ids])

    def roles_given(self, tx: Transaction, school_id: str, roles: Mapping[str, str], now_ms: int) -> None:
        """As `welcoming.role_given`, for many in one go: a roster may bring a hundred staff."""
        staff = {each for each, role in roles.items() if role in STAFF_ROLES}
        if not staff:
            return
        rooms = select(room.c.id).where(
            room.c.school_id == school_id, room.c.kind == "staffroom", room.c.closed_ms.is_(None)
        )
        for room_id in sorted(tx.connection.scalars(rooms)):
            _seat_in(tx, room_id, staff, now_ms)

    def groups_changed(self, tx: Transaction, school_id: str, group_ids: Collection[str], now_ms: int) -> None:
        following.groups_changed(tx, school_id, group_ids, now_ms)

    def access_changed(self, tx: Transaction, person_ids: Collection[str], now_ms: int) -> None:
        """So that whoever is connected is judged anew."""
        announcing.to_own_rooms(tx, sorted(person_ids), "access_changed", {}, now_ms)


def _seat_in(tx: Transaction, room_id: str, staff: Collection[str], now_ms: int) -> None:
    """A chair for each of them who has none, told in the room and in their own."""
    log.lock(tx.connection, [room_id])
    seated = set(tx.connection.scalars(select(member.c.person_id).where(member.c.room_id == room_id)))
    come = sorted(set(staff) - seated)
    log.lock(tx.connection, [own_room_of(each) for each in come])
    heads = log.heads(tx.connection, [room_id, *map(own_room_of, come)])
    first = first_seen(tx.connection, room_id, heads[room_id])
    _enter.run(tx.connection, [(room_id, each, heads[room_id], now_ms, first) for each in come])
    log.write(tx, [row for each in _cards.run(tx.connection, [(each,) for each in come])
                   for row in _told(room_id, each, heads, now_ms)])  # fmt: skip


def _told(room_id: str, who: AnyRow, heads: dict[str, int], now_ms: int) -> Iterator[log.Row]:
    card = added(who[0], who[1], who[2], may_write=True)
    for of, kind, body in ((room_id, "member_added", card), (own_room_of(who[0]), "room_joined", {"room": room_id})):
        heads[of] += 1
        yield of, heads[of], kind, who[0], now_ms, msgspec.json.encode(body).decode(), None, None
