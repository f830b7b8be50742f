"""What a room's settings may say. Pure."""

import re
from collections.abc import Collection, Sequence
from typing import Final

from realtime.refusal import Refusal
from rooms.kinds import ACCENTS, ICONS

LONGEST_WELCOME: Final = 1000  # characters
MOST_SUBGROUPS: Final = 30
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f]")
_YEAR: Final = re.compile(r"\d+")


def face(name: str | None, known: Sequence[str]) -> str | None:
    """One of these icons or accents; none for an empty one: as the room's kind has it."""
    if name and name not in known:
        raise Refusal("bad_request", "This colour or sign is not one that Corridor has.")
    return name or None


def icon(name: str | None) -> str | None:
    return face(name, ICONS)


def accent(name: str | None) -> str | None:
    return face(name, ACCENTS)


def welcome(text: str) -> str | None:
    """What newcomers read first; none for an empty one: as the room's kind has it."""
    text = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(text) > LONGEST_WELCOME:
        raise Refusal("too_large", "This is too long. A welcome has at most 1000 characters.")
    return text or None


def next_year_of(name: str) -> str:
    """What a group is called a year on: `4A` → `5A`, `7X/Ma1` → `8X/Ma1`; the same where there is no year in it."""
    return _YEAR.sub(lambda found: str(int(found[0]) + 1), name, count=1)


def successor(name: str, others: Collection[str]) -> str | None:
    """Of these groups' names the one that comes after `name` next September, if there is one."""
    wanted = next_year_of(name)
    return wanted if wanted != name and wanted in others else None
