"""A right that ends while somebody is being let in."""

import asyncio
from collections.abc import Mapping

from realtime.hub import Admission, Ask, Hub
from tests.realtime.crowd import Log, Reader


class SlowLog(Log):
    """Its first answer is read at once and delivered late."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self.deliver = asyncio.Event()

    async def admit(self, ask: Ask) -> Mapping[str, Admission]:
        admitted = await super().admit(ask)
        if not self.asked.is_set():
            self.asked.set()
            await self.deliver.wait()
        return admitted


async def test_an_admission_that_is_older_than_a_judgement_is_not_believed() -> None:
    log = SlowLog()
    hub = Hub(log)
    log.write("r1")
    reader = Reader(hub)
    hub.join(reader, "u1")
    admitting = asyncio.create_task(hub.admit(Ask("p1", "k1", ("r1",))))
    await log.asked.wait()
    log.barred.add(("p1", "r1"))
    await hub.judge_again("p1")
    log.deliver.set()
    assert await admitting == {}
    hub.leave(reader, "u1")


async def test_judging_somebody_who_is_not_here_makes_nobody_ask_again() -> None:
    log = SlowLog()
    hub = Hub(log)
    log.write("r1")
    admitting = asyncio.create_task(hub.admit(Ask("p1", "k1", ("r1",))))
    await log.asked.wait()
    log.barred.add(("p1", "r1"))
    await hub.judge_again("p9")
    log.deliver.set()
    assert list(await admitting) == ["r1"]
