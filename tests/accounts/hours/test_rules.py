"""Quiet hours by the school's clock: over weekends, holidays and changes of the clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.calendar.rules import Calendar, Days
from accounts.hours.rules import DEFAULTS, FAR, WEEKDAYS, Hours, changes_at, in_words, likely_read_at, quiet_until

LONDON = ZoneInfo("Europe/London")
CALENDAR = Calendar("Europe/London")
STAFF, LEARNER = DEFAULTS["staff"], DEFAULTS["learner"]

clock_times = st.times().map(lambda at: at.strftime("%H:%M"))
hours = st.builds(
    Hours, on=st.booleans(), begins=clock_times, ends=clock_times, days=st.frozensets(st.sampled_from(range(7))),
    closed=st.booleans(),
)  # fmt: skip
zones = st.sampled_from(["Europe/London", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Cairo"])
moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        ("2026-11-24T12:00", None),  # a Tuesday
        ("2026-11-24T17:59", None),
        ("2026-11-24T18:00", "2026-11-25T07:30"),
        ("2026-11-25T07:29", "2026-11-25T07:30"),
        ("2026-11-25T07:30", None),
        ("2026-11-27T18:40", "2026-11-30T07:30"),  # Friday evening: until Monday
        ("2026-11-29T11:00", "2026-11-30T07:30"),
        ("2026-12-24T19:00", "2026-12-29T07:30"),  # Christmas and Boxing Day, a weekend, a bank holiday
    ],
)
def test_staff_have_evenings_weekends_and_holidays(at: str, ends: str | None) -> None:
    assert quiet_until(STAFF, CALENDAR, here(at)) == (None if ends is None else here(ends))


def test_learners_have_their_evenings_on_every_day() -> None:
    assert quiet_until(LEARNER, CALENDAR, here("2026-11-28T11:00")) is None
    assert quiet_until(LEARNER, CALENDAR, here("2026-11-28T20:00")) == here("2026-11-29T07:30")


def test_the_night_of_the_change_of_clocks_ends_by_the_clock_on_the_wall() -> None:
    for evening, morning, long in (
        ("2026-03-28T20:00", "2026-03-29T07:30", timedelta(hours=10, minutes=30)),
        ("2026-10-24T20:00", "2026-10-25T07:30", timedelta(hours=12, minutes=30)),
    ):
        ends = quiet_until(LEARNER, CALENDAR, here(evening))
        assert ends == here(morning)
        assert ends.astimezone(UTC) - here(evening).astimezone(UTC) == long


def test_quiet_without_an_end_is_asked_about_again() -> None:
    always = Hours(days=WEEKDAYS)
    ends = quiet_until(always, CALENDAR, here("2026-11-24T12:00"))
    assert ends is not None
    assert timedelta(days=FAR - 3) < ends - here("2026-11-24T12:00") <= timedelta(days=FAR)


def test_hours_that_are_off_are_none() -> None:
    assert quiet_until(Hours(on=False), CALENDAR, here("2026-11-24T23:00")) is None
    assert quiet_until(Hours(begins="09:00", ends="09:00"), CALENDAR, here("2026-11-24T09:00")) is None


def test_somebody_who_is_away_reads_after_they_are_back_and_have_no_quiet() -> None:
    at, back = here("2026-11-24T12:00"), here("2026-11-30T00:00")
    assert likely_read_at(STAFF, CALENDAR, at) == at
    assert likely_read_at(STAFF, CALENDAR, at, back) == here("2026-11-30T07:30")
    assert likely_read_at(STAFF, CALENDAR, at, here("2026-11-20T00:00")) == at


@pytest.mark.parametrize(
    ("then", "day", "part"),
    [
        ("2026-11-24T23:30", "today", "evening"),
        ("2026-11-25T07:30", "tomorrow", "morning"),
        ("2026-11-30T07:30", "weekday", "morning"),
        ("2026-12-01T13:00", "date", "afternoon"),
    ],
)
def test_a_moment_is_spoken_of_by_its_day(then: str, day: str, part: str) -> None:
    said = in_words(here(then), here("2026-11-24T18:40"), "Europe/London")
    assert (said.day, said.part, said.date) == (day, part, then[:10])


@given(hours, zones, moments)
@example(Hours(begins="01:30", ends="01:45"), "Europe/London", datetime(2026, 3, 29, 1, 5, tzinfo=UTC))
@example(Hours(begins="23:00", ends="00:30"), "America/Santiago", datetime(2026, 9, 6, 3, 59, tzinfo=UTC))
@example(STAFF, "Europe/London", datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
def test_quiet_ends_later_and_then_it_is_over(settled: Hours, zone: str, at: datetime) -> None:
    calendar = Calendar(zone, (Days("t", "term", "Autumn", date(2026, 9, 1), date(2026, 12, 18)),))
    ends = quiet_until(settled, calendar, at)
    if ends is None:
        return
    assert ends > at
    if ends - at < timedelta(days=FAR - 3):
        assert quiet_until(settled, calendar, ends) is None
    just_before = ends.astimezone(UTC) - timedelta(milliseconds=1)
    again = quiet_until(settled, calendar, max(at, just_before))
    assert again is not None
    assert again >= ends


@given(hours, zones, moments)
def test_at_the_next_change_it_is_quiet_or_is_no_longer(settled: Hours, zone: str, at: datetime) -> None:
    calendar = Calendar(zone)
    change = changes_at(settled, calendar, at)
    if change is None:
        assert quiet_until(settled, calendar, at) is None
        return
    assert change > at
    if change - at < timedelta(days=FAR - 3):
        was, now = (quiet_until(settled, calendar, each) is not None for each in (at, change))
        assert was != now


@given(hours, zones, moments, st.timedeltas(timedelta(), timedelta(days=3)))
def test_all_that_lies_within_a_quiet_ends_with_it(settled: Hours, zone: str, at: datetime, later: timedelta) -> None:
    calendar = Calendar(zone)
    ends = quiet_until(settled, calendar, at)
    if ends is not None and at + later < ends and ends - at < timedelta(days=FAR - 3):
        assert quiet_until(settled, calendar, at + later) == ends


@given(hours, zones, moments, st.timedeltas(timedelta(days=-3), timedelta(days=9)))
def test_nobody_is_likely_to_read_in_quiet_or_while_away(
    settled: Hours, zone: str, at: datetime, gone: timedelta
) -> None:
    then = likely_read_at(settled, Calendar(zone), at, at + gone)
    assert then >= max(at, at + gone)
    if then - at < timedelta(days=FAR - 3):
        assert quiet_until(settled, Calendar(zone), then) is None
