"""What is told to the database a little later and together, so that telling it costs nobody who waits for an answer."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Final, Generic, TypeVar

import structlog

T = TypeVar("T")

PACE_S: Final = 1.0  # between two batches: however much comes, it is one commit a second
MOST_WAITING: Final = 2000  # what comes on top is lost, and only counted

log = structlog.get_logger()


class Gathering(Generic[T]):
    """Collects things and hands them to `write`, one batch at a time. Never raises to whoever adds one."""

    def __init__(self, write: Callable[[Sequence[T]], Awaitable[None]]) -> None:
        self._write = write
        self._waiting: list[T] = []
        self._lost = 0
        self._task: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()

    def add(self, thing: T) -> None:
        if len(self._waiting) >= MOST_WAITING:
            self._lost += 1
            return
        self._waiting.append(thing)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def flush(self) -> None:
        """Write what waits, now."""
        async with self._writing:
            batch, self._waiting = self._waiting, []
            if batch:
                await self._try(batch)

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self.flush()

    async def _work(self) -> None:
        try:
            while self._waiting:
                await asyncio.shield(self.flush())
                await asyncio.sleep(PACE_S)
        finally:
            self._task = None

    async def _try(self, batch: Sequence[T]) -> None:
        try:
            await self._write(batch)
        except Exception:
            log.exception("a batch of notes was lost", notes=len(batch))
        if self._lost:
            log.warning("notes were lost: too many came at once", notes=self._lost)
            self._lost = 0


class Windows:
    """What happened in the last while already: the first time of each thing is told, its repeats are counted."""

    def __init__(self, length_ms: int) -> None:
        self._length_ms = length_ms
        self._open: dict[Hashable, tuple[int, int]] = {}  # since when; how many repeats

    def first(self, thing: Hashable, now_ms: int) -> bool:
        """Whether to tell of it now; if not, it is counted."""
        since, repeats = self._open.get(thing, (now_ms, -1))
        self._open[thing] = (since, repeats + 1)
        return repeats < 0

    def over(self, now_ms: int) -> dict[Hashable, int]:
        """Forget what is longer ago; gives how often each of it was repeated meanwhile."""
        ended = {thing: each[1] for thing, each in self._open.items() if now_ms - each[0] >= self._length_ms}
        for thing in ended:
            del self._open[thing]
        return ended
