"""Times and days as the reader's school has them."""

from datetime import UTC, datetime

import pytest

from web.pages import day_label, time_label


def ms(month: int, hour: int, minute: int) -> int:
    """The twentieth of a month."""
    return int(datetime(2026, month, 20, hour, minute, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("at", "zone", "shown"),
    [
        (ms(11, 7, 50), "Europe/London", "07:50"), (ms(7, 7, 50), "Europe/London", "08:50"),
        (ms(11, 7, 50), "Pacific/Auckland", "20:50"),
    ],
)  # fmt: skip
def test_a_time_is_that_of_the_school_s_clock(at: int, zone: str, shown: str) -> None:
    assert time_label(at, zone, "cy") == shown


def test_a_day_is_that_of_the_school_s_calendar() -> None:
    late = ms(11, 23, 30)
    assert day_label(late, "Europe/London", "en") == "Friday 20 November"
    assert day_label(late, "Asia/Tokyo", "en") == "Saturday 21 November"


@pytest.mark.parametrize("language", ["en", "cy", "ar"])
def test_every_language_has_its_times_and_days(language: str) -> None:
    at = ms(11, 7, 50)
    assert time_label(at, "Europe/London", language)
    assert day_label(at, "Europe/London", language)
