"""What the API says of search."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from web.openapi import Operation, Parameter


class Stretch(Struct):
    """A piece of an excerpt; `marked` where it says what was looked for."""

    text: str
    marked: bool


class FoundText(Struct):
    """A text that says what was looked for, as it reads now. `url`: where it stands, on this server."""

    kind: str
    room: str
    room_name: str
    seq: int
    by: str
    by_name: str
    at: Annotated[str, Meta(description="RFC 3339 with offset.")]
    excerpt: list[Stretch]
    url: str


class SearchResults(Struct):
    """At most 20 results. `before` is what the next page is asked for with; null if there is none."""

    results: list[FoundText]
    before: str | None


_DAY: Final = {"type": "string", "anyOf": [{"format": "date"}, {"maxLength": 0}]}  # a form sends its empty fields too
_PARAMETERS: Final = (
    Parameter(
        "q", {"type": "string", "maxLength": 200}, "Words, “phrases” in quotation marks, beginnings with a star."
    ),
    Parameter("room", {"type": "string"}, "Only this room."),
    Parameter("by", {"type": "string", "maxLength": 80}, "Only what this person wrote: an id, or a name."),
    Parameter("from", _DAY, "From this day on, on the school's clock."),
    Parameter("until", _DAY, "Up to and including this day."),
    Parameter("kind", {"type": "string", "enum": ["message", ""]}, "Only texts of this kind."),
    Parameter("order", {"type": "string", "enum": ["newest", "best", ""]}, "What comes first: the newest."),
    Parameter("before", {"type": "string", "pattern": r"^([0-9]{1,20}\.[0-9]{1,20})?$"}, "The next page, as told."),
)

OPERATIONS: Final = (Operation("GET", "/api/v1/search", "Search in my rooms", SearchResults, parameters=_PARAMETERS),)
