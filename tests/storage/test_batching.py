"""Group commit's engine: together, each with an answer of its own."""

import asyncio
from collections.abc import Sequence

import pytest

from storage.batching import Batcher


class Bench:
    """A `run` that can be held back and told what to fail at."""

    def __init__(self, *, fails_together: bool = False, limit: int = 256) -> None:
        self.batches: list[list[int]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.fails_together = fails_together
        self.batcher: Batcher[int, int] = Batcher(self.run, limit)

    async def run(self, jobs: Sequence[int]) -> Sequence[int | BaseException]:
        self.batches.append(list(jobs))
        await self.open.wait()
        if self.fails_together and any(job < 0 for job in jobs):
            raise OSError("the disk is full")
        return [job * 10 if job >= 0 else ValueError(f"{job} is negative") for job in jobs]


async def test_what_waits_together_runs_together_and_each_gets_its_own_answer() -> None:
    bench = Bench()
    answers = await asyncio.gather(*(bench.batcher.submit(job) for job in (1, 2, 3)))
    assert answers == [10, 20, 30]
    assert bench.batches == [[1, 2, 3]]


async def test_what_comes_while_a_batch_runs_forms_the_next_one() -> None:
    bench = Bench()
    bench.open.clear()
    first = bench.batcher.submit(1)
    await asyncio.sleep(0)
    later = [bench.batcher.submit(job) for job in (2, 3)]
    await asyncio.sleep(0)
    assert bench.batches == [[1]], "only one batch runs at a time"
    bench.open.set()
    assert await asyncio.gather(first, *later) == [10, 20, 30]
    assert bench.batches == [[1], [2, 3]]


async def test_no_batch_is_larger_than_the_limit() -> None:
    bench = Bench(limit=2)
    await asyncio.gather(*(bench.batcher.submit(job) for job in range(5)))
    assert bench.batches == [[0, 1], [2, 3], [4]]


async def test_a_job_that_is_refused_does_not_touch_its_neighbours() -> None:
    bench = Bench()
    answers = await asyncio.gather(*(bench.batcher.submit(job) for job in (1, -2, 3)), return_exceptions=True)
    assert answers[0] == 10
    assert isinstance(answers[1], ValueError)
    assert answers[2] == 30
    assert len(bench.batches) == 1


async def test_a_batch_that_fails_is_run_again_one_by_one() -> None:
    bench = Bench(fails_together=True)
    answers = await asyncio.gather(*(bench.batcher.submit(job) for job in (1, -2, 3)), return_exceptions=True)
    assert answers[0] == 10
    assert isinstance(answers[1], OSError)
    assert answers[2] == 30
    assert bench.batches == [[1, -2, 3], [1], [-2], [3]]


async def test_a_submitter_that_goes_away_harms_nobody() -> None:
    bench = Bench()
    bench.open.clear()
    gone, stays = bench.batcher.submit(1), bench.batcher.submit(2)
    await asyncio.sleep(0)
    gone.cancel()
    bench.open.set()
    assert await stays == 20
    assert bench.batches == [[1, 2]], "cancelling does not undo"


async def test_it_works_again_after_a_failure_and_after_a_rest() -> None:
    bench = Bench(fails_together=True)
    with pytest.raises(OSError, match="full"):
        await bench.batcher.submit(-1)
    assert await bench.batcher.submit(4) == 40
    await bench.batcher.drain()
    assert await bench.batcher.submit(5) == 50


async def test_drain_returns_when_everything_is_answered() -> None:
    bench = Bench()
    bench.open.clear()
    future = bench.batcher.submit(1)
    draining = asyncio.create_task(bench.batcher.drain())
    await asyncio.sleep(0)
    later = bench.batcher.submit(2)
    bench.open.set()
    await draining
    assert (future.result(), later.result()) == (10, 20)
