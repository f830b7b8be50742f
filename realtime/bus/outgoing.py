"""What waits to be sent to the other processes: bounded, whatever becomes of the way there."""

import asyncio
from collections import deque
from itertools import islice
from typing import NamedTuple

from realtime.bus.interface import Hints, Passing

MOST_ROOMS = 50_000  # rooms with a hint waiting; the others' slow poll finds what is dropped beyond
MOST_PASSING = 1 << 20  # bytes of passing bodies waiting
LARGEST_PASSING = 64 << 10  # bytes of one body
ROOMS_AT_ONCE = 2_000  # in one message, which keeps it at some 40 KiB
PASSING_AT_ONCE = 256 << 10  # bytes of passing bodies in one message; the last one may go beyond


class Batch(NamedTuple):
    """What goes into one message; an empty one is a probe."""

    hints: dict[str, int]
    passings: list[Passing]


class Outgoing:
    """Coalesces hints (the highest seq of a room is enough) and queues passing things (the oldest are dropped)."""

    def __init__(self) -> None:
        self.dropped_hints = 0
        self.dropped_passings = 0
        self._hints: dict[str, int] = {}
        self._passings: deque[Passing] = deque()
        self._bytes = 0
        self._ready = asyncio.Event()

    def hint(self, hints: Hints) -> None:
        waiting = self._hints
        for room, seq in hints.items():
            known = waiting.get(room)
            if known is None and len(waiting) >= MOST_ROOMS:
                self.dropped_hints += 1
            elif known is None or seq > known:
                waiting[room] = seq
        self._ready.set()

    def pass_on(self, passing: Passing) -> None:
        size = _size(passing)
        if size > LARGEST_PASSING:
            self.dropped_passings += 1
            return
        self._passings.append(passing)
        self._bytes += size
        while self._bytes > MOST_PASSING:
            self._bytes -= _size(self._passings.popleft())
            self.dropped_passings += 1
        self._ready.set()

    def probe(self) -> None:
        """Make the next batch due, though there may be nothing in it."""
        self._ready.set()

    async def batch(self) -> Batch:
        """The next batch, as soon as something is due. One taker at a time."""
        await self._ready.wait()
        batch = Batch(self._take_hints(), self._take_passings())
        if not self._hints and not self._passings:
            self._ready.clear()
        return batch

    def forget_passings(self) -> None:
        """What was passing has passed by the time the way is open again."""
        self.dropped_passings += len(self._passings)
        self._passings.clear()
        self._bytes = 0

    def _take_hints(self) -> dict[str, int]:
        if len(self._hints) <= ROOMS_AT_ONCE:
            taken, self._hints = self._hints, {}
        else:
            taken = dict(islice(self._hints.items(), ROOMS_AT_ONCE))
            for room in taken:
                del self._hints[room]
        return taken

    def _take_passings(self) -> list[Passing]:
        taken: list[Passing] = []
        size = 0
        while self._passings and size < PASSING_AT_ONCE:
            taken.append(self._passings.popleft())
            size += _size(taken[-1])
        self._bytes -= size
        return taken


def _size(passing: Passing) -> int:
    # an entry takes room for itself too, so a flood of empty bodies is bounded as well
    return 200 + memoryview(passing.body).nbytes
