"""Opening times and exceptions as fields of a form, and back."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.calendar.rules import Calendar
from accounts.frame import Form
from accounts.policy.windows import Span
from accounts.windows.changing import MOST_SPANS
from accounts.windows.form import fields_of, once_of, spans_of, usual_end
from realtime.refusal import Refusal

times = st.one_of(
    st.times().map(lambda at: f"{at:%H:%M}"), st.sampled_from(["day_starts", "day_ends"])
)  # fmt: skip
spans = st.builds(
    Span, on=st.sampled_from(["school_days", "other_days", "every_day"]), starts=times, ends=times,
    weekdays=st.sets(st.integers(0, 6)).map(lambda found: tuple(sorted(found))),
)  # fmt: skip


@given(st.lists(spans, max_size=MOST_SPANS))
def test_what_is_put_into_hidden_fields_is_read_back(wanted: list[Span]) -> None:
    assert spans_of(Form(fields_of(wanted))) == tuple(wanted)


def test_a_browser_s_seconds_and_unused_parts_are_left_out() -> None:
    form = Form(
        [("on-0", ""), ("starts-0", "09:00"), ("on-1", "every_day"), ("starts-1", "09:00:00"), ("ends-1", "10:00")]
    )
    assert spans_of(form) == (Span("every_day", "09:00", "10:00"),)


@pytest.mark.parametrize(
    "pairs",
    [
        [("on-0", "sometimes"), ("starts-0", "09:00"), ("ends-0", "10:00")],
        [("on-0", "every_day"), ("starts-0", "9"), ("ends-0", "10:00")],
        [("on-0", "every_day"), ("starts-0", "09:00"), ("ends-0", "24:00")],
        [("on-0", "every_day"), ("starts-0", "09:00")],
        [("on-0", "every_day"), ("starts_by-0", "lunch"), ("ends-0", "10:00")],
    ],
)
def test_parts_that_are_none_are_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(Refusal, match="bad_request"):
        spans_of(Form(pairs))


NOW = datetime(2026, 11, 23, 7, 50, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)


def asked(**fields: str) -> Form:
    return Form(list(fields.items()))


def test_an_exception_is_by_the_school_s_clock_and_from_now_where_nothing_is_said() -> None:
    found = once_of(asked(opens="yes", until="2026-11-23T15:30", why="Snow"), "Asia/Karachi", NOW_MS)
    assert (found.opens, found.window, found.from_ms) == (True, None, NOW_MS)
    assert found.until_ms == int(datetime(2026, 11, 23, 10, 30, tzinfo=UTC).timestamp() * 1000)
    later = once_of(asked(opens="no", window="w1", **{"from": "2027-03-28T01:30"}, until="2027-03-28T02:30"),
                    "Europe/London", NOW_MS)  # fmt: skip
    assert (later.opens, later.window) == (False, "w1")
    assert later.from_ms == int(datetime(2027, 3, 28, 1, tzinfo=UTC).timestamp() * 1000), "an hour that is left out"


@pytest.mark.parametrize(
    "fields",
    [
        {"until": "2026-11-23T15:30"}, {"opens": "perhaps", "until": "2026-11-23T15:30"}, {"opens": "yes"},
        {"opens": "yes", "until": "tomorrow"}, {"opens": "yes", "until": "2026-11-23T15:30+05:00"},
        {"opens": "yes", "until": "9999-12-31T23:59:59.999999"}, {"opens": "yes", "until": "0001-01-01T00:00"},
    ],
)  # fmt: skip
def test_an_exception_that_is_none_is_refused(fields: dict[str, str]) -> None:
    for zone in ("Asia/Karachi", "America/Havana"):
        with pytest.raises(Refusal, match="bad_request"):
            once_of(asked(**fields), zone, NOW_MS)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-11-23T07:50", "2026-11-23T15:30"), ("2026-11-23T15:30", "2026-11-23T20:00"),
        ("2026-11-23T21:00", "2026-11-24T20:00"), ("2026-11-22T07:50", "2026-11-22T20:00"),
    ],
)  # fmt: skip
def test_the_usual_end_is_that_of_school_or_the_evening(now: str, end: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert usual_end(Calendar("Europe/London"), int(at.timestamp() * 1000)) == end
