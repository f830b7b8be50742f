"""What waits for one connection: bounded, so that whoever stops reading costs this much and no more."""

from collections import deque
from dataclasses import dataclass
from typing import Final

from realtime.wire import Wire

MOST_FRAMES: Final = 256
MOST_BYTES: Final = 256 * 1024


@dataclass
class OutboxCounts:
    """What all outboxes of this process had to do with slow readers."""

    passing_dropped: int = 0
    rooms_set_back: int = 0
    closed_too_slow: int = 0


class Outbox:
    """Frames go to the transport while it takes them, else they wait here until it does."""

    __slots__ = ("_bytes", "_frames", "_waiting", "_wire", "counts", "stalled_at")

    def __init__(self, wire: Wire, counts: OutboxCounts) -> None:
        self._wire = wire
        self._waiting: deque[tuple[bytes, int]] | None = None
        self._frames = 0
        self._bytes = 0
        self.counts = counts
        self.stalled_at: float | None = None  # monotonic seconds since when the transport has taken nothing

    def put(self, frames: bytes, count: int) -> bool:
        """Take `count` ready-made frames; False if there is no room for them."""
        if not self._wire.paused:
            self._wire.write(frames)
            return True
        if self._frames + count > MOST_FRAMES or self._bytes + len(frames) > MOST_BYTES:
            return False
        self._keep(frames, count)
        return True

    def put_passing(self, frame: bytes) -> None:
        """Take a frame that may be lost; it is, when the outbox is half full."""
        if self._frames >= MOST_FRAMES // 2 or self._bytes >= MOST_BYTES // 2 or not self.put(frame, 1):
            self.counts.passing_dropped += 1

    def flush(self) -> None:
        """Hand what waits to the transport for as long as it takes it."""
        while self._waiting and not self._wire.paused:
            frames, count = self._waiting.popleft()
            self._frames -= count
            self._bytes -= len(frames)
            self._wire.write(frames)

    def _keep(self, frames: bytes, count: int) -> None:
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append((frames, count))
        self._frames += count
        self._bytes += len(frames)

    @property
    def empty(self) -> bool:
        return not self._waiting
