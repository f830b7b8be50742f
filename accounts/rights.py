"""May this person do this here, now? One pure function; its data is what a school has settled, compiled."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from types import MappingProxyType
from typing import Final, Literal, get_args

from msgspec import Struct, structs

RoomVerb = Literal[
    "read", "write", "react", "notice", "history", "remove", "administer", "presence", "start", "look", "receipts",
]  # fmt: skip
SchoolVerb = Literal[
    "manage_people", "manage_groups", "manage_sign_in", "import_roster", "change_policy", "change_settings",
    "read_audit", "see_access_log", "export_person", "erase_person", "make_room", "step_in",
]  # fmt: skip
RoomKind = Literal[
    "staffroom", "classroom", "hall", "subject", "specialist", "assistants", "governors", "department", "club",
    "council", "family",
]  # fmt: skip
Verb = Literal[RoomVerb, SchoolVerb]
Kind = Literal["staff", "governor", "learner", "guardian", "visitor"]
Relation = Literal[
    "own_learner", "own_teacher", "same_class", "same_tutor_group", "same_house", "same_year", "house_learner",
    "manages", "managed_by", "ward", "guardian", "ward_teacher", "guardian_of_own_learner", "self",
]  # fmt: skip

# What the other person is to the asker. Rules name one of these; asking.py and rooms find them out.
RELATIONS: Final = frozenset(get_args(Relation))
VERBS: Final = frozenset((*get_args(RoomVerb), *get_args(SchoolVerb)))
SCHOOL_VERBS: Final = frozenset(get_args(SchoolVerb))
ROOM_KINDS: Final[tuple[str, ...]] = get_args(RoomKind)  # that people found; the other kinds come by themselves
# Where no learner can be, and no grown-up from outside but a governor in the governors' room.
STAFF_ONLY: Final = frozenset({"staffroom", "assistants", "department"})
# What looks after a room: who administers one may do all of it there.
KEEPING: Final = frozenset({"remove", "administer", "notice", "history"})

STAFF_ROLES: Final = frozenset(
    {"head", "deputy", "ict_coordinator", "dsl", "teacher", "ta", "cover_teacher", "office", "head_of_year"}
)
LEADERS: Final = frozenset({"head", "deputy", "ict_coordinator"})
_KINDS: Final[dict[str, Kind]] = {
    **dict.fromkeys(STAFF_ROLES, "staff"),
    "governor": "governor", "learner": "learner", "guardian": "guardian", "visitor": "visitor",
}  # fmt: skip
KINDS: Final[Mapping[str, Kind]] = MappingProxyType(_KINDS)
ROLES: Final = frozenset(KINDS)

OUTSIDE: Final = frozenset({"governor", "guardian", "visitor"})
PAUSED: Final = frozenset({"write", "start", "react"})  # what a pause stops
NEVER_PAUSED: Final = frozenset({"help", "person"})
FOR_NOW: Final = frozenset({"window_closed", "paused"})  # refusals that end by themselves, or when an adult says so

# Of these the settings say who must have shown a second factor: to look, and to administer. To step in is urgent.
GRAVE: Final = SCHOOL_VERBS - {"manage_sign_in", "make_room", "step_in"} | {"look"}


class Line(Struct, frozen=True):
    """One thing that a role may do. None: whoever, whichever, whenever."""

    relation: str | None = None
    others: frozenset[str] | None = None  # roles of the other people
    years: frozenset[str] | None = None  # of the asker
    window: str | None = None


Open = Callable[[str, datetime], bool]  # whether a window is open at a moment
Opens = Callable[[str, datetime], datetime | None]  # when one that is closed will be


def unless_never(window: str, at: datetime) -> bool:  # noqa: ARG001 - a calendar reads the clock
    """Windows where no calendar is known."""
    return window != "never"


def unknown(window: str, at: datetime) -> None:  # noqa: ARG001
    return None


class Paused(Struct, frozen=True):
    """Whose writing is stopped at this moment: all learners', that of some people, that in some rooms."""

    learners: bool = False
    people: frozenset[str] = frozenset()
    rooms: frozenset[str] = frozenset()


class Rights(Struct, frozen=True):
    """All that a school has settled, ready to be asked. `lines` by (role, verb, kind of place)."""

    lines: Mapping[tuple[str, str, str], tuple[Line, ...]]
    kinds: Mapping[str, Kind] = KINDS
    second_step: frozenset[str] = frozenset()
    is_open: Open = unless_never
    opens_at: Opens = unknown
    changes_at: Opens = unknown  # when a window opens or closes next
    paused: Paused = Paused()
    switches: Mapping[str, frozenset[str] | None] = MappingProxyType({})  # groups that have a feature; none: nobody has
    labels: Mapping[str, str] = MappingProxyType({})  # what the school calls things
    safeguarding: frozenset[str] = frozenset()  # the roles of the safeguarding team


NOTHING: Final = Rights({})


class Who(Struct, frozen=True):
    """The asker, as the database has them in this transaction."""

    id: str
    school: str
    role: str
    active: bool = True  # the account is open and the session has not ended
    leaver: bool = False  # has left, and may only read
    year: str | None = None
    strong: bool = True  # a second factor was shown
    rights: Rights = NOTHING


class Other(Struct, frozen=True):
    """Somebody else in a thread. relations: what they are to the asker; seen: what the asker is to them."""

    id: str
    role: str
    year: str | None = None
    relations: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()


class Place(Struct, frozen=True):
    """A room, or the school itself, and what the asker is in it.

    people: in a thread, all others; who may write there is asked about each of them, and not about `others`.
    """

    school: str
    kind: str
    closed: bool
    member: bool
    may_write: bool = False
    may_administer: bool = False
    may_react: bool = True  # what the place itself says; the lines have to say it too
    others: tuple[str, ...] = ()  # roles of the other people concerned
    relations: Collection[str] = ()  # what they are to the asker, all of them
    people: tuple[Other, ...] | None = None
    room: str = ""


def may(who: Who, verb: Verb, place: Place | None, at: datetime) -> str | None:
    """None if `who` may; else the code of the refusal.

    Whoever may not read a place is told that there is none. `remove` is about what others wrote.
    """
    if not who.active:
        return "unauthenticated"
    if place is None or not place.member or who.school != place.school:
        return "not_found"
    if _judged(who, "read", place, at) is not None:
        return "not_found"
    if verb == "read":
        return None
    if place.closed:
        return "room_closed"
    return _refused(who, verb, place, at)


def may_in_time(who: Who, verb: Verb, place: Place | None, at: datetime) -> bool:
    """Whether `who` may, now or once a window opens or a pause ends."""
    code = may(who, verb, place, at)
    return code is None or code in FOR_NOW


def may_look(who: Who, place: Place | None, at: datetime) -> str | None:
    """The same of looking into a thread that `who` is no part of; `people`: everybody who is or ever was in it.

    A line has to allow it for each of them: what lets teachers look at their learners' threads opens none with anybody
    else in it. Where no learner is, only lines count that name whom they are about.
    """
    if not who.active:
        return "unauthenticated"
    if place is None or place.member or who.leaver or who.school != place.school or not place.people:
        return "not_found"
    among_adults = all(who.rights.kinds.get(other.role) != "learner" for other in place.people)
    for other in place.people:
        towards = structs.replace(place, others=(other.role,), relations=other.relations, people=None)
        lines = [line for line in _lines(who, "look", towards) if line.others is not None or not among_adults]
        if not any(line.window is None or who.rights.is_open(line.window, at) for line in lines):
            return "not_found"
    return "second_step" if not who.strong and who.role in who.rights.second_step else None


def opens_at(who: Who, verb: Verb, place: Place, at: datetime) -> datetime | None:
    """When `who` may, where `may` said `window_closed`; None if that is not known.

    In a thread of several people: when the last of the windows that it takes opens.
    """
    if place.people is None:
        return _first(who.rights, _lines(who, verb, place), at)
    moments = []
    for other in place.people:
        lines = _between(who, verb, place, other)
        if not any(line.window is None or who.rights.is_open(line.window, at) for line in lines):
            moments.append(_first(who.rights, lines, at))
    known = [moment for moment in moments if moment is not None]
    return max(known, key=datetime.timestamp, default=None) if len(known) == len(moments) else None


def changes_at(who: Who, verb: Verb, place: Place, at: datetime) -> datetime | None:
    """The next moment at which one of the windows opens or closes on which the answer of `may` depends."""
    of = _lines(who, verb, place) if place.people is None else chain.from_iterable(
        _between(who, verb, place, other) for other in place.people
    )  # fmt: skip
    moments = (who.rights.changes_at(line.window, at) for line in of if line.window is not None)
    return min((moment for moment in moments if moment is not None), default=None)


def _first(rights: Rights, lines: Iterable[Line], at: datetime) -> datetime | None:
    moments = (rights.opens_at(line.window, at) for line in lines if line.window is not None)
    # By the timestamp: an hour that autumn repeats is in another order on the clock.
    return min((moment for moment in moments if moment is not None), key=datetime.timestamp, default=None)


def _refused(who: Who, verb: Verb, place: Place, at: datetime) -> str | None:
    if who.leaver or (verb == "write" and not place.may_write) or (verb == "react" and not place.may_react):
        return "forbidden"
    if place.may_administer and verb in KEEPING:
        return None
    code = _judged(who, verb, place, at) if place.people is None else _among(who, verb, place, at)
    if code in (None, "window_closed") and verb in PAUSED and _is_paused(who, place):
        return "paused"
    if code is None and not who.strong and verb in GRAVE and who.role in who.rights.second_step:
        return "second_step"
    return code


def _judged(who: Who, verb: Verb, place: Place, at: datetime) -> str | None:
    """What the lines say: None, `window_closed` if one would allow it at another time, or `forbidden`."""
    code = "forbidden"
    for line in _lines(who, verb, place):
        if line.window is None or who.rights.is_open(line.window, at):
            return None
        code = "window_closed"
    return code


def _is_paused(who: Who, place: Place) -> bool:
    """Whether an adult has stopped this for a while. The way to help stays open."""
    paused, kind = who.rights.paused, who.rights.kinds.get(who.role)
    if kind == "staff" or place.kind in NEVER_PAUSED:
        return False
    return (paused.learners and kind == "learner") or who.id in paused.people or place.room in paused.rooms


def _among(who: Who, verb: Verb, place: Place, at: datetime) -> str | None:
    """What is said of a thread: of everybody else in it, and nobody writes where nobody else is."""
    code = None if place.people else "forbidden"
    for other in place.people or ():
        lines = _between(who, verb, place, other)
        if not lines:
            return "forbidden"
        if not any(line.window is None or who.rights.is_open(line.window, at) for line in lines):
            code = "window_closed"
    return code


def _between(who: Who, verb: Verb, place: Place, other: Other) -> list[Line]:
    """The lines by which somebody may do this towards one other person, whatever the time.

    Who is written to may answer: the lines by which the other may write count too. Grown-ups from outside never write
    to children, not even an answer. Whoever may write may react.
    """
    verb = "write" if verb == "react" else verb
    rights, kind = who.rights, place.kind
    lines = list(_held(rights, (who.role, verb, kind), who.year, (other.role,), other.relations))
    if verb == "write" and not (rights.kinds.get(who.role) in OUTSIDE and rights.kinds.get(other.role) == "learner"):
        lines += _held(rights, (other.role, verb, kind), other.year, (who.role,), other.seen)
    return lines


def _lines(who: Who, verb: Verb, place: Place) -> Iterator[Line]:
    """The lines that concern these people, whatever the time."""
    return _held(who.rights, (who.role, verb, place.kind), who.year, place.others, place.relations)


def _held(
    rights: Rights, of: tuple[str, str, str], year: str | None, others: Collection[str], relations: Collection[str]
) -> Iterator[Line]:
    """The lines of somebody in this year for (role, verb, kind of place), towards these others."""
    for line in rights.lines.get(of, ()):
        if line.relation is not None and line.relation not in relations:
            continue
        if line.others is not None and not line.others.issuperset(others):
            continue
        if line.years is None or year in line.years:
            yield line
