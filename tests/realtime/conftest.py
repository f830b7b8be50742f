"""Buses to listen on, quick enough that a test of patience takes no time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

import pytest

from realtime.bus import Bus, MemoryBus, Passing
from realtime.bus.redis import RedisBus

PATIENCE = 60  # seconds until a test says that what it waits for will not come; a busy machine can starve Redis for ten


class Listener:
    """Everything that a bus told one process. After a gap it reads how far the rooms of `log` are, as a hub does."""

    def __init__(self, log: Mapping[str, int]) -> None:
        self.log = log
        self.heads: dict[str, int] = {}
        self.hints: list[dict[str, int]] = []
        self.passings: list[Passing] = []
        self.gaps = 0
        self._changed = asyncio.Event()

    def on_hints(self, hints: Mapping[str, int]) -> None:
        self.hints.append(dict(hints))
        self._reached(hints)

    def on_passing(self, passing: Passing) -> None:
        self.passings.append(passing)
        self._changed.set()

    def on_gap(self) -> None:
        self.gaps += 1
        self._reached(self.log)

    async def start(self, bus: Bus) -> None:
        await bus.start(self.on_hints, self.on_passing, self.on_gap)

    async def until(self, true: Callable[["Listener"], bool]) -> None:
        """Return when `true(self)` is."""
        async with asyncio.timeout(PATIENCE):
            while not true(self):
                self._changed.clear()
                await self._changed.wait()

    def _reached(self, heads: Mapping[str, int]) -> None:
        self.heads.update({room: max(seq, self.heads.get(room, 0)) for room, seq in heads.items()})
        self._changed.set()


@asynccontextmanager
async def listening(bus: Bus, log: Mapping[str, int] | None = None) -> AsyncIterator[Listener]:
    """`bus`, started, and who listens to it."""
    listener = Listener({} if log is None else log)
    await listener.start(bus)
    try:
        yield listener
    finally:
        await bus.stop()


def quick_bus(url: str, namespace: str = "test", answer_within: float = PATIENCE / 4) -> RedisBus:
    """A bus that probes and reconnects quickly, but bears a busy machine."""
    return RedisBus(url, namespace, probe_after=0.1, answer_within=answer_within, first_delay=0.01, longest_delay=0.05)


def impatient_bus(url: str) -> RedisBus:
    """A quick bus that soon gives up a Redis that does not answer."""
    return quick_bus(url, answer_within=0.4)


async def turned(bus: RedisBus, *, delivering: bool) -> None:
    async with asyncio.timeout(PATIENCE):
        await bus.until(delivering=delivering)


@pytest.fixture(params=["memory", "redis"])
def bus(request: pytest.FixtureRequest) -> Bus:
    """A bus of each kind in turn, not started."""
    if request.param == "memory":
        return MemoryBus()
    return quick_bus(request.getfixturevalue("redis_url"), request.node.name)
