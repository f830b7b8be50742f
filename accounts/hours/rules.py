"""When somebody has quiet, and when they are likely to read. Pure: hours are those of the school's clock."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from typing import Final, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from accounts.calendar.rules import Calendar
from accounts.rights import Kind

Daytime = Literal["morning", "afternoon", "evening"]
Day = Literal["today", "tomorrow", "weekday", "date"]

WEEKDAYS: Final = frozenset(range(7))  # Monday is 0
WEEKEND: Final = frozenset({5, 6})
FAR: Final = 90  # days; what is quiet longer than that is asked about again then
_NOON: Final = time(12)
_EVENING: Final = time(17)
_WEEK: Final = 6  # days after which a weekday alone no longer says which


class Hours(Struct, frozen=True):
    """The quiet hours of a person.

    begins, ends: of each evening, over midnight if need be; the same of both is none. days: quiet all day, Monday is 0.
    closed: quiet too on days on which the school is closed.
    """

    on: bool = True
    begins: str = "18:00"
    ends: str = "07:30"
    days: frozenset[int] = frozenset()
    closed: bool = False


# What holds for whoever has settled nothing.
DEFAULTS: Final[Mapping[Kind, Hours]] = MappingProxyType({
    "staff": Hours(begins="18:00", ends="07:30", days=WEEKEND, closed=True),
    "governor": Hours(begins="21:00", ends="07:30"),
    "learner": Hours(begins="20:00", ends="07:30"),
    "guardian": Hours(begins="21:00", ends="07:30"),
    "visitor": Hours(begins="18:00", ends="07:30", days=WEEKEND),
})  # fmt: skip


class When(Struct, frozen=True):
    """A moment as people speak of it: on which day, and at which time of day. date: of the school's clock."""

    day: Day
    part: Daytime
    date: str


def quiet_until(hours: Hours, calendar: Calendar, at: datetime) -> datetime | None:
    """When the quiet ends in which `at` is; None if there is none at that moment.

    Quiet that has no end within FAR days is said to last as long as that.
    """
    if not hours.on:
        return None
    zone = ZoneInfo(calendar.zone)
    end = moment = at.astimezone(UTC)
    for begins, ends in _spans(hours, calendar, moment.astimezone(zone).date() - timedelta(days=1), zone):
        if begins > end:
            break
        end = max(end, ends)
    return None if end <= moment else end.astimezone(zone)


def changes_at(hours: Hours, calendar: Calendar, at: datetime) -> datetime | None:
    """When quiet begins next, or ends where it is quiet; None where that does not happen within FAR days."""
    ends = quiet_until(hours, calendar, at)
    if ends is not None or not hours.on:
        return ends
    zone, moment = ZoneInfo(calendar.zone), at.astimezone(UTC)
    spans = _spans(hours, calendar, moment.astimezone(zone).date(), zone)
    return next((begins.astimezone(zone) for begins, ends in spans if moment < begins < ends), None)


def likely_read_at(hours: Hours, calendar: Calendar, at: datetime, back: datetime | None = None) -> datetime:
    """When somebody is likely to read what is written at `at`: then, if nothing speaks against it. Never a promise.

    back: the end of an absence, for whoever is away.
    """
    from_then = at if back is None else max(at, back)
    return quiet_until(hours, calendar, from_then) or from_then


def in_words(then: datetime, now: datetime, zone: str) -> When:
    """`then` as it is spoken of at `now`."""
    there, here = (each.astimezone(ZoneInfo(zone)) for each in (then, now))
    return When(_day(there.date(), here.date()), _part(there.time()), there.date().isoformat())


def _day(day: date, today: date) -> Day:
    match (day - today).days:
        case 0:
            return "today"
        case 1:
            return "tomorrow"
        case ahead:
            return "weekday" if ahead <= _WEEK else "date"


def _part(at: time) -> Daytime:
    if at < _NOON:
        return "morning"
    return "afternoon" if at < _EVENING else "evening"


def _spans(hours: Hours, calendar: Calendar, first: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of quiet that begin on this day and later, in the order in which they begin."""
    begins, ends = time.fromisoformat(hours.begins), time.fromisoformat(hours.ends)
    for nth in range(FAR):
        day = first + timedelta(days=nth)
        after = day + timedelta(days=1)
        if day.weekday() in hours.days or (hours.closed and not calendar.is_school_day(day)):
            yield _moment(day, time(), zone), _moment(after, time(), zone)
        if begins != ends:
            yield _moment(day, begins, zone), _moment(day if begins < ends else after, ends, zone)


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """In UTC: only there can moments be told apart and compared through a change of clocks."""
    return datetime.combine(day, at, zone).astimezone(UTC)
