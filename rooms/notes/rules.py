"""Who sees a note unless somebody chooses otherwise. Pure."""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

As = Literal["author", "form_tutor", "head_of_house", "teacher", "named"]

MOST_NAMED: Final = 50
MOST_SHOWN: Final = 100

# By the kind of group that the learner is in: which parts of its people see a note by default, and as what.
NARROW: Final[Mapping[str, tuple[frozenset[str], As]]] = {
    "class": (frozenset({"teacher", "head"}), "form_tutor"),
    "tutor": (frozenset({"teacher", "head"}), "form_tutor"),
    "house": (frozenset({"head"}), "head_of_house"),
}


def narrow(author: str, around: Iterable[tuple[str, str, str]]) -> dict[str, As]:
    """Person → as what, the author first. around: (person, kind of group, part) of those around the learner."""
    found: dict[str, As] = {author: "author"}
    for person, kind, part in around:
        parts, as_what = NARROW.get(kind, (frozenset(), "named"))
        if part in parts:
            found.setdefault(person, as_what)
    return found
