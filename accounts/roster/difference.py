"""What carrying a roster in would change. Pure data, in an order that does not depend on the file's."""

import hashlib
from typing import Final

import msgspec
from msgspec import Struct

from accounts.rights import LEADERS
from accounts.roster.wanted import Pair, SeatKey
from accounts.roster.wording import Problem

RAISED: Final = LEADERS | {"dsl"}  # roles that a roster gives or takes only for who may change the policy


class Facts(Struct, frozen=True, kw_only=True):
    """A person as the roster has them. `role`: the roster's word, which may not be the role they have."""

    role: str
    name: str
    full_name: str
    year: str | None
    starts_ms: int | None
    left_ms: int | None


class Arrival(Struct, frozen=True):
    """Somebody new; `later`: they are listed and cannot sign in before their first day."""

    sid: str
    login: str
    facts: Facts
    later: bool


class Change(Struct, frozen=True):
    """Somebody who is here. `fields`: which of the facts are others now; `had`: the role that they have in fact.

    `linked`: made by hand, and named by the roster from now on; their role stays what the school gave them.
    """

    person: str
    sid: str
    was: Facts
    facts: Facts
    fields: tuple[str, ...]
    linked: bool = False
    had: str = ""

    @property
    def new_role(self) -> str | None:
        """The role that this gives."""
        return self.facts.role if "role" in self.fields and not self.linked else None


class Leaving(Struct, frozen=True):
    """`role`: the roster's word; `had`: the role that they have in fact. `left_ms` None: now."""

    person: str
    role: str
    left_ms: int | None
    had: str = ""


class GroupChange(Struct, frozen=True):
    """A group as it shall be; `was` is its name."""

    sid: str
    kind: str
    name: str
    year: str
    was: str = ""


class Seat(Struct, frozen=True):
    """A place in a group."""

    key: SeatKey
    from_ms: int | None
    until_ms: int | None


class Move(Struct, frozen=True):
    """How many learners of a year go from which classes to which."""

    year: str
    origin: tuple[str, ...]
    target: tuple[str, ...]
    count: int


class TermChange(Struct, frozen=True):
    """Days of the calendar as they shall be."""

    sid: str
    kind: str
    name: str
    starts_on: str
    ends_on: str


class Difference(Struct, frozen=True, kw_only=True):
    """Everything that would change."""

    arriving: tuple[Arrival, ...] = ()
    changing: tuple[Change, ...] = ()
    leaving: tuple[Leaving, ...] = ()
    returning: tuple[Change, ...] = ()
    moves: tuple[Move, ...] = ()
    groups_new: tuple[GroupChange, ...] = ()
    groups_changed: tuple[GroupChange, ...] = ()
    groups_archived: tuple[GroupChange, ...] = ()
    groups_reopened: tuple[GroupChange, ...] = ()
    seats_added: tuple[Seat, ...] = ()
    seats_changed: tuple[Seat, ...] = ()
    seats_removed: tuple[SeatKey, ...] = ()
    guardians_added: tuple[Pair, ...] = ()
    guardians_removed: tuple[Pair, ...] = ()
    managers: tuple[tuple[str, str], ...] = ()  # of whom, and who: sids; "" for nobody
    terms_new: tuple[TermChange, ...] = ()
    terms_changed: tuple[TermChange, ...] = ()
    terms_removed: tuple[TermChange, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def empty(self) -> bool:
        return not any(getattr(self, name) for name in self.__struct_fields__ if name not in ("problems", "moves"))

    @property
    def raised(self) -> bool:
        """Whether somebody would get, or lose, a role that looks or administers."""
        touched = {each.facts.role for each in self.arriving} | {each.had for each in self.leaving}
        for each in self.changing + self.returning:
            touched |= {each.new_role, each.had} if each.new_role else set()
        return not RAISED.isdisjoint(touched)

    @property
    def figure(self) -> int:
        """What somebody who confirms an implausible roster has to name: people who go or change role, and groups."""
        changed = sum(each.new_role is not None for each in self.changing)
        return len(self.leaving) + changed + len(self.groups_archived) or len(self.arriving)

    def fingerprint(self) -> str:
        """The same for the same changes, whenever and in whichever order they were found."""
        told = {name: getattr(self, name) for name in self.__struct_fields__ if name != "problems"}
        return hashlib.sha256(msgspec.json.encode(told)).hexdigest()
