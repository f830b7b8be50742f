"""Who is in a room: the commands that change it, and how rooms come to be."""

from typing import Annotated, Any, Final

from msgspec import Meta, structs
from sqlalchemy import Connection, select

from accounts.model import person, role, role_called
from accounts.rights import Who, may
from accounts.rules import initials
from accounts.sessions import own_room_of
from accounts.standing import is_open
from realtime.connection import Caller
from realtime.protocol import KeyedCommand
from realtime.refusal import Refusal
from rooms.model import member, room
from rooms.turn import Handler, Turn
from storage.database import Transaction
from storage.ids import new_id

PersonId = Annotated[str, Meta(min_length=2, max_length=32, pattern="^p[0-9a-z]+$", description="A person's id.")]


class AddMember(KeyedCommand, kw_only=True):
    """Let a person of this school into the room, or change what they may do in it."""

    person: PersonId
    may_write: bool = True


class RemoveMember(KeyedCommand, kw_only=True):
    """Take a person out of the room. Whoever is connected stops receiving at once."""

    person: PersonId


def create_room(
    tx: Transaction, school_id: str, kind: str, name: str, now_ms: int, *, group_id: str | None = None
) -> str:
    """A new room; its members follow the group, if there is one, from the next `following.groups_changed` on."""
    room_id = new_id("r")
    tx.connection.execute(
        room.insert().values(
            id=room_id, school_id=school_id, kind=kind, name=name, created_ms=now_ms, group_id=group_id
        )
    )
    return room_id


def create_own_room(tx: Transaction, school_id: str, person_id: str, now_ms: int) -> str:
    """A person's own room, which only they can read and only the server writes."""
    room_id = own_room_of(person_id)
    tx.connection.execute(
        room.insert().values(id=room_id, school_id=school_id, kind="person", name="", created_ms=now_ms)
    )
    put_member(tx.connection, room_id, person_id, now_ms, may_write=False)
    return room_id


def put_member(
    connection: Connection, room_id: str, person_id: str, now_ms: int, *, may_write: bool, read_seq: int = 0
) -> None:
    """A new row, or the old one with another right to write."""
    of = (member.c.room_id == room_id) & (member.c.person_id == person_id)
    if connection.execute(member.update().where(of).values(may_write=may_write)).rowcount:
        return
    connection.execute(
        member.insert().values(
            room_id=room_id, person_id=person_id, may_write=may_write, may_administer=False,
            read_seq=read_seq, joined_ms=now_ms,
        )
    )  # fmt: skip


def added(person_id: str, name: str, role: str, *, may_write: bool) -> dict[str, Any]:
    """What the room's log says of somebody who came."""
    return {"person": person_id, "name": name, "initials": initials(name), "role": role, "may_write": may_write}


def add_member(turn: Turn, command: AddMember) -> None:
    whom = _of_this_school(turn, command.person)
    _check_may_enter(turn, whom)
    put_member(
        turn.connection, command.room, whom.id, turn.now_ms, may_write=command.may_write, read_seq=turn.grant.head
    )
    turn.append("member_added", added(whom.id, whom.name, whom.called, may_write=command.may_write))
    turn.append("room_joined", {"room": command.room}, own_room_of(whom.id))


def remove_member(turn: Turn, command: RemoveMember) -> None:
    of = (member.c.room_id == command.room) & (member.c.person_id == command.person)
    if not turn.connection.execute(member.delete().where(of)).rowcount:
        raise Refusal("not_found", "This person is not in the room.")
    turn.append("member_removed", {"person": command.person})
    turn.append("room_left", {"room": command.room}, own_room_of(command.person))


def _check_may_enter(turn: Turn, whom: Any) -> None:
    """Nobody becomes a member who could see nothing: a learner in the staffroom, say."""
    place = turn.grant.place
    inside = None if place is None else structs.replace(place, member=True)
    newcomer = Who(whom.id, turn.who.school, whom.role, year=whom.year, rights=turn.who.rights)
    if may(newcomer, "read", inside, turn.now) is not None:
        raise Refusal("forbidden", "People with this role cannot be in this room.")


def _of_this_school(turn: Turn, person_id: str) -> Any:
    row = turn.connection.execute(
        select(person.c.id, person.c.name, person.c.role, person.c.year, role_called.label("called"))
        .outerjoin(role, role.c.id == person.c.role)
        .where(person.c.id == person_id, person.c.school_id == turn.who.school, is_open(turn.now_ms))
    ).first()
    if row is None:
        raise Refusal("not_found", "There is no such person at this school.")
    return row


def _their_own_room(command: AddMember | RemoveMember, _: Caller) -> tuple[str, ...]:
    return (own_room_of(command.person),)


HANDLERS: Final[tuple[Handler[Any], ...]] = (
    Handler(AddMember, add_member, "administer", answers=("person",), also=_their_own_room),
    Handler(RemoveMember, remove_member, "administer", answers=("person",), also=_their_own_room),
)
