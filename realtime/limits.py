"""Token buckets by person and by connection, never by address: a whole school is one address."""

from collections.abc import Callable, Mapping
from math import ceil

from config import Rate
from realtime.refusal import Refusal


class Bucket:
    """`burst` tokens, refilled at `per_second`."""

    __slots__ = ("_at", "_tokens")

    def __init__(self, rate: Rate, now: float) -> None:
        self._tokens = rate.burst
        self._at = now

    def take(self, rate: Rate, now: float) -> float:
        """0.0 if a token was there and is taken; else the seconds until there is one."""
        tokens = min(rate.burst, self._tokens + (now - self._at) * rate.per_second)
        self._at = now
        if tokens >= 1:
            self._tokens = tokens - 1
            return 0.0
        self._tokens = tokens
        return (1 - tokens) / rate.per_second if rate.per_second else 60.0

    def full(self, rate: Rate, now: float) -> bool:
        return self._tokens + (now - self._at) * rate.per_second >= rate.burst


class Limits:
    """The buckets of everybody here, by (name, whose). Full ones are forgotten, so that memory stays bounded."""

    SWEEP_AT = 10_000

    def __init__(self, rates: Mapping[str, Rate], now: Callable[[], float]) -> None:
        self.rates = rates
        self._now = now
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self._sweep_at = self.SWEEP_AT

    def check(self, name: str, whose: str) -> None:
        """Take a token; Refusal `rate_limited` with `retry_ms` if there is none."""
        wait = self.wait(name, whose)
        if wait:
            raise Refusal("rate_limited", retry_ms=ceil(wait * 1000))

    def wait(self, name: str, whose: str) -> float:
        """Take a token and return 0.0, or return the seconds until there is one."""
        now = self._now()
        bucket = self._buckets.get((name, whose))
        if bucket is None:
            if len(self._buckets) >= self._sweep_at:
                self._sweep(now)
            bucket = self._buckets[name, whose] = Bucket(self.rates[name], now)
        return bucket.take(self.rates[name], now)

    def _sweep(self, now: float) -> None:
        self._buckets = {of: bucket for of, bucket in self._buckets.items() if not bucket.full(self.rates[of[0]], now)}
        self._sweep_at = max(self.SWEEP_AT, 2 * len(self._buckets))
