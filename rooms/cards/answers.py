"""What the API says of people's cards."""

from typing import Final

from msgspec import Struct

from web.openapi import Operation, Parameter


class SharedRoom(Struct):
    """A room in which both are."""

    id: str
    kind: str
    name: str


class KnownPerson(Struct):
    """A person as the asker may know them. `relations`: what they are to the asker. `groups`: ids and names.

    `sticky`: where one can write to them in private.
    `full_name`, `year`, `groups` and `acts`, which are names of what can be done and where, are there only for staff.
    """

    id: str
    name: str
    initials: str
    role: str
    relations: list[str]
    rooms: list[SharedRoom]
    full_name: str | None
    year: str | None
    groups: list[list[str]]
    acts: list[list[str]]
    sticky: str | None


_PERSON: Final = Parameter("person", {"type": "string"}, "The person's id.", place="path")
OPERATIONS: Final = (Operation("GET", "/api/v1/people/{person}", "Somebody's card", KnownPerson, parameters=[_PERSON]),)
