"""Private rooms: threads of stickies between a few people, and where somebody asks for help.

They have no name of their own: each who is there reads the names of the others. Nobody hears of a thread before there
is something to read in it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import combinations
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, ForeignKey, PrimaryKeyConstraint, Table, Text, select, union

from accounts.model import person
from accounts.relations import between_all, valid
from accounts.rights import Other, Place, Who, may
from accounts.sessions import own_room_of
from realtime.refusal import Refusal
from rooms.forwarding import copies
from rooms.kinds import PRIVATE
from rooms.membership import put_member, put_room
from rooms.model import event, member, room
from rooms.posting import Posted
from rooms.turn import Turn
from storage.rows import AnyRow
from storage.schema import metadata

KINDS: Final = PRIVATE
STAYS: Final = "What children and grown-ups write to each other stays. You can change it: how it read before is kept."
SAID: Final = ("message_posted", "reply_posted")

thread_pair = Table(
    "thread_pair",  # which thread two people have: one, for as long as both are at the school
    metadata,
    Column("one", Text, ForeignKey("person.id"), nullable=False),  # the smaller id of the two
    Column("other", Text, ForeignKey("person.id"), nullable=False),
    Column("room_id", Text, ForeignKey("room.id"), nullable=False, unique=True),
    PrimaryKeyConstraint("one", "other"),
    sqlite_with_rowid=False,
)

# What a person has settled about a private room that they are in, and what their devices have of it.
seat_note = Table(
    "seat_note",
    metadata,
    Column("room_id", Text, ForeignKey("room.id"), nullable=False),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("colour", Text),  # one of stickies.rules.COLOURS; none: as it comes
    Column("put_away_ms", BigInteger),  # off the board until something new is said
    Column("delivered_seq", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("room_id", "person_id"),
    sqlite_with_rowid=False,
)


def pair_of(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


def between(connection: Connection, one: str, other: str) -> str | None:
    """The thread of two people, if they have one."""
    first, second = pair_of(one, other)
    of = (thread_pair.c.one == first) & (thread_pair.c.other == second)
    return connection.scalar(select(thread_pair.c.room_id).where(of))


def begun_with(connection: Connection, one: str, other: str) -> str | None:
    """The same, if something was said in it: before, nobody but who began it knows of it."""
    found = between(connection, one, other)
    if found is None or not connection.scalar(select(room.c.last_seq).where(room.c.id == found)):
        return None
    return found


def begins(who: Who) -> bool:
    """Whether there is anybody at all with whom somebody like this might begin a thread."""
    return not who.leaver and bool(who.rights.lines.get((who.role, "start", "thread")))


def make(turn: Turn, kind: str, people: Collection[str]) -> str:
    """A new private room with these people and nobody else; gives its id. Nobody is told yet."""
    made = put_room(turn.connection, turn.who.school, kind, "", turn.now_ms)
    for each in sorted(people):
        put_member(turn.connection, made, each, turn.now_ms, may_write=True)
    turn.reach([made])
    return made


def thread_of(turn: Turn, people: Sequence[AnyRow]) -> str:
    """The thread of the asker and these people, made now if need be; each has the columns id, role and year.

    Refusal `forbidden` where the asker may begin none with one of them, or where two of them would meet there who may
    not write to each other. A closed window is no hindrance: it is asked about when something is said.
    """
    made = None if len(people) != 1 else between(turn.connection, turn.who.id, people[0].id)
    if made is not None:
        return made
    _check_may_meet(turn, people)
    made = make(turn, "thread", [turn.who.id, *(each.id for each in people)])
    if len(people) == 1:
        one, other = pair_of(turn.who.id, people[0].id)
        turn.connection.execute(thread_pair.insert().values(one=one, other=other, room_id=made))
    return made


def _check_may_meet(turn: Turn, people: Sequence[AnyRow]) -> None:
    at = turn.now
    code = may(turn.who, "start", place_among(turn.connection, turn.who, people, turn.now_ms), at)
    if code == "forbidden":
        raise Refusal("forbidden", "You cannot begin writing to this person.")
    if code is not None and code != "window_closed":
        raise Refusal(code)
    for one, other in combinations(people, 2):
        who = Who(one.id, turn.who.school, one.role, year=one.year, rights=turn.who.rights)
        code = may(who, "write", place_among(turn.connection, who, [other], turn.now_ms), at)
        if code == "forbidden":
            raise Refusal("forbidden", "Some of these people may not write to each other.")


def may_begin_with(
    connection: Connection, who: Who, people: Sequence[AnyRow], at: datetime, now_ms: int
) -> list[tuple[AnyRow, frozenset[str]]]:
    """Of these people those with whom somebody may begin a thread, each with what they are to whoever asks.

    A closed window is no hindrance. All of them cost three questions to the database.
    """
    pairs = [(who.id, each.id) for each in people if each.id != who.id]
    known = between_all(connection, [*pairs, *((other, one) for one, other in pairs)], now_ms) if pairs else {}
    found = []
    for each in people:
        if each.id == who.id:
            continue
        other = Other(each.id, each.role, each.year, known[who.id, each.id], known[each.id, who.id])
        place = Place(who.school, "thread", closed=False, member=True, may_write=True, people=(other,))
        if may(who, "start", place, at) in (None, "window_closed", "paused"):
            found.append((each, other.relations))
    return found


def place_among(connection: Connection, who: Who, people: Sequence[AnyRow], now_ms: int) -> Place:
    """A thread as it would be with these people, for asking `may` before there is one."""
    pairs = [(who.id, each.id) for each in people]
    known = between_all(connection, [*pairs, *((other, one) for one, other in pairs)], now_ms)
    others = tuple(
        Other(each.id, each.role, each.year, known[who.id, each.id], known[each.id, who.id]) for each in people
    )
    return Place(who.school, "thread", closed=False, member=True, may_write=True, people=others)


def begin(turn: Turn, _: Posted, seq: int) -> None:
    """A hook of posting: the first thing said in a thread takes the right to begin it, and tells the others of it."""
    if turn.grant.place is None or turn.grant.place.kind not in KINDS or seq != 1:
        return
    if turn.grant.place.kind == "thread":
        turn.require("start")
    tell(turn, turn.room)


def keep(turn: Turn, room_id: str, seq: int) -> None:
    """A hook of posting: what a child and an adult have said to each other in private is not taken away by either.

    Nor by way of the message that it is a copy of. Everybody counts who was ever there.
    """
    rooms = {room_id, *(of for of, _ in copies(turn.connection, room_id, [seq]))}
    private = select(room.c.id).where(room.c.id.in_(sorted(rooms)), room.c.kind.in_(KINDS))
    if any(stays(turn.connection, turn.who, each) for each in turn.connection.scalars(private).all()):
        raise Refusal("forbidden", STAYS)


def stays(connection: Connection, who: Who, room_id: str) -> bool:
    """Whether in this private room a child and an adult have met, so that nobody takes away what they said there."""
    kinds = {who.rights.kinds.get(each.role) for each in ever_in(connection, [room_id])[room_id]}
    return "learner" in kinds and len(kinds) > 1


def ever_in(connection: Connection, rooms: Collection[str]) -> dict[str, list[AnyRow]]:
    """Everybody who is in these private rooms, was, or has written there, by name: id, name, role and year."""
    found: dict[str, list[AnyRow]] = {each: [] for each in rooms}
    seats = select(member.c.room_id, member.c.person_id).where(member.c.room_id.in_(sorted(rooms)))
    said = select(event.c.room_id, event.c.author_id).where(event.c.room_id.in_(sorted(rooms)), event.c.kind.in_(SAID))
    there = union(seats, said).subquery()
    rows = connection.execute(
        select(there.c.room_id, person.c.id, person.c.name, person.c.role, person.c.year)
        .join(person, person.c.id == there.c.person_id)
        .order_by(person.c.name, person.c.id)
    )
    for row in rows:
        found[row.room_id].append(row)
    return found


def tell(turn: Turn, room_id: str) -> None:
    """Everybody else in a private room hears, in their own room, that there is one."""
    of = (member.c.room_id == room_id) & (member.c.person_id != turn.who.id) & valid(member, turn.now_ms)
    others = sorted(turn.connection.scalars(select(member.c.person_id).where(of)))
    turn.reach([own_room_of(each) for each in others])
    for each in others:
        turn.append("room_joined", {"room": room_id}, own_room_of(each))


def names(connection: Connection, rooms: Collection[str], viewer: str) -> dict[str, str]:
    """What each of these private rooms is called for somebody who is in it: the names of the others."""
    found: dict[str, list[str]] = {}
    for row in others(connection, rooms, viewer):
        found.setdefault(row.room_id, []).append(row.name)
    return {room_id: ", ".join(listed) for room_id, listed in found.items()}


def others(connection: Connection, rooms: Collection[str], viewer: str) -> Sequence[AnyRow]:
    """Who else is in these private rooms, by name, with room_id, id, name and role: also who has left the school.

    Of two people the other stays known when their data was erased: as a former learner, and the like.
    """
    of = sorted(rooms)
    columns = (person.c.id, person.c.name, person.c.role)
    seated = (
        select(member.c.room_id, *columns)
        .join(person, person.c.id == member.c.person_id)
        .where(member.c.room_id.in_(of), member.c.person_id != viewer)
    )
    paired = (
        select(thread_pair.c.room_id, *columns)
        .join(person, person.c.id.in_([thread_pair.c.one, thread_pair.c.other]))
        .where(thread_pair.c.room_id.in_(of), person.c.id != viewer)
    )
    rows = connection.execute(union(seated, paired)).all()
    return sorted(rows, key=lambda row: (row.room_id, row.name, row.id))
