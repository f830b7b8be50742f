"""When somebody reads it, and how a school's own text is taken apart."""

from datetime import UTC, date, datetime

import pytest

from accounts.calendar.rules import Calendar, Days
from realtime.refusal import Refusal
from rooms.concerns.rules import clean_words, lines_of, read_next, wait_of

CALENDAR = Calendar(
    "Europe/London",
    (Days("t1", "term", "Autumn", date(2026, 9, 2), date(2026, 12, 18)),
     Days("t2", "inset", "INSET", date(2026, 11, 24), date(2026, 11, 24))),
)  # fmt: skip


def at(moment: str) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("moment", "wait", "opens"),
    [
        ("2026-11-23T10:00", "now", "2026-11-23T10:00:00+00:00"),
        ("2026-11-23T07:00", "today", "2026-11-23T08:45:00+00:00"),
        ("2026-11-25T16:00", "tomorrow", "2026-11-26T08:45:00+00:00"),
        ("2026-11-23T16:00", "later", "2026-11-25T08:45:00+00:00"),
        ("2026-11-27T16:00", "later", "2026-11-30T08:45:00+00:00"),
    ],
)
def test_it_is_read_when_school_is_on(moment: str, wait: str, opens: str) -> None:
    found = read_next(CALENDAR, at(moment))
    assert found is not None
    assert (wait_of(CALENDAR, at(moment)), found.isoformat()) == (wait, opens)


def test_no_day_is_promised_where_none_is_known() -> None:
    closed = Days("h", "holiday", "Closed", date(2026, 11, 21), date(2029, 1, 1))
    over = Calendar("Europe/London", (closed,))
    assert read_next(over, at("2026-11-23T10:00")) is None
    assert wait_of(over, at("2026-11-23T10:00")) == "later"


def test_telephone_numbers_can_be_tapped() -> None:
    assert lines_of("Ring 0800 1111, or\n\n +44 20 7946 0018.") == [
        [("Ring ", None), ("0800 1111", "08001111"), (", or", None)],
        [("+44 20 7946 0018", "+442079460018"), (".", None)],
    ]


def test_words_are_cleaned_and_bounded() -> None:
    assert clean_words("  \x00 ") is None
    assert clean_words(" He said\r\nit ") == "He said\nit"
    with pytest.raises(Refusal):
        clean_words("x" * 1001)
