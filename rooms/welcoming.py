"""What rooms do when administrators take somebody in or give them a role."""

from typing import Final

from sqlalchemy import select

from accounts import model
from accounts.administration.desk import Hooks
from accounts.model import person, role_called
from accounts.rights import STAFF_ROLES
from accounts.sessions import own_room_of
from rooms import announcing, following, log
from rooms.enrolling import NewPerson, enrol
from rooms.membership import put_member
from rooms.model import member, room
from rooms.seating import added, first_seen
from storage.database import Transaction


def take_in(tx: Transaction, school_id: str, login: str, name: str, role: str, now_ms: int) -> str:
    """A new person with a room of their own, without a password; gives the id."""
    return enrol(tx, school_id, NewPerson(login, name, role, None), now_ms)


def role_given(tx: Transaction, school_id: str, person_id: str, role: str, now_ms: int) -> None:
    """Staff have a chair in the staffroom. Whoever is staff no longer cannot read there, by their rights."""
    if role not in STAFF_ROLES:
        return
    seated = select(member.c.room_id).where(member.c.person_id == person_id)
    rooms = select(room.c.id, room.c.last_seq).where(
        room.c.school_id == school_id, room.c.kind == "staffroom", room.c.closed_ms.is_(None), ~room.c.id.in_(seated)
    )
    for row in tx.connection.execute(rooms).all():
        _seat(tx, row.id, row.last_seq, person_id, now_ms)


def _seat(tx: Transaction, room_id: str, head: int, person_id: str, now_ms: int) -> None:
    whom = tx.connection.execute(
        select(person.c.id, person.c.name, role_called.label("role"))
        .outerjoin(model.role, model.role.c.id == person.c.role)
        .where(person.c.id == person_id)
    ).one()
    first = first_seen(tx.connection, room_id, head)
    put_member(tx.connection, room_id, person_id, now_ms, may_write=True, read_seq=head, from_seq=first)
    log.append(tx, room_id, "member_added", person_id, now_ms, added(whom.id, whom.name, whom.role, may_write=True))
    log.append(tx, own_room_of(person_id), "room_joined", person_id, now_ms, {"room": room_id})


HOOKS: Final = Hooks(take_in, announcing.to_own_room, following.groups_changed, role_given)
