"""What a notice that must be read may say of itself."""

from datetime import date, timedelta
from typing import Final, Literal, get_args

from accounts.administration.rules import day_of, end_of, today
from realtime.refusal import Refusal

Audience = Literal["all", "staff"]
AUDIENCES: Final[tuple[str, ...]] = get_args(Audience)
LONGEST_DAYS: Final = 366
USUAL_DAYS: Final = 7


def end_of_asking(until: str, now_ms: int, zone: str) -> int:
    """The first millisecond at which nobody is asked any more; Refusal `bad_request` for a day that cannot be."""
    day, now = day_of(until), today(now_ms, zone)
    if not now <= day <= now + timedelta(days=LONGEST_DAYS):
        raise Refusal("bad_request", "Choose a day from today on, and within a year.")
    return end_of(day, zone)


def usual_day(now_ms: int, zone: str) -> date:
    """What the form suggests."""
    return today(now_ms, zone) + timedelta(days=USUAL_DAYS)
