"""What the API says of notices."""

from typing import Final

from rooms.answers import NoticeState
from web.openapi import Operation, Parameter

_ROOM: Final = Parameter("room", {"type": "string"}, "The room's id.", place="path")
_MESSAGE: Final = Parameter("message", {"type": "string"}, "The message's id.", place="path")
OPERATIONS: Final = (
    Operation(
        "GET", "/api/v1/rooms/{room}/notices/{message}", "How a notice stands that must be read", NoticeState,
        parameters=[_ROOM, _MESSAGE],
    ),
)  # fmt: skip
