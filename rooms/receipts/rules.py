"""Who may know what became of their stickies, and how that is said."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from msgspec import structs

from accounts.rights import Other, Place, Who, may


class Mark(NamedTuple):
    """How far somebody's devices have a thread, and how far they have read it."""

    delivered: int
    read: int


class Standing(NamedTuple):
    """What an author may know: of each other person of whom they may know anything, how far that one is."""

    marks: Mapping[str, Mark]

    @property
    def delivered(self) -> int:
        """Up to here all of them have it."""
        return min((mark.delivered for mark in self.marks.values()), default=0)

    def of(self, seq: int) -> dict[str, Any]:
        """What is said of the author's message at this place; of several readers also how many have read it."""
        read_by = sum(mark.read >= seq for mark in self.marks.values())
        if not self.marks:
            return {"state": SENT}
        reached = DELIVERED if seq <= self.delivered else SENT
        state = READ if read_by == len(self.marks) else reached
        return {"state": state, **({"read_by": read_by, "of": len(self.marks)} if len(self.marks) > 1 else {})}


SENT: Final = "sent"
DELIVERED: Final = "delivered"
READ: Final = "read"


ANYBODY: Final = "anybody"


def standing(place: Place, marks: Mapping[str, Mark]) -> Standing:
    """Where somebody asks for help it is enough that one of those who answer has it: they are told of as one."""
    if place.kind != "help" or len(marks) < 2:  # noqa: PLR2004 - one is anybody
        return Standing(marks)
    delivered, read = (max(each) for each in zip(*marks.values(), strict=True))
    return Standing({ANYBODY: Mark(delivered, read)})


def sees(who: Who, place: Place, other: Other, at: datetime) -> bool:
    """Whether an author may know what this other person has received and read. Children never of each other."""
    kinds = who.rights.kinds
    if kinds.get(who.role) == kinds.get(other.role) == "learner":
        return False
    return may(who, "receipts", towards(place, other), at) is None


def towards(place: Place, other: Other) -> Place:
    """The place as if nobody else were there but this one other."""
    if place.people is not None:
        return structs.replace(place, people=(other,))
    return structs.replace(place, others=(other.role,), relations=other.relations)


def visible(who: Who, place: Place, others: Collection[Other], at: datetime) -> list[str]:
    """Of these others those of whom the author may know it; of those who answer a call for help, whoever asks alone."""
    kinds = who.rights.kinds
    asking = [other for other in others if kinds.get(other.role) != "staff"]
    if place.kind == "help" and kinds.get(who.role) == "staff" and asking:
        others = asking
    return [other.id for other in others if sees(who, place, other, at)]
