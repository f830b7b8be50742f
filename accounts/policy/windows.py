"""When a rule's window is open, by a school's calendar. Pure."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.calendar.rules import Calendar

_MINUTE_S = 60


def opener(calendar: Calendar) -> Callable[[str, datetime], bool]:
    """Whether a window is open at a moment. What was found holds for its minute: a calendar knows nothing shorter."""
    found: dict[str, tuple[int, bool]] = {}

    def is_open(window: str, at: datetime) -> bool:
        minute = int(at.timestamp()) // _MINUTE_S
        kept = found.get(window)
        if kept is None or kept[0] != minute:
            kept = found[window] = (minute, _is_open(calendar, window, at))
        return kept[1]

    return is_open


def _is_open(calendar: Calendar, window: str, at: datetime) -> bool:
    match window:
        case "out_of_school":
            return not calendar.in_school_time(at)
        case "school_days":
            return calendar.is_school_day(at.astimezone(ZoneInfo(calendar.zone)).date())
        case _:
            return window == "always"


def opens_at(calendar: Calendar, window: str, at: datetime) -> datetime | None:
    """The moment at which a closed window opens, in the school's time zone; None if it never does."""
    zone = ZoneInfo(calendar.zone)
    today = at.astimezone(zone).date()
    match window:
        case "out_of_school":
            return datetime.combine(today, time.fromisoformat(calendar.day_ends), zone)
        case "school_days":
            day = calendar.next_school_day(today)
            return None if day is None else _begins(datetime.combine(day, time(), zone))
        case _:
            return None


def _begins(midnight: datetime) -> datetime:
    """Midnight, or the first moment of a day whose midnight the change of clocks leaves out."""
    there = midnight.astimezone(UTC).astimezone(midnight.tzinfo)
    return there if there.date() == midnight.date() else there + timedelta(hours=1)
