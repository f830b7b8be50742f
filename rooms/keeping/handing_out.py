"""Sub-groups of a room: made and changed by those who look after it. Nothing that others receive says so."""

from collections.abc import Collection
from typing import Annotated, Any, Final

from msgspec import Meta
from sqlalchemy import delete, select, update

from accounts.rules import check_name
from accounts.sessions import own_room_of
from realtime.protocol import KeyedCommand, RoomId
from realtime.refusal import Refusal
from rooms import subgroups
from rooms.keeping.founding import RoomName, check_own, reached
from rooms.keeping.rules import MOST_SUBGROUPS
from rooms.kinds import HANDED_OUT
from rooms.membership import PersonId, put_member, put_room
from rooms.model import member, room
from rooms.seating import carry_out_in, first_seen
from rooms.turn import Handler, Turn

People = Annotated[tuple[PersonId, ...], Meta(max_length=200)]


class MakeSubgroup(KeyedCommand, kw_only=True):
    """Make a sub-group of a room's members, for differentiated work.

    `room` is one's own; the answer says what was `made`. Only those who look after the room learn its name and who
    is in it.
    """

    of: RoomId
    name: RoomName
    people: People = ()


class SetSubgroup(KeyedCommand, kw_only=True):
    """Give a sub-group another name, and have these people in it from now on."""

    name: RoomName
    people: People = ()


def make_subgroup(turn: Turn, command: MakeSubgroup) -> None:
    check_own(turn, command.room)
    grant = reached(turn, command.of)
    above = turn.connection.execute(select(room).where(room.c.id == command.of)).one()
    if above.closed_ms is not None:
        raise Refusal("room_closed")
    if above.part_of is not None or grant.place is None:
        raise Refusal("forbidden")
    if len(subgroups.of_rooms(turn.connection, [command.of])) >= MOST_SUBGROUPS:
        raise Refusal("bad_request", "There are as many sub-groups as there can be. Archive one first.")
    made = put_room(
        turn.connection, turn.who.school, above.kind, check_name(command.name), turn.now_ms,
        part_of=above.id, who_writes=HANDED_OUT, past=above.past, icon=above.icon, accent=above.accent,
    )  # fmt: skip
    turn.append("room_made", {"made": made})
    _set_people(turn, made, above.id, command.people)
    carry_out_in(turn, subgroups.moves(turn.connection, made))


def set_subgroup(turn: Turn, command: SetSubgroup) -> None:
    above = turn.connection.scalar(select(room.c.part_of).where(room.c.id == command.room))
    if above is None:
        raise Refusal("not_found")
    name = check_name(command.name)
    turn.connection.execute(update(room).where(room.c.id == command.room).values(name=name))
    turn.append("subgroup_changed", {})
    _set_people(turn, command.room, above, command.people)


def _set_people(turn: Turn, made: str, above: str, wanted: Collection[str]) -> None:
    """Those of the room's members; who looks after the room is in the sub-group anyway."""
    of = (member.c.room_id == above) & member.c.person_id.in_(sorted(set(wanted)))
    people = set(turn.connection.scalars(select(member.c.person_id).where(of)))
    if people != set(wanted):
        raise Refusal("not_found", "This person is not in the room.")
    by_name = subgroups.audience(turn.connection, made)
    keepers = set(turn.connection.scalars(select(member.c.person_id).where(member.c.room_id == made))) - by_name
    turn.reach([made, *map(own_room_of, people ^ by_name)])
    for who in sorted(people - by_name - keepers):
        _put(turn, made, who)
    for who in sorted(by_name - people):
        _take(turn, made, who)


def _put(turn: Turn, made: str, who: str) -> None:
    head = turn.next_seq(made) - 1
    put_member(
        turn.connection, made, who, turn.now_ms, may_write=False, read_seq=head,
        from_seq=first_seen(turn.connection, made, head),
    )  # fmt: skip
    turn.append("room_joined", {"room": made}, own_room_of(who))


def _take(turn: Turn, made: str, who: str) -> None:
    of = (member.c.room_id == made) & (member.c.person_id == who)
    turn.connection.execute(delete(member).where(of))
    turn.append("access_changed", {}, own_room_of(who))
    turn.append("room_left", {"room": made}, own_room_of(who))


HANDLERS: Final[tuple[Handler[Any], ...]] = (
    Handler(MakeSubgroup, make_subgroup, "read", answers=("made",)),
    Handler(SetSubgroup, set_subgroup, "administer"),
)
