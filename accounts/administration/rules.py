"""Who may give which role, what state an account is in, and days on a school's clock. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, Protocol
from zoneinfo import ZoneInfo

from accounts.rights import LEADERS
from realtime.refusal import Refusal

ADMINISTERING: Final = LEADERS | {"dsl"}  # whoever holds one of these can look or change what others may do
DAY_MS: Final = 24 * 3600 * 1000
LONGEST_COVER_DAYS: Final = 190  # a school year's days at most
YEARS: Final = ("N", "R", *(str(year) for year in range(1, 14)))
GROUP_KINDS: Final = ("class", "teaching", "tutor", "house", "year", "club", "department")
HAND_MADE_KINDS: Final = ("club", "department", "teaching", "house")  # the roster brings the others
PARTS: Final = ("learner", "teacher", "assistant", "head")
COVERED_KINDS: Final = frozenset({"class", "teaching", "tutor"})

State = Literal["active", "starting", "left", "off", "disabled", "erased"]
STATES: Final[tuple[State, ...]] = ("active", "starting", "left", "off", "disabled")


class Account(Protocol):
    """The columns of `person` that say what state it is in."""

    @property
    def disabled_ms(self) -> int | None: ...

    @property
    def starts_ms(self) -> int | None: ...

    @property
    def left_ms(self) -> int | None: ...

    @property
    def off_ms(self) -> int | None: ...

    @property
    def erased_ms(self) -> int | None: ...


def state_of(account: Account, now_ms: int) -> State:
    """What an account is at this moment; what weighs most comes first."""
    if account.erased_ms is not None:
        return "erased"
    if account.disabled_ms is not None:
        return "disabled"
    if account.off_ms is not None and account.off_ms <= now_ms:
        return "off"
    if account.left_ms is not None and account.left_ms <= now_ms:
        return "left"
    return "starting" if account.starts_ms is not None and account.starts_ms > now_ms else "active"


def may_give(giver: str, role: str) -> bool:
    """Whether somebody of the one built-in role may give the other: nobody gives more than they have."""
    return giver in LEADERS or role not in ADMINISTERING


def check_giving(giver: str, role: str) -> None:
    if not may_give(giver, role):
        raise Refusal("forbidden", "You cannot give this role, because it may do more than yours.")


def check_touching(giver: str, role: str) -> None:
    """Whoever may not give a role does not change the accounts of those who hold it either."""
    if not may_give(giver, role):
        raise Refusal("forbidden", "This person's role may do more than yours. Ask the head teacher.")


def day_of(text: str) -> date:
    """A day from a form, `2026-11-23`."""
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        raise Refusal("bad_request", "Please choose a day.") from None
    if not 2000 <= found.year <= 2100:  # noqa: PLR2004 - beyond these it is a slip of the hand
        raise Refusal("bad_request", "Please choose a day.")
    return found


def start_of(day: date, zone: str) -> int:
    """The milliseconds at which a day begins on the school's clock."""
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp() * 1000)


def end_of(day: date, zone: str) -> int:
    """The first millisecond after a day on the school's clock."""
    return start_of(day + timedelta(days=1), zone)


def today(now_ms: int, zone: str) -> date:
    return datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(zone)).date()


def last_day(until_ms: int, zone: str) -> date:
    """The last day of a stretch that ends just before `until_ms`."""
    return today(until_ms - 1, zone)


def cover_span(first: date, last: date, now_ms: int, zone: str) -> tuple[int, int]:
    """From when until when a cover teacher has the class; Refusal `bad_request` says what cannot be."""
    if last < first:
        raise Refusal("bad_request", "The last day is before the first.")
    if last < today(now_ms, zone):
        raise Refusal("bad_request", "These days are over.")
    if (last - first).days >= LONGEST_COVER_DAYS:
        raise Refusal("bad_request", "Cover is for days or weeks. For longer, make this person the class's teacher.")
    return start_of(first, zone), end_of(last, zone)


def check_year(year: str) -> str | None:
    if year and year not in YEARS:
        raise Refusal("bad_request", "There is no such year.")
    return year or None


def check_part(part: str) -> str:
    if part not in PARTS:
        raise Refusal("bad_request", "This could not be understood.")
    return part
