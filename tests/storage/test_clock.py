"""The one clock, and how times are written."""

import time
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from storage.clock import Clock, rfc3339


def test_the_clock_tells_the_time_of_day() -> None:
    before = time.time_ns() // 1_000_000
    told = Clock().now_ms()
    assert before <= told <= time.time_ns() // 1_000_000


def test_a_clock_that_was_set_starts_there_and_goes_on(monkeypatch: object) -> None:
    moment = datetime(2026, 11, 23, 15, 29, 50, tzinfo=timezone(timedelta(hours=1)))
    clock = Clock(moment)
    first = clock.now_ms()
    assert 0 <= first - moment.timestamp() * 1000 < 60_000
    assert clock.now().tzinfo is UTC
    while clock.now_ms() == first:
        pass
    assert clock.now_ms() > first


def test_times_are_rfc_3339_with_offset_and_milliseconds() -> None:
    assert rfc3339(1_764_000_000_123) == "2025-11-24T16:00:00.123+00:00"
    assert rfc3339(1_764_000_000_000) == "2025-11-24T16:00:00.000+00:00"


@given(st.integers(0, 4_102_444_800_000))
def test_no_millisecond_is_lost_on_the_way(ms: int) -> None:
    assert round(datetime.fromisoformat(rfc3339(ms)).timestamp() * 1000) == ms
