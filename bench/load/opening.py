"""A crowd that waits for the moment at which it may write again."""

import asyncio
import time
from typing import Final

from bench.figures import percentile
from bench.load.crowd import PATIENCE, Crowd, Member

_OPEN: Final = b'"open":true'


async def open_up(crowd: Crowd, *, at_ms: int, left: int) -> dict[str, float]:
    """When each connection hears that it is open, in milliseconds after the moment, and when what was left is there.

    What was left reaches two connections each. `early`: connections that heard of it before the moment.
    """
    heard: dict[Member, float] = {}
    there = asyncio.Event()

    def told(member: Member, payload: bytes) -> None:
        if _OPEN in payload and b'"window"' in payload and member not in heard:
            heard[member] = time.time() * 1000 - at_ms
            if len(heard) == len(crowd.members):
                there.set()

    start = crowd.delivered
    crowd.told = told
    await asyncio.wait_for(there.wait(), max(0.0, at_ms / 1000 - time.time()) + PATIENCE)
    await crowd.until_delivered(start + 2 * left)
    sent = time.time() * 1000 - at_ms
    took = list(heard.values())
    return {
        "connections": len(took),
        "early": sum(each < 0 for each in took),
        "first_ms": min(took),
        "p50_ms": percentile(took, 0.5),
        "last_ms": max(took),
        "left": left,
        "left_there_ms": sent,
    }
