"""What is gathered is written together, off the way, and never more than a server can bear."""

import asyncio
from collections.abc import Sequence

from accounts.audit.gathering import MOST_WAITING, Gathering, Windows


class Desk:
    """Keeps the batches that it was given; waits in the first while `busy` is not set."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.free = asyncio.Event()
        self.free.set()

    async def write(self, batch: Sequence[int]) -> None:
        self.batches.append(list(batch))
        await self.free.wait()


async def test_whoever_adds_does_not_wait_and_a_flush_writes_all() -> None:
    desk = Desk()
    gathering = Gathering(desk.write)
    for number in range(5):
        gathering.add(number)
    assert desk.batches == []
    await gathering.flush()
    assert desk.batches == [[0, 1, 2, 3, 4]]
    await gathering.close()


async def test_what_is_added_is_written_without_being_asked_for() -> None:
    desk = Desk()
    gathering = Gathering(desk.write)
    gathering.add(1)
    while not desk.batches:  # noqa: ASYNC110 - the writing itself is what is waited for
        await asyncio.sleep(0)
    await gathering.close()
    assert desk.batches == [[1]]


async def test_one_batch_is_written_at_a_time() -> None:
    desk = Desk()
    desk.free.clear()
    gathering = Gathering(desk.write)
    gathering.add(1)
    first = asyncio.create_task(gathering.flush())
    await asyncio.sleep(0)
    gathering.add(2)
    second = asyncio.create_task(gathering.flush())
    await asyncio.sleep(0)
    assert desk.batches == [[1]]
    desk.free.set()
    await asyncio.gather(first, second)
    assert desk.batches == [[1], [2]]
    await gathering.close()


async def test_a_flood_is_cut_off() -> None:
    desk = Desk()
    gathering = Gathering(desk.write)
    for number in range(MOST_WAITING + 500):
        gathering.add(number)
    await gathering.close()
    assert sum(map(len, desk.batches)) == MOST_WAITING


async def test_closing_writes_what_waits_and_a_failure_is_nobody_s_problem() -> None:
    async def fail(batch: Sequence[int]) -> None:
        raise OSError("the disk is full")

    gathering = Gathering(fail)
    gathering.add(1)
    await gathering.flush()
    gathering.add(2)
    await gathering.close()


def test_the_first_time_is_told_and_its_repeats_are_counted_until_the_window_is_over() -> None:
    windows = Windows(60_000)
    assert [windows.first("a", at) for at in (0, 10, 59_999)] == [True, False, False]
    assert windows.first("b", 10)
    assert windows.over(59_999) == {}
    assert windows.over(60_000) == {"a": 2}
    assert windows.first("a", 60_001)
    assert windows.over(60_010) == {"b": 0}
