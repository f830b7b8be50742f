"""Token buckets on a clock that the test holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import Rate
from realtime.limits import Bucket, Limits
from realtime.refusal import Refusal


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_free_and_then_tokens_come_at_their_rate() -> None:
    clock = Clock()
    limits = Limits({"posts": Rate(3, 2)}, clock)
    assert [limits.wait("posts", "p1") for _ in range(3)] == [0.0] * 3
    assert limits.wait("posts", "p1") == 0.5
    clock.now = 0.5
    assert limits.wait("posts", "p1") == 0.0
    assert limits.wait("posts", "p1") == 0.5


def test_asking_too_soon_does_not_put_the_next_token_off() -> None:
    clock = Clock()
    limits = Limits({"posts": Rate(1, 1)}, clock)
    limits.check("posts", "p1")
    for tenth in range(1, 10):
        clock.now = tenth / 10
        assert limits.wait("posts", "p1") > 0
    clock.now = 1.0
    limits.check("posts", "p1")


def test_a_refusal_says_in_milliseconds_when_to_try_again() -> None:
    limits = Limits({"typing": Rate(1, 1 / 3)}, Clock())
    limits.check("typing", "p1")
    with pytest.raises(Refusal) as caught:
        limits.check("typing", "p1")
    assert (caught.value.code, caught.value.more) == ("rate_limited", {"retry_ms": 3000})


def test_people_and_kinds_have_buckets_of_their_own() -> None:
    limits = Limits({"posts": Rate(1, 1), "reads": Rate(1, 1)}, Clock())
    limits.check("posts", "p1")
    limits.check("posts", "p2")
    limits.check("reads", "p1")
    with pytest.raises(Refusal):
        limits.check("posts", "p1")


def test_a_bucket_that_never_refills_asks_for_a_minute() -> None:
    limits = Limits({"sockets": Rate(1, 0)}, Clock())
    limits.check("sockets", "p1")
    assert limits.wait("sockets", "p1") == 60.0


def test_full_buckets_are_forgotten_and_used_ones_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Limits, "SWEEP_AT", 10)
    clock = Clock()
    limits = Limits({"posts": Rate(1, 0.001)}, clock)
    for number in range(10):
        limits.check("posts", f"old{number}")
    clock.now = 900.0
    limits.check("posts", "recent")  # the buckets of the old ones are not full yet
    assert len(limits._buckets) == 11
    clock.now = 1100.0
    for number in range(12):
        limits.check("posts", f"new{number}")
    assert ("posts", "old0") not in limits._buckets
    with pytest.raises(Refusal):
        limits.check("posts", "recent")


@given(st.floats(1, 50), st.floats(0.01, 20), st.lists(st.floats(0, 2), max_size=60))
def test_no_more_pass_than_the_burst_and_what_was_refilled(
    burst: float, per_second: float, pauses: list[float]
) -> None:
    rate, now, passed = Rate(burst, per_second), 0.0, 0
    bucket = Bucket(rate, now)
    for pause in pauses:
        now += pause
        wait = bucket.take(rate, now)
        passed += not wait
        assert wait <= 1 / per_second + 1e-6
    assert passed <= burst + now * per_second + 1e-6
