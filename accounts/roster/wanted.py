"""What a roster wants to be so: the same shape whichever file it was read from.

`sid` is the roster's own id of something. Days are ISO dates in the school's time zone; None: the file does not say.
`gone`: a row of a file of changes by which something is taken away.
"""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from accounts.roster.wording import Problem

Mode = Literal["bulk", "delta"]
KINDS: Final = ("class", "teaching", "tutor", "house", "year", "club", "department")
PARTS: Final = ("learner", "teacher", "assistant", "head")
TERM_KINDS: Final = ("term", "half_term", "inset", "holiday")


class WantedPerson(Struct, frozen=True, kw_only=True):
    """One person. `login`: the sign-in name to begin with, "" to have one made."""

    sid: str
    role: str
    given: str
    family: str = ""
    login: str = ""
    year: str = ""
    starts_on: str | None = None
    leaves_on: str | None = None  # "": the file says that there is no such day
    manager: str | None = None  # a sid; "": nobody
    gone: bool = False

    @property
    def full_name(self) -> str:
        return f"{self.given} {self.family}".strip()


class WantedGroup(Struct, frozen=True):
    """A class, a teaching group, a house…"""

    sid: str
    kind: str
    name: str
    year: str = ""
    gone: bool = False


class WantedSeat(Struct, frozen=True):
    """A person in a group; `part` is one of PARTS. Both days are inclusive."""

    group: str
    person: str
    part: str
    from_on: str | None = None
    until_on: str | None = None
    gone: bool = False


class WantedTerm(Struct, frozen=True):
    """Days of the calendar, both inclusive."""

    sid: str
    kind: str
    name: str
    starts_on: str
    ends_on: str
    gone: bool = False


class Where(Struct, frozen=True):
    """The place in a file that something was read from."""

    file: str
    line: int


SeatKey = tuple[str, str, str]  # group, person, part
Pair = tuple[str, str]  # guardian, learner


class Wanted(Struct, frozen=True, kw_only=True):
    """A whole file. What has no mode in `modes` is not told at all and stays as it is.

    In bulk mode whatever is not listed is gone, but for `unclear`: ids whose rows could not be understood.
    """

    source: str
    modes: Mapping[str, Mode]  # of people, groups, seats, guardians, terms
    people: Mapping[str, WantedPerson]
    groups: Mapping[str, WantedGroup]
    seats: Mapping[SeatKey, WantedSeat]
    guardians: Mapping[Pair, bool]  # whether the relation is gone
    terms: Mapping[str, WantedTerm]
    places: Mapping[tuple[str, ...], Where]  # of seats and guardians, for what turns out to lead nowhere
    unclear: frozenset[str]
    problems: tuple[Problem, ...]
