"""The one place where the time of day is read."""

import time
from datetime import UTC, datetime


class Clock:
    """Milliseconds since 1970 in UTC, shifted when a demonstration runs at another moment."""

    def __init__(self, start_at: datetime | None = None) -> None:
        self._shift_ms = 0 if start_at is None else int(start_at.timestamp() * 1000) - time.time_ns() // 1_000_000

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self._shift_ms

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.now_ms() / 1000, UTC)


def rfc3339(ms: int) -> str:
    """`1764000000123` → `2025-11-24T16:00:00.123+00:00`."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")
