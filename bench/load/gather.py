"""A crowd that arrives, returns after a restart, or follows one room after the other."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.figures import percentile
from bench.load.crowd import PATIENCE, Crowd
from bench.load.dialects import Corridor, Seat
from bench.proc import cpu_seconds, resident_bytes

CATCH_UP = 120.0  # seconds after which those who are still behind are counted incomplete
QUIET = 1.5  # seconds without anything to do, before memory is read
_ROOM = b'"room":"'
_SEQ = b'"seq":'


async def arrive(crowd: Crowd, pid: int, seats: Sequence[Seat]) -> dict[str, float]:
    """All connect and are welcomed; what one of them costs the server, and how much memory stays when all is quiet."""
    await asyncio.sleep(QUIET)
    memory, cpu, start = resident_bytes(pid), cpu_seconds(pid), time.monotonic()
    await crowd.connect(seats)
    seconds = time.monotonic() - start
    await asyncio.sleep(QUIET)
    return {
        "connections": len(seats),
        "seconds": seconds,
        "cpu_ms_each": (cpu_seconds(pid) - cpu) * 1e3 / len(seats),
        "kib_each": (resident_bytes(pid) - memory) / 1024 / len(seats),
    }


async def say_one_in_each_room(crowd: Crowd) -> dict[str, float]:
    """Proof that everyone follows every room: one message in each reaches all of them."""
    start, expected = crowd.delivered, sum(len(member.seat.rooms) for member in crowd.members)
    said: set[str] = set()
    for member in crowd.members:
        for room in member.seat.rooms.keys() - said:
            said.add(room)
            member.send(crowd.dialect.post(Seat(room=room), 1, "is everybody here?"))
    try:
        await crowd.until_delivered(start + expected)
    except TimeoutError:
        crowd.troubles.append(f"{crowd.delivered - start} of {expected} deliveries came")
    return {"deliveries": crowd.delivered - start, "expected": expected}


@dataclass
class Return:
    """One connection's way back: how far it is in each room, and when it was level with all of them."""

    behind: dict[bytes, int]
    heads: dict[bytes, int]
    gaps: int = 0
    level_at: float | None = None
    missing: set[bytes] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.missing = {room for room, seq in self.behind.items() if seq < self.heads[room]}

    def event(self, data: bytes, start: int, stop: int) -> None:
        """Take one event: it must be the next one of its room."""
        at = data.index(_ROOM, start, stop) + len(_ROOM)
        room = data[at : data.index(b'"', at)]
        at = data.index(_SEQ, at, stop) + len(_SEQ)
        seq = int(data[at : data.index(b",", at)])
        if seq != self.behind[room] + 1:
            self.gaps += 1
        self.behind[room] = seq
        if seq >= self.heads[room]:
            self.missing.discard(room)
            if not self.missing:
                self.level_at = time.monotonic()


async def come_back(crowd: Crowd, pid: int, seats: Sequence[Seat], heads: dict[str, int]) -> dict[str, float]:
    """All return at once, each behind in its rooms: who got everything in order, how soon, at what cost.

    The clock starts for all when the first one knocks.
    """
    cpu, start = cpu_seconds(pid), time.monotonic()
    returns = [_return(seat, heads) for seat in seats]
    expected = crowd.delivered + sum(sum(back.heads[r] - back.behind[r] for r in back.behind) for back in returns)
    entering = asyncio.create_task(crowd.connect(seats, [back.event for back in returns]))
    try:
        await asyncio.wait_for(_all_level(crowd, expected, entering), CATCH_UP)
    except TimeoutError:
        crowd.troubles.append(f"{crowd.delivered} of {expected} events came within {CATCH_UP:.0f} s")
    spent = cpu_seconds(pid) - cpu
    took = [back.level_at - start for back in returns if back.level_at is not None]
    return {
        "connections": len(seats),
        "incomplete": sum(back.level_at is None or back.gaps > 0 for back in returns),
        "gaps": sum(back.gaps for back in returns),
        "events": crowd.delivered,
        "cpu_ms_each": spent * 1e3 / len(seats),
        "p50_s": percentile(took, 0.5) if took else CATCH_UP,
        "p95_s": percentile(took, 0.95) if took else CATCH_UP,
    }


def _return(seat: Seat, heads: dict[str, int]) -> Return:
    behind = {room.encode(): seq for room, seq in seat.rooms.items()}
    return Return(behind=behind, heads={room: heads[room.decode()] for room in behind})


async def _all_level(crowd: Crowd, expected: int, entering: "asyncio.Task[None]") -> None:
    await entering
    there = asyncio.Event()
    if crowd.delivered < expected:
        crowd.watch(expected, there.set)
        await there.wait()


async def follow_each(crowd: Crowd, pid: int, after: dict[str, int]) -> dict[str, float]:
    """One connection after the other subscribes to its seat's room; how long the answer takes."""
    dialect = crowd.dialect
    assert isinstance(dialect, Corridor)
    took: list[float] = []
    cpu = cpu_seconds(pid)
    for member in crowd.members:
        answered = asyncio.Event()
        member.on_subscribed = answered.set
        start = time.monotonic()
        member.send(dialect.subscribe(1, member.seat.room, after[member.seat.room]))
        await asyncio.wait_for(answered.wait(), PATIENCE)
        took.append(time.monotonic() - start)
    return {
        "p50_ms": percentile(took, 0.5) * 1e3,
        "p95_ms": percentile(took, 0.95) * 1e3,
        "cpu_ms_each": (cpu_seconds(pid) - cpu) * 1e3 / len(took),
    }
