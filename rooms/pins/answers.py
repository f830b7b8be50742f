"""What the API says of pins."""

from typing import Final

from msgspec import Struct

from web.openapi import Operation, Parameter


class Pin(Struct):
    """A pinned message. `url`: where it stands, on this server."""

    id: str
    by: str
    name: str
    excerpt: str
    url: str


class Pins(Struct):
    """The pinned messages of a room, the newest pin first."""

    pins: list[Pin]


_ROOM: Final = Parameter("room", {"type": "string"}, "The room's id.", place="path")
OPERATIONS: Final = (
    Operation("GET", "/api/v1/rooms/{room}/pins", "What is pinned in a room", Pins, parameters=[_ROOM]),
)
