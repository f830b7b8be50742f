"""Who is in a room: the commands that change it, and how rooms come to be."""

from collections.abc import Collection
from datetime import date
from typing import Annotated, Any, Final

from msgspec import Meta, structs
from sqlalchemy import Connection, delete, func, select, update

from accounts.administration.rules import cover_span
from accounts.model import person, role, role_called, school
from accounts.rights import Who, may
from accounts.sessions import own_room_of
from accounts.standing import is_open
from realtime.connection import Caller
from realtime.protocol import KeyedCommand
from realtime.refusal import Refusal
from rooms import bringing, following, subgroups
from rooms.kinds import Part, parts_for, template
from rooms.model import member, room, room_group
from rooms.seating import added, first_seen
from rooms.turn import Handler, Turn
from storage.database import Transaction
from storage.ids import new_id
from storage.rows import AnyRow

PersonId = Annotated[str, Meta(min_length=2, max_length=32, pattern="^p[0-9a-z]+$", description="A person's id.")]
GroupId = Annotated[str, Meta(min_length=2, max_length=32, pattern="^g[0-9a-z]+$", description="A group's id.")]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$", description="A day on the school's calendar.")]


class AddMember(KeyedCommand, kw_only=True):
    """Let a person of this school into the room, or change what they may do in it.

    `may_administer`: look after the room; left out: as it was. `first`, `last`: only on these days, both with them.
    """

    person: PersonId
    may_write: bool = True
    may_administer: bool | None = None
    first: Day | None = None
    last: Day | None = None


class RemoveMember(KeyedCommand, kw_only=True):
    """Take a person out of the room who was let in by name. Whoever is connected stops receiving at once."""

    person: PersonId


class LeaveRoom(KeyedCommand, kw_only=True):
    """Leave a room that one was let into by name."""


class FollowGroup(KeyedCommand, kw_only=True):
    """Have the people of a group in the room from now on, and change what they may do there.

    `parts`: of its people, as the room's kind has it if left out. `keeps`: its teachers look after the room.
    """

    group: GroupId
    parts: Annotated[tuple[Part, ...], Meta(max_length=3)] = ()
    may_write: bool = True
    keeps: bool = True


class UnfollowGroup(KeyedCommand, kw_only=True):
    """Have the people of a group in the room no longer, unless they are there by name or with another group."""

    group: GroupId


def create_room(
    tx: Transaction, school_id: str, kind: str, name: str, now_ms: int, *, group_id: str | None = None
) -> str:
    """A new room; its members follow the group, if there is one, from the next `following.groups_changed` on."""
    room_id = put_room(tx.connection, school_id, kind, name, now_ms)
    if group_id is not None:
        put_group(tx.connection, room_id, group_id, template(kind).follows, keeps=template(kind).teachers_keep)
    return room_id


def put_room(connection: Connection, school_id: str, kind: str, name: str, now_ms: int, **settled: Any) -> str:
    """The row of a new room, with what its kind's template says unless it is settled otherwise; gives the id."""
    room_id = new_id("r")
    begins = {"who_writes": template(kind).who_writes, "past": template(kind).past, **settled}
    connection.execute(
        room.insert().values(id=room_id, school_id=school_id, kind=kind, name=name, created_ms=now_ms, **begins)
    )
    return room_id


def put_group(
    connection: Connection, room_id: str, group_id: str, parts: Collection[str], *, may_write: bool = True,
    keeps: bool = True,
) -> None:  # fmt: skip
    """What the room follows of a group from now on, instead of what it did."""
    of = (room_group.c.room_id == room_id) & (room_group.c.group_id == group_id)
    connection.execute(delete(room_group).where(of))
    rows = [
        {"room_id": room_id, "group_id": group_id, "part": part, "may_write": may_write,
         "keeps": keeps and part == "staff"}
        for part in dict.fromkeys(parts)
    ]  # fmt: skip
    connection.execute(room_group.insert(), rows)


def create_own_room(tx: Transaction, school_id: str, person_id: str, now_ms: int) -> str:
    """A person's own room, which only they can read and only the server writes."""
    room_id = own_room_of(person_id)
    tx.connection.execute(
        room.insert().values(id=room_id, school_id=school_id, kind="person", name="", created_ms=now_ms)
    )
    put_member(tx.connection, room_id, person_id, now_ms, may_write=False)
    return room_id


def put_member(
    connection: Connection, room_id: str, person_id: str, now_ms: int, *, may_write: bool, read_seq: int = 0,
    may_administer: bool | None = None, from_seq: int = 1, by_group: bool = False,
) -> None:  # fmt: skip
    """A new row, or the old one with other rights; None of `may_administer` leaves that as it was."""
    of = (member.c.room_id == room_id) & (member.c.person_id == person_id)
    rights = {"may_write": may_write, **({} if may_administer is None else {"may_administer": may_administer})}
    if connection.execute(update(member).where(of).values(**rights, by_hand=member.c.by_group)).rowcount:
        return
    connection.execute(
        member.insert().values(
            room_id=room_id, person_id=person_id, may_write=may_write, may_administer=bool(may_administer),
            read_seq=read_seq, joined_ms=now_ms, from_seq=from_seq, by_group=by_group,
        )
    )  # fmt: skip


def add_member(turn: Turn, command: AddMember) -> None:
    whom = of_this_school(turn, command.person)
    check_whole(turn, command.room)
    check_may_enter(turn, turn.grant.place, whom)
    if not _is_in(turn.connection, command.room, whom.id):
        bringing.check_person(turn.connection, turn.who, _kind(turn), whom, turn.now, turn.now_ms)
    if command.may_administer and turn.who.rights.kinds.get(whom.role) not in ("staff", "governor"):
        raise Refusal("forbidden", "Only staff and governors look after rooms.")
    first = first_seen(turn.connection, command.room, turn.next_seq() - 1)
    put_member(
        turn.connection, command.room, whom.id, turn.now_ms, may_write=command.may_write,
        may_administer=command.may_administer, read_seq=turn.next_seq() - 1, from_seq=first,
    )  # fmt: skip
    _set_days(turn, command)
    turn.append("member_added", added(whom.id, whom.name, whom.called, may_write=command.may_write))
    turn.append("room_joined", {"room": command.room}, own_room_of(whom.id))
    subgroups.settle(turn, command.room)


def seat(turn: Turn, room_id: str, whom: AnyRow, *, keeps: bool) -> None:
    """As a part of a command, after its own event: somebody comes into a new room by name, or keeps it from now on."""
    turn.reach([room_id, own_room_of(whom.id)])
    is_in = _is_in(turn.connection, room_id, whom.id)
    put_member(
        turn.connection, room_id, whom.id, turn.now_ms, may_write=True, may_administer=keeps or None,
        read_seq=turn.next_seq(room_id) - 1,
    )  # fmt: skip
    if not is_in:
        turn.append("member_added", added(whom.id, whom.name, whom.called, may_write=True), room_id)
        turn.append("room_joined", {"room": room_id}, own_room_of(whom.id))


def remove_member(turn: Turn, command: RemoveMember) -> None:
    of = (member.c.room_id == command.room) & (member.c.person_id == command.person)
    found = turn.connection.execute(select(member.c.by_group).where(of)).first()
    if found is None:
        raise Refusal("not_found", "This person is not in the room.")
    if found.by_group:
        raise Refusal("bad_request", "This person is here with a group. Change the room's groups instead.")
    check_whole(turn, command.room)
    _take_out(turn, command.room, command.person)


def leave_room(turn: Turn, command: LeaveRoom) -> None:
    of = (member.c.room_id == command.room) & (member.c.person_id == turn.who.id)
    mine = turn.connection.execute(select(member.c.by_group, member.c.may_administer).where(of)).one()
    if mine.by_group or not template(_kind(turn)).leaving:
        raise Refusal("forbidden", "This room is one that you belong to. Ask a member of staff if you should not.")
    check_whole(turn, command.room)
    if mine.may_administer and _keepers(turn.connection, command.room) == 1:
        raise Refusal("bad_request", "Ask somebody else to look after the room before you leave it.")
    _take_out(turn, command.room, turn.who.id)


def follow_group(turn: Turn, command: FollowGroup) -> None:
    check_whole(turn, command.room)
    kind = _kind(turn)
    bringing.check_group(turn.connection, turn.who, kind, command.group, turn.now, turn.now_ms)
    put_group(
        turn.connection, command.room, command.group, check_parts(kind, command.parts or template(kind).follows),
        may_write=command.may_write, keeps=command.keeps,
    )  # fmt: skip
    turn.append("group_followed", {"group": command.group})
    following.settle(turn, command.room)


def unfollow_group(turn: Turn, command: UnfollowGroup) -> None:
    check_whole(turn, command.room)
    of = (room_group.c.room_id == command.room) & (room_group.c.group_id == command.group)
    if not turn.connection.execute(delete(room_group).where(of)).rowcount:
        raise Refusal("not_found", bringing.NO_GROUP)
    turn.append("group_unfollowed", {"group": command.group})
    following.settle(turn, command.room)


def of_this_school(turn: Turn, person_id: str) -> AnyRow:
    """An open account of the asker's school; Refusal `not_found`."""
    row = turn.connection.execute(
        select(person.c.id, person.c.name, person.c.role, person.c.year, role_called.label("called"))
        .outerjoin(role, role.c.id == person.c.role)
        .where(person.c.id == person_id, person.c.school_id == turn.who.school, is_open(turn.now_ms))
    ).first()
    if row is None:
        raise Refusal("not_found", bringing.NO_PERSON)
    return row


def check_may_enter(turn: Turn, place: Any, whom: Any) -> None:
    """Nobody becomes a member who could see nothing: a learner in the staffroom, say."""
    inside = None if place is None else structs.replace(place, member=True)
    newcomer = Who(whom.id, turn.who.school, whom.role, year=whom.year, rights=turn.who.rights)
    if may(newcomer, "read", inside, turn.now) is not None:
        raise Refusal("forbidden", "People with this role cannot be in this room.")


def _take_out(turn: Turn, room_id: str, person_id: str) -> None:
    of = (member.c.room_id == room_id) & (member.c.person_id == person_id)
    turn.connection.execute(delete(member).where(of))
    turn.append("member_removed", {"person": person_id})
    turn.append("room_left", {"room": room_id}, own_room_of(person_id))
    following.settle(turn, room_id)  # whoever is there with a group, too, stays with it


def _set_days(turn: Turn, command: AddMember) -> None:
    """For cover staff: only on some days. Whoever is there with a group is there as long as the group says."""
    from_ms = until_ms = None
    if command.first is not None or command.last is not None:
        zone = turn.connection.scalars(select(school.c.zone).where(school.c.id == turn.who.school)).one()
        from_ms, until_ms = cover_span(_day(command.first or command.last), _day(command.last), turn.now_ms, zone)
    of = (member.c.room_id == command.room) & (member.c.person_id == command.person)
    turn.connection.execute(update(member).where(of, ~member.c.by_group).values(from_ms=from_ms, until_ms=until_ms))


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        raise Refusal("bad_request", "Please choose a day.") from None


def check_parts(kind: str, parts: Collection[str]) -> Collection[str]:
    """Which of a group's people a room can take in; Refusal `forbidden` for learners in the staffroom, say."""
    if not parts_for(kind).issuperset(parts):
        raise Refusal("forbidden", "People with this role cannot be in this room.")
    return parts


def check_whole(turn: Turn, room_id: str) -> None:
    """The people of a sub-group are chosen in the room that it is of: here they would learn of each other."""
    if turn.connection.scalar(select(room.c.part_of).where(room.c.id == room_id)) is not None:
        raise Refusal("forbidden")


def _is_in(connection: Connection, room_id: str, person_id: str) -> bool:
    of = (member.c.room_id == room_id) & (member.c.person_id == person_id)
    return connection.scalar(select(member.c.person_id).where(of)) is not None


def _keepers(connection: Connection, room_id: str) -> int:
    of = (member.c.room_id == room_id) & member.c.may_administer
    return connection.scalar(select(func.count()).select_from(member).where(of)) or 0


def _kind(turn: Turn) -> str:
    return turn.grant.place.kind if turn.grant.place is not None else ""


def _their_own_room(command: AddMember | RemoveMember, _: Caller) -> tuple[str, ...]:
    return (own_room_of(command.person),)


def _own_room(_: LeaveRoom, caller: Caller) -> tuple[str, ...]:
    return (caller.own_room,)


HANDLERS: Final[tuple[Handler[Any], ...]] = (
    Handler(AddMember, add_member, "administer", answers=("person",), also=_their_own_room),
    Handler(RemoveMember, remove_member, "administer", answers=("person",), also=_their_own_room),
    Handler(LeaveRoom, leave_room, "read", answers=("person",), also=_own_room),
    Handler(FollowGroup, follow_group, "administer"),
    Handler(UnfollowGroup, unfollow_group, "administer"),
)
