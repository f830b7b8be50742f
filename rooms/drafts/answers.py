"""What the API says of drafts and of messages that wait."""

from typing import Final

from msgspec import Struct

from web.openapi import Operation, Parameter


class Kept(Struct):
    """A draft. `version`: what the next change of it is written on top of."""

    text: str
    reply_to: str
    version: int


class Draft(Struct):
    """My draft in a room or a thread; null if there is none."""

    draft: Kept | None


class Waiting(Struct):
    """A message that waits. `at`: on the school's clock; `refused`: it could not be sent when its time came.

    `when_open`: it goes when it opens, which is at that time as things stand.
    """

    id: str
    room: str
    text: str
    at: str
    at_label: str
    refused: bool
    when_open: bool


class Scheduled(Struct):
    """What I have waiting to be sent, what is due first before the rest."""

    scheduled: list[Waiting]


_ROOM: Final = Parameter("room", {"type": "string"}, "The room's id.", place="path")
_ABOUT: Final = Parameter("about", {"type": "string"}, "The id of the message whose thread it is for.")
OPERATIONS: Final = (
    Operation("GET", "/api/v1/rooms/{room}/draft", "My draft in a room", Draft, parameters=[_ROOM, _ABOUT]),
    Operation("GET", "/api/v1/scheduled", "What I have waiting to be sent", Scheduled),
)
