"""Run one job: JSON on standard input, one line of JSON on standard output for each step.

{"host", "port", "pid", "dialect", "awake", "steps": [{"do": NAME, …}]}; what else a step takes is what its function
takes, seats as {"room", "cookie", "rooms"}.
"""

import asyncio
import gc
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import uvloop

from bench.load import entering, gather, opening, publish
from bench.load.crowd import Crowd
from bench.load.dialects import DIALECTS, Seat
from bench.proc import raise_file_limit

Step = Callable[[Crowd, int, dict[str, Any]], Awaitable[dict[str, float]]]
BYE = 30.0


async def connect(crowd: Crowd, pid: int, given: dict[str, Any]) -> dict[str, float]:  # noqa: ARG001
    await crowd.connect(_seats(given))
    return {"connections": len(crowd.members)}


async def saturate(crowd: Crowd, pid: int, given: dict[str, Any]) -> dict[str, float]:
    return (await publish.saturate(crowd, pid, **given)).as_dict()


async def pace(crowd: Crowd, pid: int, given: dict[str, Any]) -> dict[str, float]:
    spent, took = await publish.pace(crowd, pid, **given)
    return spent.as_dict() | took


async def settle(crowd: Crowd, pid: int, given: dict[str, Any]) -> dict[str, float]:
    return (await publish.settle(crowd, pid, **given)).as_dict()


async def settle_at(crowd: Crowd, pid: int, given: dict[str, Any]) -> dict[str, float]:
    spent, took = await publish.settle_at(crowd, pid, **given)
    return spent.as_dict() | took


async def arrive(crowd: Crowd, pid: int, given: dict[str, Any]) -> dict[str, float]:
    return await gather.arrive(crowd, pid, _seats(given))


async def ask_around(crowd: Crowd, pid: int, given: dict[str, Any]) -> dict[str, float]:  # noqa: ARG001
    return await gather.say_one_in_each_room(crowd)


async def come_back(crowd: Crowd, pid: int, given: dict[str, Any]) -> dict[str, float]:
    return await gather.come_back(crowd, pid, _seats(given), given["heads"])


async def follow_each(crowd: Crowd, pid: int, given: dict[str, Any]) -> dict[str, float]:
    return await gather.follow_each(crowd, pid, given["after"])


async def enter(crowd: Crowd, pid: int, given: dict[str, Any]) -> dict[str, float]:
    return await entering.enter(crowd, pid, **given)


async def storm(crowd: Crowd, pid: int, given: dict[str, Any]) -> dict[str, float]:
    return await entering.storm(crowd, pid, **given)


async def open_up(crowd: Crowd, pid: int, given: dict[str, Any]) -> dict[str, float]:  # noqa: ARG001
    return await opening.open_up(crowd, **given)


async def hear_byes(crowd: Crowd, pid: int, given: dict[str, Any]) -> dict[str, float]:  # noqa: ARG001
    """Wait until the server has said bye to everyone, or half a minute."""
    for _ in range(int(BYE * 10)):
        if crowd.byes >= len(crowd.members):
            break
        await asyncio.sleep(0.1)
    return {"byes": crowd.byes, "connections": len(crowd.members)}


STEPS: dict[str, Step] = {
    step.__name__: step
    for step in (
        connect, saturate, pace, settle, settle_at, arrive, ask_around, come_back, follow_each, enter, storm,
        open_up, hear_byes,
    )
}  # fmt: skip


async def main(job: dict[str, Any]) -> None:
    if job["awake"]:
        stay_awake()
    crowd = Crowd(job["host"], job["port"], DIALECTS[job["dialect"]]())
    for given in job["steps"]:
        step = STEPS[given.pop("do")]
        try:
            result: dict[str, Any] = dict(await step(crowd, job["pid"], given))
        except (TimeoutError, OSError) as error:
            result = {"failed": f"{type(error).__name__}: {error}"}
        result |= {"do": step.__name__, "troubles": len(crowd.troubles), "first_troubles": crowd.troubles[:3]}
        print(json.dumps(result), flush=True)
        if "failed" in result:
            break
    crowd.leave()


def stay_awake() -> None:
    """Poll without sleeping: a server must not pay for waking its neighbour at each send, as no network card asks."""
    asyncio.get_running_loop().call_soon(stay_awake)


def _seats(given: dict[str, Any]) -> list[Seat]:
    return [Seat(**seat) for seat in given["seats"]]


if __name__ == "__main__":
    raise_file_limit()
    gc.disable()  # a pause of the generator would be booked as a pause of the server
    uvloop.run(main(json.load(sys.stdin)))
