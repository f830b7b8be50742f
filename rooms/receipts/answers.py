"""What the API says of those whom one writes to."""

from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from rooms.answers import Moment
from web.openapi import Operation, Parameter

Day = Annotated[str, Meta(description="A day of the school's clock, such as 2026-11-23.")]


class ReadUpTo(Struct):
    """How far somebody has read."""

    person: str
    seq: Annotated[int, Meta(ge=0)]


class Likely(Struct):
    """When somebody will probably read what is written to them now, as it is spoken of. Never a promise."""

    day: Annotated[str, Meta(pattern="^(today|tomorrow|weekday|date)$")]
    part: Annotated[str, Meta(pattern="^(morning|afternoon|evening)$")]
    date: Day


class Instead(Struct):
    """Somebody else who can be asked, and the thread with them if there is one."""

    id: str
    name: str
    room: str | UnsetType = UNSET


class Reader(Struct):
    """Somebody who will not read at once: it is in their quiet hours, or they are away."""

    id: str
    name: str
    away: bool
    likely: Likely | None
    instead: list[Instead]
    back: Day | UnsetType = UNSET
    line: Annotated[str, Meta(description="What they say of being away.")] | UnsetType = UNSET


class Readers(Struct):
    """How it stands with those who read what I write here, as far as I may know.

    `delivered`: up to here devices of all of them have it. `read`: how far each has read. `changes_at`: ask again then.
    """

    room: str
    read: list[ReadUpTo]
    readers: list[Reader]
    delivered: Annotated[int, Meta(ge=0)] | UnsetType = UNSET
    changes_at: Moment | UnsetType = UNSET


_ROOM: Final = Parameter("room", {"type": "string"}, "The thread's id.", place="path")

OPERATIONS: Final = (
    Operation(
        "GET", "/api/v1/rooms/{room}/readers", "Who reads what I write here, and when", Readers, parameters=[_ROOM]
    ),
)
