"""When it is school: terms, half-terms, training days, bank holidays, weekends, hours and clocks that change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.calendar.rules import Calendar, Days, bounds, known_place, overlapping, year_of


def days(kind: str, first: str, last: str = "") -> Days:
    return Days(f"{kind}{first}", kind, kind, date.fromisoformat(first), date.fromisoformat(last or first))


YEAR = Calendar(
    "Europe/London",
    (
        days("inset", "2026-09-01"), days("term", "2026-09-02", "2026-12-18"),
        days("half_term", "2026-10-26", "2026-10-30"),
        days("term", "2027-01-04", "2027-03-26"), days("term", "2027-04-12", "2027-07-21"),
        days("holiday", "2027-05-06"), days("half_term", "2027-05-31", "2027-06-04"),
    ),
)  # fmt: skip
ANY_DAY = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-09-01", "out_of_term_or_inset"), ("2026-09-02", None), ("2026-09-05", "weekend"),
        ("2026-10-26", "half_term"), ("2026-10-31", "weekend"), ("2026-12-18", None), ("2026-12-21", "out_of_term"),
        ("2026-12-25", "bank_holiday"), ("2027-03-26", "bank_holiday"), ("2027-05-03", "bank_holiday"),
        ("2027-05-06", "holiday"), ("2027-08-30", "bank_holiday"), ("2027-08-31", "out_of_term"),
    ],
)  # fmt: skip
def test_each_day_is_a_school_day_or_says_why_not(day: str, why: str | None) -> None:
    found = YEAR.why_none(date.fromisoformat(day))
    assert found == ("inset" if why == "out_of_term_or_inset" else why)
    assert YEAR.is_school_day(date.fromisoformat(day)) == (why is None)


def test_a_year_of_which_nothing_is_known_has_school_on_every_weekday_but_bank_holidays() -> None:
    assert YEAR.is_school_day(date(2028, 2, 1))
    assert YEAR.why_none(date(2028, 2, 5)) == "weekend"
    assert YEAR.why_none(date(2028, 4, 14)) == "bank_holiday"


def test_the_days_of_a_year_are_counted() -> None:
    autumn = YEAR.school_days(date(2026, 9, 1), date(2026, 12, 31))
    assert autumn == 78 - 5
    assert YEAR.school_days(*bounds(2026)) == sum(
        YEAR.is_school_day(date(2026, 9, 1) + timedelta(days=nth)) for nth in range(365)
    )


@pytest.mark.parametrize(
    ("at", "in_school"),
    [
        ("2026-11-23T08:44:59+00:00", False), ("2026-11-23T08:45:00+00:00", True), ("2026-11-23T15:29:59+00:00", True),
        ("2026-11-23T15:30:00+00:00", False), ("2026-11-22T10:00:00+00:00", False),
        ("2026-10-23T07:45:00+00:00", True), ("2026-10-23T14:30:00+00:00", False),
    ],
)  # fmt: skip
def test_school_time_goes_by_the_school_s_clock_summer_and_winter(at: str, in_school: bool) -> None:
    assert YEAR.in_school_time(datetime.fromisoformat(at)) == in_school


def test_the_next_school_day_is_after_the_holidays() -> None:
    assert YEAR.next_school_day(date(2026, 12, 18)) == date(2027, 1, 4)
    assert YEAR.next_school_day(date(2026, 11, 20)) == date(2026, 11, 23)


def test_bank_holidays_are_those_of_the_school_s_own_country_and_its_weekend_too() -> None:
    saint_patrick = date(2027, 3, 17)
    assert YEAR.bank_holiday(saint_patrick) is None
    assert Calendar("Europe/London", subdivision="NIR").bank_holiday(saint_patrick) is not None
    assert Calendar("Europe/London", country="", subdivision="").bank_holiday(date(2026, 12, 25)) is None
    saudi = Calendar("Asia/Riyadh", country="SA", subdivision="")
    assert saudi.why_none(date(2026, 11, 20)) == "weekend"
    assert saudi.why_none(date(2026, 11, 22)) is None


def test_only_bank_holidays_in_term_are_listed() -> None:
    assert [day.isoformat() for day, _ in YEAR.bank_holidays(2026)] == ["2027-03-26", "2027-05-03", "2027-05-31"]


def test_terms_that_share_days_are_found() -> None:
    mistyped = days("term", "2026-12-01", "2027-01-10")
    assert [(one.id, other.id) for one, other in overlapping((*YEAR.days, mistyped))] == [
        ("term2026-09-02", mistyped.id), (mistyped.id, "term2027-01-04"),
    ]  # fmt: skip
    assert overlapping(YEAR.days) == []


@pytest.mark.parametrize(
    ("country", "subdivision", "known"),
    [
        ("GB", "ENG", True),
        ("GB", "", True),
        ("", "", True),
        ("", "ENG", False),
        ("GB", "XXX", False),
        ("XX", "", False),
    ],
)
def test_a_place_is_known_or_not(country: str, subdivision: str, known: bool) -> None:
    assert known_place(country, subdivision) == known


@given(ANY_DAY)
def test_every_day_lies_in_its_school_year(day: date) -> None:
    first, last = bounds(year_of(day))
    assert first <= day <= last


@given(ANY_DAY)
def test_school_time_is_on_school_days_only(day: date) -> None:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("Europe/London"))
    assert YEAR.in_school_time(noon.astimezone(UTC)) == YEAR.is_school_day(day)
