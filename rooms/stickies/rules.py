"""What the board of stickies knows of colours, places and people. Pure."""

from collections.abc import Collection
from typing import Final, Literal, get_args

from accounts.rights import Kind, Who
from accounts.settings import SchoolSettings
from realtime.refusal import Refusal
from web.requests import whole_number

Colour = Literal["lemon", "peach", "rose", "lilac", "sky", "mint"]

COLOURS: Final[tuple[str, ...]] = get_args(Colour)  # rooms/stickies/client/colours.css
ON_A_PAGE: Final = 60  # notes on a page of the board
EXCERPT: Final = 140  # characters
ONE_AT_A_TIME: Final = "You can write to one person at a time."
TOO_MANY: Final = "These are more people than you may write to at once."
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"


def usual_colour(room_id: str) -> str:
    """The colour of a thread to which nobody has given one: always the same."""
    return COLOURS[_DIGITS.find(room_id[-1:]) % len(COLOURS)]


def largest_group(who: Who, settled: SchoolSettings) -> int:
    """With how many others somebody may begin a thread."""
    of_learners = who.rights.kinds.get(who.role) == "learner"
    return settled.stickies_learner_group if of_learners else settled.stickies_adult_group


def check_group(who: Who, settled: SchoolSettings, others: int) -> None:
    """Refusal `forbidden` for more people than the school lets somebody like this write to at once."""
    most = largest_group(who, settled)
    if others > most:
        raise Refusal("forbidden", ONE_AT_A_TIME if most == 1 else TOO_MANY)


def mark(at_ms: int, room_id: str) -> str:
    """Where a page of the board ends."""
    return f"{at_ms}.{room_id}"


def place_of(text: str) -> tuple[int, str] | None:
    """The same read back; None for what is no mark."""
    at, _, room = text.partition(".")
    at_ms = whole_number(at)
    return (at_ms, room) if at_ms is not None and room else None


# Where somebody stands among those to choose from, in this order.
SECTIONS: Final = ("teachers", "classmates", "trusted", "learners", "colleagues", "governors", "families", "others")


def section(asker: Kind | None, kind: Kind | None, relations: Collection[str]) -> str:
    """Which of them: by what the asker and the other are, and what the other is to the asker."""
    if {"own_teacher", "ward_teacher"} & set(relations):
        return "teachers"
    match kind:
        case "learner":
            return "classmates" if asker == "learner" else "learners"
        case "staff":
            return "trusted" if asker in ("learner", "guardian") else "colleagues"
        case "governor":
            return "governors"
        case "guardian":
            return "families"
        case _:
            return "others"
