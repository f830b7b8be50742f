"""What names, passwords and time zones have to look like. Pure."""

import re
import unicodedata
from collections.abc import Callable
from typing import Final
from zoneinfo import available_timezones

from accounts.rights import ROLES
from realtime.refusal import Refusal

SHORTEST_PASSWORD: Final = 8
LONGEST_PASSWORD: Final = 256  # characters; argon2 would hash a megabyte just as willingly
PHASES: Final = ("primary", "secondary", "all-through", "special")

FREE_TRIES: Final = 5  # wrong passwords before waiting begins
LONGEST_WAIT_S: Final = 900
FORGET_AFTER_S: Final = 3600


def fold_login(name: str) -> str:
    """The same sign-in name however it is typed: case, width and accents' composition do not matter."""
    name = name.replace("\0", "")  # PostgreSQL cannot even be asked about it
    return unicodedata.normalize("NFKC", name).strip().casefold()


def check_slug(slug: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,39}", slug):
        raise Refusal("bad_request", "A school's short name has 2 to 40 small letters, figures and hyphens.")
    return slug


def check_name(name: str) -> str:
    """A name for display: 1 to 80 characters on one line."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80 or not name.isprintable():  # noqa: PLR2004
        raise Refusal("bad_request", "A name has 1 to 80 characters.")
    return name


def check_password(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Refusal("bad_request", f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
    return password


def _one_of(what: str, known: Callable[[], object]) -> Callable[[str], str]:
    def check(value: str) -> str:
        choices = known()
        if value not in choices:  # type: ignore[operator]
            raise Refusal("bad_request", f"'{value}' is no {what} that Corridor knows.")
        return value

    return check


check_role = _one_of("role", lambda: ROLES)
check_phase = _one_of("phase", lambda: PHASES)
check_zone = _one_of("time zone", available_timezones)


def younger_than(year: str | None, first: int) -> bool:
    """Whether a learner of `year` (N, R, 1 to 14, or not known) has not come to year `first` yet."""
    if year in ("N", "R"):
        return first > 0
    return year is not None and year.isdecimal() and int(year) < first


def wait_after(failures: int) -> int:
    """Seconds to wait after so many wrong passwords in a row: none at first, then doubling."""
    return 0 if failures < FREE_TRIES else min(LONGEST_WAIT_S, 2 ** (failures - FREE_TRIES + 1))


def initials(name: str) -> str:
    """`"Amara Okafor"` → `"AO"`."""
    words = [word for word in name.split() if word[0].isalnum()] or ["?"]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()
