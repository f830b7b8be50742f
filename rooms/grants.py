"""What the database says of people in rooms: everything that judging needs, for many at once, in one query."""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from msgspec import Struct, structs
from sqlalchemy import Connection, select

from accounts import standing
from accounts.model import person
from accounts.policy.store import rights_of
from accounts.relations import between_all, valid
from accounts.rights import Other, Place, Who
from rooms.kinds import HANDED_OUT
from rooms.model import member
from storage.rows import Query

Pair = tuple[int, str, str, str, str | None]  # place in the list, person, session, room, key of a command


class Earlier(Struct, frozen=True):
    """The event that a command with the same key has already made."""

    seq: int
    fingerprint: str
    at_ms: int
    body: str


class Grant(Struct):
    """One person in one room, as this transaction sees them. `place` is None where there is no such room.

    floor: the first seq that this person may see; what came before is for nobody any more, or not for them.
    """

    who: Who
    place: Place | None
    head: int = 0
    floor: int = 1
    read_seq: int = 0
    earlier: Earlier | None = None


NOBODY: Final = Grant(Who("", "", "", active=False), None)


class _Found(NamedTuple):
    """A row of the query: its fields, in the order of _FIELDS."""

    n: int
    person: str
    school: str
    role: str
    active: bool
    leaver: bool
    year: str | None
    strong: bool
    rights_version: int
    room: str
    room_school: str | None
    kind: str | None
    head: int
    floor: int
    closed: bool
    member: str | None
    may_write: bool
    may_administer: bool
    read_seq: int
    who_writes: str
    from_seq: int | None
    seq: int | None
    fingerprint: str
    at_ms: int
    body: str


_FIELDS: Final = (
    "given.n", "person.id", "person.school_id", "person.role",
    f"{standing.OPEN} AND session.ended_ms IS NULL AND session.expires_ms > :now",
    "person.left_ms IS NOT NULL AND person.left_ms <= :now",
    "person.year", "session.strong", "school.rights_version",
    "given.room_id", "room.school_id", "room.kind", "room.last_seq", "room.floor", "room.closed_ms IS NOT NULL",
    "member.person_id", "member.may_write", "member.may_administer", "member.read_seq",
    "room.who_writes", "member.from_seq",
    "event.seq", "event.fingerprint", "event.at_ms", "event.body",
)  # fmt: skip

_SESSION: Final = "session ON session.id = given.session_id AND session.person_id = person.id"
_PAIR: Final = {"n": int, "person_id": str, "session_id": str, "room_id": str, "key": str}


def _event(dialect: str) -> str:
    """The event with the key. PostgreSQL would rather read the whole room, unless it is shown nothing but the key."""
    if dialect == "sqlite":
        return "event INDEXED BY uq_event_key ON event.key = given.key AND"
    return "LATERAL (SELECT * FROM event WHERE event.key = given.key OFFSET 0) AS event ON"


def _rest(dialect: str, given: str, session: str = _SESSION) -> str:
    # SQLite keeps to the order of a CROSS JOIN; it does not know that the rows that are given are few.
    join = "CROSS JOIN" if dialect == "sqlite" else "JOIN"
    return f"""
        FROM {given} AS given
        {join} person ON person.id = given.person_id
        {join} {session}
        {join} school ON school.id = person.school_id
        LEFT JOIN room ON room.id = given.room_id
        LEFT JOIN member ON member.room_id = room.id AND member.person_id = person.id
            AND (member.from_ms IS NULL OR member.from_ms <= :now)
            AND (member.until_ms IS NULL OR member.until_ms > :now)
        LEFT JOIN {_event(dialect)} event.author_id = person.id AND event.room_id = room.id
    """


_load: Final = Query(_FIELDS, _rest, _PAIR, "now")

# Without a session: as if there were one, of a person who has shown no second step.
_NONE: Final = "(SELECT NULL AS ended_ms, 1 AS expires_ms, 1 = 0 AS strong) AS session ON 1 = 1"
_ABSENT: Final = tuple(each.replace("session.expires_ms > :now", "session.expires_ms > 0") for each in _FIELDS)
_load_absent: Final = Query(_ABSENT, lambda dialect, given: _rest(dialect, given, _NONE), _PAIR, "now")


def load(connection: Connection, pairs: Sequence[Pair], now_ms: int) -> list[Grant]:
    """A grant for each pair, in order."""
    return _among(connection, _loaded(_load, connection, pairs, now_ms), pairs, now_ms)


def load_to_read(connection: Connection, pairs: Sequence[Pair], now_ms: int) -> list[Grant]:
    """The same where nothing is asked but whether somebody may read: it does not depend on who else is in a thread."""
    return _loaded(_load, connection, pairs, now_ms)


def load_absent(connection: Connection, pairs: Sequence[Pair], now_ms: int) -> list[Grant]:
    """The same for people who are not here: for what the server does in their name when its time comes."""
    return _among(connection, _loaded(_load_absent, connection, pairs, now_ms), pairs, now_ms)


def _loaded(query: Query, connection: Connection, pairs: Sequence[Pair], now_ms: int) -> list[Grant]:
    grants = [NOBODY] * len(pairs)
    people: dict[str, Who] = {}
    for found in map(_Found._make, query.rows(connection, pairs, now_ms)):
        session = pairs[found.n][2]
        who = people.get(session)
        if who is None:
            who = people[session] = _who(connection, found)
        grants[found.n] = _grant(who, found)
    return grants


def _among(connection: Connection, grants: list[Grant], pairs: Sequence[Pair], now_ms: int) -> list[Grant]:
    """Where it is a thread: with who else is there, and what they and the person are to each other."""
    threads = {pair[3] for grant, pair in zip(grants, pairs, strict=True) if _is_thread(grant)}
    if not threads:
        return grants
    present = _present(connection, threads, now_ms)
    asked = [pair for grant, pair in zip(grants, pairs, strict=True) if _is_thread(grant)]
    both = {(one, each.id) for _, one, _, room, _ in asked for each in present[room]}
    known = between_all(connection, both | {(other, one) for one, other in both}, now_ms)
    for grant, pair in zip(grants, pairs, strict=True):
        if grant.place is not None and _is_thread(grant):
            person, others = pair[1], present[pair[3]]
            people = tuple(
                structs.replace(each, relations=known[person, each.id], seen=known[each.id, person])
                for each in others
                if each.id != person
            )
            grant.place = structs.replace(grant.place, people=people)
    return grants


def _is_thread(grant: Grant) -> bool:
    return grant.place is not None and grant.place.kind == "thread"


def _present(connection: Connection, threads: Collection[str], now_ms: int) -> dict[str, list[Other]]:
    """Who is in these threads at this moment: whoever has left the school is there no longer to be written to."""
    found: dict[str, list[Other]] = {each: [] for each in threads}
    rows = connection.execute(
        select(member.c.room_id, person.c.id, person.c.role, person.c.year)
        .join(person, person.c.id == member.c.person_id)
        .where(member.c.room_id.in_(sorted(threads)), valid(member, now_ms), standing.is_open(now_ms))
        .order_by(member.c.room_id, person.c.id)
    )
    for room, who, role, year in rows:
        found[room].append(Other(who, role, year))
    return found


def _who(connection: Connection, row: _Found) -> Who:
    rights = rights_of(connection, row.school, row.rights_version)
    return Who(row.person, row.school, row.role, bool(row.active), bool(row.leaver), row.year, bool(row.strong), rights)


def _grant(who: Who, found: _Found) -> Grant:
    if found.room_school is None or found.kind is None:
        return Grant(who, None)
    staff = who.rights.kinds.get(who.role) == "staff"
    place = Place(
        found.room_school, found.kind, bool(found.closed), found.member is not None,
        _may_write(who, found, staff=staff), bool(found.may_administer), staff or found.who_writes != HANDED_OUT,
        room=found.room,
    )  # fmt: skip
    earlier = None
    if found.seq is not None:
        earlier = Earlier(found.seq, found.fingerprint or "", found.at_ms, found.body)
    return Grant(who, place, found.head, max(found.floor, found.from_seq or 1), found.read_seq or 0, earlier)


def _may_write(who: Who, found: _Found, *, staff: bool) -> bool:
    """What the room and the member's own row say; the lines have to say it too."""
    match found.who_writes:
        case "everyone":
            return bool(found.may_write)
        case "keepers":
            return bool(found.may_write) and (bool(found.may_administer) or keeps_all(who, found.kind or ""))
        case _:
            return bool(found.may_write) and staff


def keeps_all(who: Who, kind: str) -> bool:
    """Whether somebody's role looks after every room of this kind that they are in."""
    return (who.role, "administer", kind) in who.rights.lines
