"""A week of windows: hours of each day, exceptions, and days that are longer or shorter."""

from datetime import UTC, date, datetime, time

from accounts.calendar.rules import Calendar, Days
from accounts.policy.rules import shipped
from accounts.policy.timetable import Timetable
from accounts.policy.windows import OneOff, Span, Window
from accounts.windows.week import DRAWN, Day, monday_of, unwindowed, week_of, windowed

CALENDAR = Calendar("Europe/London", (
    Days("t1", "term", "Autumn", date(2026, 9, 2), date(2026, 12, 18)),
    Days("t2", "inset", "INSET", date(2026, 11, 27), date(2026, 11, 27)),
))  # fmt: skip
EVENINGS = Window("w1", "Evenings", (Span("school_days", "day_ends", "20:00"), Span("other_days", "09:00", "20:00")))
MONDAY = date(2026, 11, 23)


def week(first: date, *held: OneOff, window: Window = EVENINGS) -> list[Day]:
    times = Timetable(CALENDAR, {window.id: window}, held)
    return week_of(CALENDAR, times, held, {window.id: None}, first)[window.id]


def hours(day: Day) -> list[str]:
    return [f"{each.starts:%H:%M}-{each.ends or time.max:%H:%M}" for each in day.hours]


def test_each_day_has_the_hours_that_the_calendar_gives_it() -> None:
    found = week(MONDAY)
    assert [day.day.isoformat() for day in found][::6] == ["2026-11-23", "2026-11-29"]
    assert [hours(day) for day in found] == [["15:30-20:00"]] * 4 + [["09:00-20:00"]] * 3, "Friday is a training day"
    assert (found[0].hours[0].left, found[0].hours[0].width) == (62, 18), "drawn in quarters of an hour"


def test_what_holds_for_once_is_in_it_and_named() -> None:
    snow = OneOff("e1", None, True, ms("2026-11-24T07:50"), ms("2026-11-24T15:30"), "Snow")
    exams = OneOff("e2", "w1", False, ms("2026-11-26T00:00"), ms("2026-11-28T00:00"), "Exams", made_ms=1)
    found = week(MONDAY, snow, exams)
    assert hours(found[1]) == ["07:50-20:00"], "without a seam where one passes into the other"
    assert [[each.why for each in day.once] for day in found] == [[], ["Snow"], [], ["Exams"], ["Exams"], [], []]
    assert hours(found[3]) == hours(found[4]) == []


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_what_was_called_off_is_not_in_it() -> None:
    off = OneOff(
        "e1", None, True, ms("2026-11-25T07:00"), ms("2026-11-25T15:30"), "Snow", ended_ms=ms("2026-11-24T12:00")
    )
    assert week(MONDAY, off)[2].once == ()
    assert hours(week(MONDAY, off)[2]) == ["15:30-20:00"]


def test_a_night_is_on_both_days_and_a_whole_day_is_whole() -> None:
    night = Window("w1", "Nights", (Span("every_day", "22:00", "06:00"),))
    assert hours(week(MONDAY, window=night)[0]) == ["00:00-06:00", "22:00-23:59"]
    always = Window("w1", "All", (Span("every_day", "00:00", "12:00"), Span("every_day", "12:00", "00:00")))
    for first in (MONDAY, date(2026, 10, 19), date(2027, 3, 22)):  # the last two with a change of clocks
        assert all(day.whole for day in week(first, window=always))
        assert all(day.hours[0].width == DRAWN for day in week(first, window=always))


def test_a_week_begins_on_monday() -> None:
    assert monday_of(date(2026, 11, 29)) == monday_of(MONDAY) == MONDAY


def test_lines_that_open_and_close_are_told_from_those_that_do_not() -> None:
    for phase in ("primary", "secondary"):
        rules = shipped(phase)
        assert "learners_write_to_their_class" in windowed(rules)
        assert "learners_write_to_their_own_teachers" in unwindowed(rules)
        assert "learners_ask_the_safeguarding_lead" in unwindowed(rules)
        assert all(rule.on for rule in (*windowed(rules).values(), *unwindowed(rules).values()))
        assert not set(windowed(rules)) & set(unwindowed(rules))
