"""When an account stops writing and when it ends. Pure."""

from datetime import date, timedelta
from typing import Final

from accounts.administration.rules import end_of, today
from realtime.refusal import Refusal

SOON_DAYS: Final = 30
LATER_DAYS: Final = 90
LONGEST_EXTENSION_DAYS: Final = 3 * 366
SHORTEST_REASON: Final = 3
LONGEST_REASON: Final = 300


def span(last_school_day: date, leaver_days: int, zone: str) -> tuple[int, int]:
    """From when on somebody who leaves after this day only reads, and from when on the account is closed."""
    return end_of(last_school_day, zone), end_of(last_school_day + timedelta(days=leaver_days), zone)


def check_until(until: date, now_ms: int, zone: str) -> int:
    """The moment after the last day of an extension; Refusal `bad_request` for one that is over, or for ever."""
    days = (until - today(now_ms, zone)).days
    if days < 0:
        raise Refusal("bad_request", "These days are over.")
    if days > LONGEST_EXTENSION_DAYS:
        raise Refusal("bad_request", "An extension lasts three years at most.")
    return end_of(until, zone)


def check_reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON or not reason.isprintable():
        raise Refusal("bad_request", "Please write why. It is kept with the extension.")
    if len(reason) > LONGEST_REASON:
        raise Refusal("bad_request", "Please say why in fewer words: at most 300 characters.")
    return reason
