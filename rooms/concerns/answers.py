"""What the API says of concerns."""

from typing import Final

from msgspec import Struct

from web.openapi import Operation


class Mine(Struct):
    """What I asked, reported or told. `help`: the room in which it is talked about; `outcome`: in words for me."""

    id: str
    kind: str
    state: str
    outcome: str | None
    help: str | None
    at: str
    changed_at: str


class Concerns(Struct):
    """The newest first. `open`: how many wait for me to look at them; null if I am not in the safeguarding team."""

    concerns: list[Mine]
    open: int | None


class Adult(Struct):
    """Somebody whom I may ask."""

    id: str
    name: str
    role: str
    initials: str
    team: bool


class Help(Struct):
    """Whom I may ask for help, and when somebody reads it: `now`, `today`, `tomorrow` or `later`."""

    adults: list[Adult]
    read: str
    read_at: str | None


OPERATIONS: Final = (
    Operation("GET", "/api/v1/concerns", "How it stands with what I asked, reported and told", Concerns),
    Operation("GET", "/api/v1/help", "Whom I may ask for help, and when somebody reads it", Help),
)
