"""May this person do this here, now? One pure function; its data is a matrix of roles and kinds of room."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

Verb = Literal[
    "read", "write", "remove", "administer", "presence", "start", "look",
    # about the school itself
    "manage_people", "manage_groups", "manage_sign_in", "import_roster", "change_policy", "change_settings",
    "read_audit", "see_access_log", "export_person", "erase_person",
]  # fmt: skip

STAFF_ROLES: Final = frozenset(
    {"head", "deputy", "ict_coordinator", "dsl", "teacher", "ta", "cover_teacher", "office", "head_of_year"}
)
ROLES: Final = STAFF_ROLES | {"governor", "learner", "guardian", "visitor"}
LEADERS: Final = frozenset({"head", "deputy", "ict_coordinator"})


class Who(Struct, frozen=True):
    """The asker, as the database has them in this transaction."""

    id: str
    school: str
    role: str
    active: bool = True  # the account is open and the session has not ended


class Place(Struct, frozen=True):
    """A room, and what the asker is in it."""

    school: str
    kind: str
    closed: bool
    member: bool
    may_write: bool = False
    may_administer: bool = False


# Which roles may do what in which kind of room, over and above being a member. Absent: nobody.
MATRIX: Final[Mapping[str, Mapping[Verb, frozenset[str]]]] = {
    "staffroom": {
        "read": STAFF_ROLES,
        "write": STAFF_ROLES,
        "remove": LEADERS,
        "administer": LEADERS,
        "presence": STAFF_ROLES,
    },
    "person": {"read": frozenset(ROLES)},
    "school": {
        "read": frozenset(ROLES),
        "manage_people": LEADERS | {"office"},
        "manage_groups": LEADERS | {"office"},
        "manage_sign_in": LEADERS | {"office", "teacher"},
        "import_roster": LEADERS | {"office"},
        "change_policy": LEADERS,
        "change_settings": LEADERS,
        "read_audit": LEADERS | {"dsl"},
        "see_access_log": LEADERS | {"dsl", "teacher"},
        "export_person": LEADERS,
        "erase_person": LEADERS,
    },
}


def may(who: Who, verb: Verb, place: Place | None, at: datetime) -> str | None:  # noqa: ARG001 - windows read the clock
    """None if `who` may; else the code of the refusal.

    Whoever may not read a place is told that there is none. `remove` is about what others wrote.
    """
    if not who.active:
        return "unauthenticated"
    if place is None or not _sees(who, place):
        return "not_found"
    if verb == "read":
        return None
    if place.closed:
        return "room_closed"
    return None if _granted(who, verb, place) else "forbidden"


def _sees(who: Who, place: Place) -> bool:
    return place.member and who.school == place.school and who.role in _roles(place, "read")


def _granted(who: Who, verb: Verb, place: Place) -> bool:
    match verb:
        case "write":
            return place.may_write and who.role in _roles(place, "write")
        case "remove" | "administer":
            return place.may_administer or who.role in _roles(place, verb)
        case _:
            return who.role in _roles(place, verb)


def _roles(place: Place, verb: Verb) -> frozenset[str]:
    return MATRIX.get(place.kind, {}).get(verb, frozenset())
