"""Rooms are made: from a kind and its groups, or as a copy for next year."""

from typing import Annotated, Any, Final

from msgspec import Meta, structs
from sqlalchemy import Connection, select

from accounts.model import person, role, role_called
from accounts.rights import Place, RoomKind, may
from accounts.rules import check_name
from realtime.protocol import KeyedCommand, RoomId
from realtime.refusal import Refusal
from rooms import bringing, following, grants
from rooms.grants import Grant
from rooms.keeping import rules
from rooms.kinds import Past, WhoWrites, template
from rooms.membership import GroupId, PersonId, check_may_enter, of_this_school, put_group, put_room, seat
from rooms.model import room, room_group
from rooms.turn import Handler, Turn
from storage.rows import AnyRow

RoomName = Annotated[str, Meta(max_length=200, description="1 to 80 characters.")]
Face = Annotated[str, Meta(max_length=40, description="One that Corridor has; empty: as the kind has it.")]


class MakeRoom(KeyedCommand, kw_only=True):
    """Make a room of a kind, for groups and people. `room` is one's own; the answer says which was `made`.

    Without a `name` it is called as its first group.
    """

    kind: RoomKind
    name: RoomName = ""
    groups: Annotated[tuple[GroupId, ...], Meta(max_length=50)] = ()
    people: Annotated[tuple[PersonId, ...], Meta(max_length=100)] = ()
    icon: Face | None = None
    accent: Face | None = None
    who_writes: WhoWrites | None = None
    past: Past | None = None


class CopyRoom(KeyedCommand, kw_only=True):
    """Make a room with the settings of another, for next year: without its messages, with these groups or none.

    `room` is one's own; the answer says which was `made`.
    """

    source: RoomId
    name: RoomName
    groups: Annotated[tuple[GroupId, ...], Meta(max_length=50)] = ()


def make_room(turn: Turn, command: MakeRoom) -> None:
    _check(turn, command.room, command.kind)
    groups = _groups(turn, command.kind, command.groups)
    people = _people(turn, command.kind, command.people)
    settled = {
        "icon": rules.icon(command.icon), "accent": rules.accent(command.accent),
        "who_writes": command.who_writes or template(command.kind).who_writes,
        "past": command.past or template(command.kind).past,
    }  # fmt: skip
    name = check_name(command.name.strip() or next((each.name for each in groups), ""))
    made = put_room(turn.connection, turn.who.school, command.kind, name, turn.now_ms, **settled)
    for each in groups:
        begins = template(command.kind)
        put_group(turn.connection, made, each.id, begins.follows, keeps=begins.teachers_keep)
    _open_up(turn, made, people)


def copy_room(turn: Turn, command: CopyRoom) -> None:
    grant = reached(turn, command.source)
    kind = grant.place.kind if grant.place is not None else ""
    _check(turn, command.room, kind)
    source = turn.connection.execute(select(room).where(room.c.id == command.source)).one()
    if source.part_of is not None:
        raise Refusal("forbidden")
    settled = {name: getattr(source, name) for name in ("icon", "accent", "welcome", "who_writes", "past")}
    groups = _groups(turn, kind, command.groups)
    made = put_room(turn.connection, turn.who.school, kind, check_name(command.name), turn.now_ms, **settled)
    parts = _parts_of(turn.connection, command.source) or template(kind).follows
    for each in groups:
        put_group(turn.connection, made, each.id, parts, keeps=template(kind).teachers_keep)
    _open_up(turn, made, ())


def reached(turn: Turn, room_id: str) -> Grant:
    """The asker's grant in a room that the command names besides its own, which they look after, open or archived."""
    caller = turn.caller
    grant = grants.load(turn.connection, [(0, caller.person, caller.session, room_id, None)], turn.now_ms)[0]
    if may(grant.who, "read", grant.place, turn.now) is not None:
        raise Refusal("not_found")
    check_keeps(turn, grant)
    return grant


def check_keeps(turn: Turn, grant: Grant) -> None:
    """Whether the asker looks after the room, even while it is closed; else Refusal `forbidden`."""
    place = None if grant.place is None else structs.replace(grant.place, closed=False)
    code = may(grant.who, "administer", place, turn.now)
    if code is not None:
        raise Refusal(code)


def check_own(turn: Turn, room_id: str) -> None:
    """A room that is still to be made cannot be asked in: one asks in one's own."""
    if room_id != turn.own_room:
        raise Refusal("not_found")


def _check(turn: Turn, asked_in: str, kind: str) -> None:
    check_own(turn, asked_in)
    if kind not in bringing.kinds_for(turn.connection, turn.who, turn.now, turn.now_ms):
        raise Refusal("forbidden", "You may not make a room of this kind.")


def _groups(turn: Turn, kind: str, wanted: tuple[str, ...]) -> list[AnyRow]:
    return [
        bringing.check_group(turn.connection, turn.who, kind, each, turn.now, turn.now_ms)
        for each in dict.fromkeys(wanted)
    ]


def _people(turn: Turn, kind: str, wanted: tuple[str, ...]) -> list[AnyRow]:
    place = Place(turn.who.school, kind, closed=False, member=True)
    found = [of_this_school(turn, each) for each in dict.fromkeys(wanted) if each != turn.who.id]
    for each in found:
        bringing.check_person(turn.connection, turn.who, kind, each, turn.now, turn.now_ms)
        check_may_enter(turn, place, each)
    check_may_enter(turn, place, _myself(turn))
    return found


def _open_up(turn: Turn, made: str, people: list[AnyRow] | tuple[AnyRow, ...]) -> None:
    """Tell the founder first, which makes the command happen once; then everybody comes in."""
    turn.append("room_made", {"made": made})
    following.settle(turn, made)
    seat(turn, made, _myself(turn), keeps=True)
    for each in people:
        seat(turn, made, each, keeps=False)


def _myself(turn: Turn) -> AnyRow:
    return turn.connection.execute(
        select(person.c.id, person.c.name, person.c.role, person.c.year, role_called.label("called"))
        .outerjoin(role, role.c.id == person.c.role)
        .where(person.c.id == turn.who.id)
    ).one()


def _parts_of(connection: Connection, room_id: str) -> list[str]:
    chosen = select(room_group.c.part).where(room_group.c.room_id == room_id).distinct()
    return sorted(connection.scalars(chosen))


HANDLERS: Final[tuple[Handler[Any], ...]] = (
    Handler(MakeRoom, make_room, "read", answers=("made",)),
    Handler(CopyRoom, copy_room, "read", answers=("made",)),
)
