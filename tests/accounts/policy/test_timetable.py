"""The compiled timetable against a clock that is watched quarter by quarter, and moments within a minute."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.calendar.rules import Calendar, Days
from accounts.policy.timetable import Timetable
from accounts.policy.windows import BUILT_IN, OneOff, Span, Window

DAY: Final = timedelta(days=1)
QUARTER: Final = timedelta(minutes=15)
WATCHED: Final = 4 * 96  # quarters
# Zones, and days on which their clocks change: forward and back, at night, at midnight, by half an hour.
TURNS: Final = {
    "Europe/London": ("2026-10-25", "2027-03-28"),
    "America/Havana": ("2026-03-08", "2026-11-01"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),
    "America/St_Johns": ("2010-11-07", "2011-03-13"),
    "Asia/Beirut": ("2026-03-29", "2026-10-24"),
    "Asia/Karachi": ("2026-11-23", "2026-12-25"),
}


def days(kind: str, first: date, last: date) -> Days:
    return Days(f"{kind}{first}", kind, kind, first, last)


quarters = st.integers(0, 95).map(lambda nth: f"{nth // 4:02}:{nth % 4 * 15:02}")
times = st.one_of(quarters, st.sampled_from(["day_starts", "day_ends", "00:00", "01:30"]))
spans = st.builds(
    Span,
    on=st.sampled_from(["school_days", "other_days", "every_day"]),
    starts=times,
    ends=times,
    weekdays=st.sets(st.integers(0, 6), max_size=4).map(lambda found: tuple(sorted(found))),
)


@st.composite
def schools(draw: st.DrawFn) -> tuple[Calendar, datetime, Window, list[OneOff]]:
    """A calendar with breaks, a moment close to where it is hard, a window, and what holds for once."""
    zone = draw(st.sampled_from(sorted(TURNS)))
    turn = date.fromisoformat(draw(st.sampled_from(TURNS[zone])))
    off = turn + timedelta(days=draw(st.integers(-3, 3)))
    entries = (
        days("term", turn - timedelta(days=60), turn + timedelta(days=60)),
        days(
            draw(st.sampled_from(["half_term", "inset", "holiday"])), off, off + timedelta(days=draw(st.integers(0, 2)))
        ),
    )
    calendar = Calendar(zone, entries, "08:45", draw(st.sampled_from(["15:30", "12:00"])), "", "")
    begins = datetime.combine(turn, time(), UTC) + QUARTER * draw(st.integers(-96 * 2, 96))
    own = Window("w1", "Ours", tuple(draw(st.lists(spans, max_size=3))))
    return (
        calendar,
        begins,
        draw(st.sampled_from([own, own, *BUILT_IN.values()])),
        draw(st.lists(one_offs(begins), max_size=3)),
    )


def one_offs(begins: datetime) -> st.SearchStrategy[OneOff]:
    first = st.integers(-96, WATCHED)
    return st.builds(
        lambda window, opens, start, length, made, ended: OneOff(
            f"e{made}", window, opens, _ms(begins + QUARTER * start), _ms(begins + QUARTER * (start + length)),
            made_ms=made, ended_ms=None if ended is None else _ms(begins + QUARTER * (start + ended)),
        ),
        st.sampled_from([None, "w1", "school_days"]), st.booleans(), first, st.integers(1, 100), st.integers(0, 99),
        st.none() | st.integers(0, 100),
    )  # fmt: skip


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def naive(
    calendar: Calendar, window: Window, once: list[OneOff], begins: datetime, quarters: int
) -> Iterator[tuple[datetime, bool]]:
    """Whether the window is open, quarter by quarter: by the latest time that the clock on the wall has ever shown."""
    zone, shown = ZoneInfo(calendar.zone), datetime.min  # noqa: DTZ901 - what a clock on the wall shows
    for nth in range(-2 * 96, quarters):
        at = begins + nth * QUARTER
        shown = max(shown, at.astimezone(zone).replace(tzinfo=None))
        if nth >= 0:
            yield at, _naive(calendar, window, once, at, shown)


def _naive(calendar: Calendar, window: Window, once: list[OneOff], at: datetime, shown: datetime) -> bool:
    holding = [each for each in once if each.window in (None, window.id) and each.from_ms <= _ms(at) < each.over_ms]
    if holding:
        return max(holding, key=lambda each: (each.made_ms, each.id)).opens
    named = {"day_starts": calendar.day_starts, "day_ends": calendar.day_ends}
    inside = False
    for span in window.spans:
        starts, ends = named.get(span.starts, span.starts), named.get(span.ends, span.ends)
        clock, today = f"{shown:%H:%M}", shown.date()
        if starts < ends:
            inside |= _on(calendar, span, today) and starts <= clock < ends
        else:
            inside |= _on(calendar, span, today) and starts <= clock
            inside |= _on(calendar, span, today - timedelta(days=1)) and clock < ends
    return inside != window.shut


def _on(calendar: Calendar, span: Span, day: date) -> bool:
    school = calendar.is_school_day(day)
    kind = {"every_day": True, "school_days": school, "other_days": not school}[span.on]
    return kind and (not span.weekdays or day.weekday() in span.weekdays)


@settings(max_examples=150, deadline=None)
@given(schools())
def test_it_agrees_with_a_clock_that_is_watched(given_: tuple[Calendar, datetime, Window, list[OneOff]]) -> None:
    calendar, begins, window, once = given_
    times_ = Timetable(calendar, {"w1": window}, once)
    watched = list(naive(calendar, window, once, begins, WATCHED))
    changes = [at for (_, before), (at, after) in pairwise(watched) if before != after]
    for at, is_open in watched:
        assert times_.is_open(window.id, at) is is_open, at
        change = times_.changes_at(window.id, at)
        following = next((each for each in changes if each > at), None)
        assert change == following or (following is None and (change is None or change > watched[-1][0])), at
        if not is_open:
            opens = times_.opens_at(window.id, at)
            assert (opens and opens.astimezone(UTC)) == change
    found = [(max(start, begins), end) for start, end in times_.openings(window.id, begins, begins + WATCHED * QUARTER)]
    assert all(any(start <= at < end for start, end in found) is is_open for at, is_open in watched)


@settings(max_examples=100, deadline=None)
@given(schools(), st.lists(st.integers(0, WATCHED), min_size=2, max_size=12))
def test_in_whatever_order_it_is_asked_it_answers_the_same(
    given_: tuple[Calendar, datetime, Window, list[OneOff]], order: list[int]
) -> None:
    calendar, begins, window, once = given_
    kept = Timetable(calendar, {"w1": window}, once)
    for nth in order:
        at = begins + nth * QUARTER
        assert kept.is_open(window.id, at) is Timetable(calendar, {"w1": window}, once).is_open(window.id, at)


def test_what_is_known_of_a_closed_day_says_nothing_of_the_days_before() -> None:
    break_ = days("half_term", date(2026, 11, 24), date(2026, 11, 26))
    calendar = Calendar("Asia/Karachi", (break_,), country="", subdivision="")
    begins = datetime(2026, 11, 23, tzinfo=UTC)
    once = OneOff("e1", None, False, _ms(begins), _ms(begins + QUARTER))
    times_ = Timetable(calendar, {}, [once])
    assert not times_.is_open("school_days", datetime(2026, 11, 26, 12, tzinfo=UTC))
    assert times_.is_open("school_days", begins + QUARTER)


LONDON: Final = ZoneInfo("Europe/London")
EVENINGS: Final = Window(
    "w1", "Evenings", (Span("school_days", "day_ends", "20:00"), Span("other_days", "09:00", "20:00"))
)
TERM: Final = Calendar("Europe/London", (days("term", date(2026, 9, 2), date(2026, 12, 18)),))


def test_what_holds_for_once_begins_and_ends_within_a_minute() -> None:
    begins = datetime(2026, 11, 23, 10, 0, 17, 250_000, tzinfo=LONDON)
    ends = datetime(2026, 11, 23, 10, 30, 41, 3_000, tzinfo=LONDON)
    snow = OneOff("e1", None, True, _ms(begins), _ms(ends))
    times_ = Timetable(TERM, {"w1": EVENINGS}, [snow])
    a_moment = timedelta(milliseconds=1)
    for window in ("w1", "out_of_school"):
        assert not times_.is_open(window, begins - a_moment)
        assert times_.opens_at(window, begins - a_moment) == begins
        assert times_.is_open(window, begins)
        assert times_.changes_at(window, begins) == ends
        assert times_.is_open(window, ends - a_moment)
        assert not times_.is_open(window, ends)


def test_what_is_never_open_stays_so_and_what_is_always_open_too() -> None:
    begins = datetime(2026, 11, 23, tzinfo=UTC)
    for opens in (True, False):
        once = OneOff("e1", None, opens, _ms(begins), _ms(begins) + 3_600_000)
        times_ = Timetable(TERM, {"w1": EVENINGS}, [once])
        for window in ("always", "never", "removed"):
            assert times_.is_open(window, begins) is (window == "always")
            assert times_.changes_at(window, begins) is None


def test_the_last_word_counts_where_two_of_them_meet() -> None:
    begins = datetime(2026, 11, 23, 10, tzinfo=UTC)
    closed = OneOff("e1", None, False, _ms(begins), _ms(begins + timedelta(days=5)), made_ms=1)
    opened = OneOff("e2", "w1", True, _ms(begins), _ms(begins + timedelta(hours=1)), made_ms=2)
    for order in ([closed, opened], [opened, closed]):
        times_ = Timetable(TERM, {"w1": EVENINGS}, order)
        assert times_.is_open("w1", begins)
        assert not times_.is_open("w1", begins + timedelta(hours=1))
        assert times_.opens_at("w1", begins + timedelta(hours=2)) == datetime(2026, 11, 28, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "open_hours"),
    [("2026-10-24", 3), ("2026-10-25", 3), ("2027-03-28", 1)],  # autumn repeats the hour, spring leaves one out
)
def test_a_night_of_changing_clocks_has_one_opening(day: str, open_hours: int) -> None:
    night = Window("w1", "Night", (Span("every_day", "00:00", "02:00"),))
    begins = datetime.combine(date.fromisoformat(day), time(), LONDON)
    found = list(Timetable(TERM, {"w1": night}).openings("w1", begins, begins + timedelta(hours=20)))
    assert len(found) == 1
    expected = open_hours if day != "2026-10-24" else 2
    assert found[0][1] - found[0][0] == timedelta(hours=expected)


def test_two_schools_in_two_zones_open_by_their_own_clocks() -> None:
    there = Calendar("Asia/Karachi", country="", subdivision="")
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    here = Timetable(TERM, {"w1": EVENINGS}).opens_at("w1", at)
    abroad = Timetable(there, {"w1": EVENINGS}).opens_at("w1", at)
    assert (str(here), str(abroad)) == ("2026-11-23 15:30:00+00:00", "2026-11-23 15:30:00+05:00")


def test_no_change_is_promised_where_none_can_be() -> None:
    unmeetable = Window("w1", "Sundays in school", (Span("school_days", "10:00", "11:00", (6,)),))
    times_ = Timetable(TERM, {"w1": unmeetable})
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert not times_.is_open("w1", at)
    assert times_.opens_at("w1", at) is None
    assert times_.changes_at("w1", at + timedelta(days=300)) is None
