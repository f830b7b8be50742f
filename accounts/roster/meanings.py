"""What the words and dates in a roster mean. Pure."""

import re
from datetime import date
from typing import Final

from accounts.rights import ROLES
from accounts.roster.sheets import fold

_ROLE_WORDS: Final = {
    "student": "learner", "pupil": "learner", "child": "learner",
    "headteacher": "head", "principal": "head", "deputyhead": "deputy", "assistanthead": "deputy",
    "ictcoordinator": "ict_coordinator", "systemadministrator": "ict_coordinator",
    "teachingassistant": "ta", "aide": "ta", "assistant": "ta", "proctor": "ta", "counselor": "ta",
    "supply": "cover_teacher", "coverteacher": "cover_teacher", "cover": "cover_teacher",
    "administrator": "office", "siteadministrator": "office", "admin": "office", "secretary": "office",
    "safeguardinglead": "dsl", "headofyear": "head_of_year",
    "parent": "guardian", "carer": "guardian", "staff": "teacher", "tutor": "teacher",
}  # fmt: skip
_PART_WORDS: Final = {
    "student": "learner", "pupil": "learner", "learner": "learner",
    "teacher": "teacher", "tutor": "teacher", "administrator": "teacher", "member": "learner",
    "aide": "assistant", "ta": "assistant", "assistant": "assistant", "proctor": "assistant",
    "teachingassistant": "assistant", "head": "head", "leader": "head", "headofhouse": "head",
}  # fmt: skip
_EARLY: Final = {
    "reception": "R", "yearr": "R", "yr": "R", "r": "R", "kg": "R", "k": "R",
    "nursery": "N", "n": "N", "pk": "N", "prek": "N", "n1": "N", "n2": "N", "it": "N", "pr": "N", "tk": "N",
}  # fmt: skip
_YEAR: Final = re.compile(r"(?:year|yr|y|grade|g)?0*(\d{1,2})")
_HIGHEST_YEAR: Final = 14
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_KIND_WORDS: Final = {
    "class": "class", "homeroom": "class", "registration": "class",
    "tutor": "tutor", "tutorgroup": "tutor", "form": "tutor",
    "teaching": "teaching", "teachinggroup": "teaching", "set": "teaching", "scheduled": "teaching",
    "house": "house", "year": "year", "yeargroup": "year", "club": "club", "department": "department",
}  # fmt: skip
_TERM_WORDS: Final = {
    "term": "term", "semester": "term", "gradingperiod": "term",
    "halfterm": "half_term", "halftermholiday": "half_term", "break": "half_term",
    "inset": "inset", "insetday": "inset", "trainingday": "inset",
    "holiday": "holiday", "closure": "holiday", "closed": "holiday",
}  # fmt: skip


def role_of(word: str) -> str | None:
    """Corridor's role, or None."""
    folded = fold(word)
    known = {role.replace("_", ""): role for role in ROLES}
    return known.get(folded) or _ROLE_WORDS.get(folded)


def part_of(word: str) -> str | None:
    return _PART_WORDS.get(fold(word))


def part_by_role(role: str) -> str:
    """What somebody of this role is in a group, where nothing else is said."""
    return {"learner": "learner", "ta": "assistant"}.get(role, "teacher")


def kind_of(word: str) -> str | None:
    return _KIND_WORDS.get(fold(word))


def term_kind_of(word: str) -> str | None:
    return _TERM_WORDS.get(fold(word))


def year_of(word: str) -> str | None:
    """`"Year 5"`, `Y5` and `05` are `5`; `Reception` is `R`; none of these: None. Nothing is nothing."""
    folded = fold(word)
    if not folded:
        return ""
    if folded in _EARLY:
        return _EARLY[folded]
    found = _YEAR.fullmatch(folded)
    if found is None or int(found[1]) > _HIGHEST_YEAR:
        return None
    return str(int(found[1])) if int(found[1]) else "R"


def day_of(word: str) -> str | None:
    """An ISO date from `2026-09-01`, `2026-09-01T00:00:00Z` or, day first, `1/9/2026`; None if it is no day."""
    word = word.strip()
    if not word:
        return ""
    try:
        if found := _DAY_FIRST.match(word):
            return date(int(found[3]), int(found[2]), int(found[1])).isoformat()
        return date.fromisoformat(word[:10]).isoformat()
    except ValueError:
        return None


def listed(cell: str) -> list[str]:
    """Several values in one cell, parted by | ; or a comma."""
    return [each for part in re.split(r"[|;,]", cell) if (each := part.strip())]
