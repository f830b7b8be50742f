"""What the API says of whether one may write."""

from typing import Final

from rooms.answers import Moment
from rooms.openings import Standing
from web.openapi import Operation, Parameter


class Window(Standing, frozen=True, kw_only=True):
    """Whether I may write in a room. `now`: by the server's clock, the only one that counts.

    `opens_at`: when a window that is closed now opens. `changes_at`: when to expect another answer.
    """

    now: Moment


_ROOM: Final = Parameter("room", {"type": "string"}, "The room's id.", place="path")
OPERATIONS: Final = (
    Operation("GET", "/api/v1/rooms/{room}/window", "Whether I may write in a room", Window, parameters=[_ROOM]),
)
