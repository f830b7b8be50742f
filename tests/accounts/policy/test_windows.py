"""When windows open and close, on a school's calendar: breaks, INSET days, the change of clocks."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from accounts.calendar.rules import Calendar, Days
from accounts.policy.rules import Rule, compiled
from accounts.policy.timetable import Timetable
from accounts.rights import Place, Who, changes_at, may, opens_at

LONDON = ZoneInfo("Europe/London")
CALENDAR = Calendar("Europe/London", (
    Days("t1", "term", "Autumn", date(2026, 9, 2), date(2026, 12, 18)),
    Days("t2", "half_term", "Half-term", date(2026, 10, 26), date(2026, 10, 30)),
    Days("t3", "inset", "INSET", date(2026, 11, 27), date(2026, 11, 27)),
))  # fmt: skip


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("moment", "out_of_school", "school_days"),
    [
        ("2026-11-23T08:44:59", True, True), ("2026-11-23T08:45:00", False, True),
        ("2026-11-23T15:29:59", False, True), ("2026-11-23T15:30:00", True, True),
        ("2026-11-22T11:00:00", True, False),  # a Sunday
        ("2026-10-27T11:00:00", True, False),  # half-term
        ("2026-11-27T11:00:00", True, False),  # INSET
        ("2026-12-25T11:00:00", True, False),
        ("2026-10-23T12:00:00", False, True),  # the last Friday of summer time
        ("2026-11-02T12:00:00", False, True),  # the first Monday after
    ],
)  # fmt: skip
def test_windows_follow_the_calendar(moment: str, out_of_school: bool, school_days: bool) -> None:
    is_open = Timetable(CALENDAR).is_open
    for _ in range(2):  # once found, once kept
        assert is_open("out_of_school", at(moment)) is out_of_school
        assert is_open("school_days", at(moment)) is school_days
        assert is_open("always", at(moment))
        assert not is_open("never", at(moment))


def test_what_was_found_for_one_moment_is_not_used_beyond_the_next_change() -> None:
    is_open = Timetable(CALENDAR).is_open
    assert not is_open("out_of_school", at("2026-11-23T15:29:59"))
    assert is_open("out_of_school", at("2026-11-23T15:30:00"))
    assert not is_open("out_of_school", at("2026-11-23T15:29:00"))


def test_two_schools_in_two_zones_have_their_own_hours() -> None:
    there = Calendar("Asia/Karachi", country="", subdivision="")
    moment = datetime(2026, 11, 23, 11, tzinfo=UTC)  # 16:00 in Karachi
    assert not Timetable(CALENDAR).is_open("out_of_school", moment)
    assert Timetable(there).is_open("out_of_school", moment)


@pytest.mark.parametrize(
    ("window", "moment", "opens"),
    [
        ("out_of_school", "2026-11-23T09:00:00", "2026-11-23T15:30:00+00:00"),
        ("out_of_school", "2026-09-10T09:00:00", "2026-09-10T15:30:00+01:00"),
        ("school_days", "2026-11-21T09:00:00", "2026-11-23T00:00:00+00:00"),
        (
            "school_days",
            "2026-10-24T09:00:00",
            "2026-11-02T00:00:00+00:00",
        ),  # beyond half-term and the change of clocks
        ("school_days", "2026-11-27T09:00:00", "2026-11-30T00:00:00+00:00"),
    ],
)
def test_a_closed_window_says_when_it_opens(window: str, moment: str, opens: str) -> None:
    assert not Timetable(CALENDAR).is_open(window, at(moment))
    found = Timetable(CALENDAR).opens_at(window, at(moment))
    assert found is not None
    assert found.isoformat() == opens
    assert Timetable(CALENDAR).is_open(window, found)


def test_what_never_opens_says_no_time() -> None:
    assert Timetable(CALENDAR).opens_at("never", at("2026-11-23T09:00:00")) is None


def test_may_says_closed_in_school_time_and_when_it_will_be_open() -> None:
    changes: dict[str, Rule | None] = {
        "learners_talk_in_their_classroom": Rule(who=("learner",), verbs=("read",), place="classroom"),
        "our_1": Rule(who=("learner",), verbs=("write",), place="classroom", window="out_of_school"),
    }
    times = Timetable(CALENDAR)
    rights = structs.replace(
        compiled("primary", changes, {}), is_open=times.is_open, opens_at=times.opens_at, changes_at=times.changes_at
    )
    learner = Who("p1", "s1", "learner", rights=rights)
    room = Place("s1", "classroom", False, True, may_write=True)
    assert may(learner, "write", room, at("2026-11-23T15:29:59")) == "window_closed"
    assert may(learner, "read", room, at("2026-11-23T15:29:59")) is None
    assert opens_at(learner, "write", room, at("2026-11-23T15:29:59")) == at("2026-11-23T15:30:00")
    assert may(learner, "write", room, at("2026-11-23T15:30:00")) is None
    assert changes_at(learner, "write", room, at("2026-11-23T15:30:00")) == at("2026-11-24T08:45:00")
    assert changes_at(learner, "read", room, at("2026-11-23T15:30:00")) is None
