"""What applies to whom in one week: of each window, the hours of seven days. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from accounts.calendar.rules import Calendar
from accounts.policy.rules import Rule, Rules
from accounts.policy.timetable import Timetable, came_to
from accounts.policy.windows import OneOff

DAYS: Final = 7
DRAWN: Final = 96  # how wide a day is drawn, in quarters of an hour
_DAY: Final = timedelta(days=1)
_WRITING: Final = frozenset({"start", "write"})


class Hours(Struct, frozen=True):
    """A part of a day in which a window is open, by the school's clock; `ends` None: to the end of the day."""

    starts: time
    ends: time | None
    left: int  # where it is drawn, of DRAWN
    width: int


class Day(Struct, frozen=True):
    """One day of one window. `once`: what holds for once on it."""

    day: date
    hours: tuple[Hours, ...]
    whole: bool
    once: tuple[OneOff, ...]


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def windowed(rules: Rules) -> dict[str, Rule]:
    """The rules in force that open and close, those about stickies first."""
    found = {name: rule for name, rule in rules.items() if rule.on and rule.window not in ("always", "never")}
    return dict(sorted(found.items(), key=lambda item: item[1].place != "thread"))


def unwindowed(rules: Rules) -> dict[str, Rule]:
    """The rules in force by which people write to each other at any time."""
    return {
        name: rule
        for name, rule in rules.items()
        if rule.on and rule.place == "thread" and rule.window == "always" and not _WRITING.isdisjoint(rule.verbs)
    }


def week_of(
    calendar: Calendar, times: Timetable, held: tuple[OneOff, ...], windows: Mapping[str, object], first: date
) -> dict[str, list[Day]]:
    """Seven days of each of these windows, from a first day on."""
    days = [first + nth * _DAY for nth in range(DAYS)]
    return {window: [_day(ZoneInfo(calendar.zone), times, held, window, day) for day in days] for window in windows}


def _day(zone: ZoneInfo, times: Timetable, held: tuple[OneOff, ...], window: str, day: date) -> Day:
    begins, ends = came_to(zone, day, time()), came_to(zone, day + _DAY, time())
    found = tuple(_merged(times.openings(window, begins, ends)))
    from_ms, until_ms = begins.timestamp() * 1000, ends.timestamp() * 1000
    once = tuple(
        each
        for each in held
        if each.window in (None, window) and each.from_ms < min(until_ms, each.over_ms) and each.over_ms > from_ms
    )
    return Day(day, tuple(_hours(zone, begins, ends, *each) for each in found), found == ((begins, ends),), once)


def _merged(openings: Iterator[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """Without the seams where nothing changed but what it was asked about."""
    last: tuple[datetime, datetime] | None = None
    for begins, ends in openings:
        if last is not None and last[1] == begins:
            last = (last[0], ends)
            continue
        if last is not None:
            yield last
        last = (begins, ends)
    if last is not None:
        yield last


def _hours(zone: ZoneInfo, begins: datetime, ends: datetime, opens: datetime, closes: datetime) -> Hours:
    length = (ends - begins) / DRAWN
    left, right = round((opens - begins) / length), round((closes - begins) / length)
    starts, stops = opens.astimezone(zone).time(), closes.astimezone(zone).time()
    return Hours(starts, None if closes == ends else stops, left, max(1, right - left))
