"""What waits together is done together: group commit, and its like for reading."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

Job = TypeVar("Job")
Answer = TypeVar("Answer")

GATHER_FROM: Final = 8
GATHER_TURNS: Final = 2

Outcomes = Sequence[Answer | BaseException]


class Batcher(Generic[Job, Answer]):
    """Runs one batch at a time; whatever is submitted meanwhile forms the next.

    `run` takes the jobs of a batch and gives one outcome for each, in order: an answer, or an exception that is
    raised to that job's submitter alone. If `run` itself fails, each job is run again by itself, so that one that
    cannot succeed does not take its neighbours down.
    """

    def __init__(self, run: Callable[[Sequence[Job]], Awaitable[Outcomes[Answer]]], limit: int = 256) -> None:
        self._run = run
        self._limit = limit
        self._waiting: list[tuple[Job, asyncio.Future[Answer]]] = []
        self._task: asyncio.Task[None] | None = None
        self._last = 0  # how many jobs the last batch held

    def submit(self, job: Job) -> "asyncio.Future[Answer]":
        """A future of the job's answer. Cancelling it does not undo the job."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, future))
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())
        return future

    async def drain(self) -> None:
        """Return when nothing waits or runs."""
        while self._task is not None:
            await asyncio.wait([self._task])

    async def _work(self) -> None:
        try:
            while self._waiting:
                await self._gather()
                batch, self._waiting = self._waiting[: self._limit], self._waiting[self._limit :]
                self._last = len(batch)
                await self._settle(batch)
        finally:
            self._task = None

    async def _gather(self) -> None:
        """After a large batch its senders are about to send again: wait for half of them, two milliseconds at most.

        A batch costs much and a job in it little; without this, a flood is worked off in many small batches.
        """
        expected = min(self._last, self._limit) // 2
        for _ in range(GATHER_TURNS if expected >= GATHER_FROM else 0):
            if len(self._waiting) >= expected:
                return
            await asyncio.sleep(0.001)

    async def _settle(self, batch: list[tuple[Job, "asyncio.Future[Answer]"]]) -> None:
        try:
            outcomes = await self._run([job for job, _ in batch])
        except Exception as failure:  # noqa: BLE001 - whatever it is goes to those who wait for it
            if len(batch) == 1:
                _resolve(batch[0][1], failure)
                return
            for one in batch:
                await self._settle([one])
        else:
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                _resolve(future, outcome)


def _resolve(future: "asyncio.Future[Answer]", outcome: Answer | BaseException) -> None:
    if future.done():  # its submitter went away
        return
    if isinstance(outcome, BaseException):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
