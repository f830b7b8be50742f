"""When the windows of one school open and close, exact to the moment, by its calendar and its clock. Pure.

A span happens once on each of its days: it begins when the clock first comes to its start, or jumps over it, and ends
when the clock first comes to its end. So nothing opens a second time in the hour that autumn repeats.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from accounts.calendar.rules import Calendar
from accounts.policy.windows import BUILT_IN, OneOff, Span, Window

AHEAD: Final = 400  # days; further ahead nobody knows what a calendar will say
_BEFORE: Final = 2  # days: a span of the day before, and an hour that the clock shows twice
_DAY: Final = timedelta(days=1)
_MS: Final = timedelta(milliseconds=1)
_EPOCH: Final = datetime.fromtimestamp(0, UTC)
_ALWAYS: Final = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))

Interval = tuple[datetime, datetime]  # UTC; the second moment is not within


class Stretch(Struct, frozen=True):
    """A time in which a window stays as it is. changes: at its end, rather than not being known further."""

    since: datetime
    until: datetime
    is_open: bool
    changes: bool


class Timetable:
    """Answers about the windows of a school; what is found holds until the window changes."""

    def __init__(
        self, calendar: Calendar, windows: Mapping[str, Window] | None = None, one_offs: Sequence[OneOff] = ()
    ) -> None:
        self._calendar = calendar
        self._zone = ZoneInfo(calendar.zone)
        self._windows = {**(windows or {}), **BUILT_IN}
        self._one_offs = sorted(one_offs, key=lambda each: (each.made_ms, each.id), reverse=True)
        self._school_days: dict[date, bool] = {}
        # Two of each: shortly before a change people are judged for now and for then.
        self._kept: dict[str, tuple[Stretch, ...]] = {}

    def is_open(self, window: str, at: datetime) -> bool:
        return self._stretch(window, at).is_open

    def opens_at(self, window: str, at: datetime) -> datetime | None:
        """When a closed window opens, by the school's clock; `at` if it is open, None if it is not known to open."""
        found = self._stretch(window, at)
        if found.is_open:
            return at
        return found.until.astimezone(self._zone) if found.changes else None

    def changes_at(self, window: str, at: datetime) -> datetime | None:
        """When a window opens or closes next, in UTC; None if it is not known to."""
        found = self._stretch(window, at)
        return found.until if found.changes else None

    def openings(self, window: str, begins: datetime, ends: datetime) -> Iterator[Interval]:
        """The parts of this time in which the window is open, in UTC, whole ones in order."""
        at, ends = begins.astimezone(UTC), ends.astimezone(UTC)
        while at < ends:
            found = self._stretch(window, at)
            until = min(found.until, ends)
            if found.is_open:
                yield at, until
            at = until

    def one_off_at(self, window: str, at: datetime) -> OneOff | None:
        """What holds for once at this moment."""
        ms = (at - _EPOCH) // _MS
        return next((each for each in self._one_offs if each.holds(window, ms)), None)

    def _stretch(self, window: str, at: datetime) -> Stretch:
        both = self._kept.get(window, ())
        for kept in both:
            if kept.since <= at < kept.until:
                return kept
        found = self._found(window, at.astimezone(UTC))
        self._kept[window] = (found, *both[:1])
        return found

    def _found(self, window: str, at: datetime) -> Stretch:
        known = self._windows.get(window)
        if known is None:  # always, never; and a window that was removed is as never
            return Stretch(*_ALWAYS, window == "always", changes=False)
        first = at.astimezone(self._zone).date() - _BEFORE * _DAY
        # From the second day on all cuts are known: those of the first may be of a span that began the day before.
        is_open, since = self._judged(known, at), came_to(self._zone, first + _DAY, time())
        for cut in self._cuts(known, first):
            if cut <= at:
                since = max(since, cut)
            elif self._judged(known, cut) != is_open:
                return Stretch(since, cut, is_open, changes=True)
        return Stretch(since, at + AHEAD * _DAY / 2, is_open, changes=False)

    def _judged(self, window: Window, at: datetime) -> bool:
        for_once = self.one_off_at(window.id, at)
        if for_once is not None:
            return for_once.opens
        today = at.astimezone(self._zone).date()
        days = (today + nth * _DAY for nth in range(-_BEFORE, 2))
        return window.shut != any(begins <= at < ends for day in days for begins, ends in self._of_day(window, day))

    def _cuts(self, window: Window, first: date) -> Iterator[datetime]:
        """Moments in order at which the window may change, by the spans that begin from this day on."""
        ahead = {
            _EPOCH + ms * _MS
            for each in self._one_offs
            if each.window in (None, window.id)
            for ms in (each.from_ms, each.over_ms)
        }
        for nth in range(AHEAD):
            day = first + nth * _DAY
            ahead.update(moment for interval in self._of_day(window, day) for moment in interval)
            midnight = came_to(self._zone, day + _DAY, time())
            ready = sorted(moment for moment in ahead if moment < midnight)
            ahead.difference_update(ready)
            yield from ready
        yield from sorted(ahead)

    def _of_day(self, window: Window, day: date) -> Iterator[Interval]:
        """The spans that begin on this day of the school's clock."""
        for span in window.spans:
            if self._is_on(span, day):
                starts, ends = self._time(span.starts), self._time(span.ends)
                if window.shut and ends <= starts and span.starts == "day_starts":
                    continue  # a school day that ends before it starts is none
                last = day if starts < ends else day + _DAY
                yield came_to(self._zone, day, starts), came_to(self._zone, last, ends)

    def _is_on(self, span: Span, day: date) -> bool:
        if span.weekdays and day.weekday() not in span.weekdays:
            return False
        return span.on == "every_day" or (span.on == "school_days") is self._is_school_day(day)

    def _is_school_day(self, day: date) -> bool:
        found = self._school_days.get(day)
        if found is None:
            found = self._school_days[day] = self._calendar.is_school_day(day)
        return found

    def _time(self, said: str) -> time:
        calendar = self._calendar
        named = {"day_starts": calendar.day_starts, "day_ends": calendar.day_ends}
        return time.fromisoformat(named.get(said, said))


@lru_cache(maxsize=4096)
def came_to(zone: ZoneInfo, day: date, at: time) -> datetime:
    """The first moment, in UTC, at which the clocks of a zone show this time or have jumped over it."""
    shown = datetime.combine(day, at, zone)
    moment = shown.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == shown.replace(tzinfo=None):
        return moment
    before = shown.replace(fold=1).astimezone(UTC)  # the jump lies between the two ways to read the time
    offset = before.astimezone(zone).utcoffset()
    while moment - before > timedelta(seconds=1):
        middle = before + (moment - before) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            moment = middle
    return moment.replace(microsecond=0)
