"""Messages from the crowd: as many as the server takes, or so many a second."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

from bench.figures import percentile
from bench.load.crowd import PATIENCE, Crowd, Member
from bench.load.dialects import STAMP, text
from bench.proc import cpu_seconds
from bench.wire import EventReader

SIZE = 200  # bytes of a message
TICK = 0.001
_TEXT = b'"text":"'
_MS = 1e6  # nanoseconds


@dataclass(frozen=True)
class Spent:
    """What a measured part took. It begins and ends with nothing under way."""

    messages: int
    deliveries: int
    seconds: float
    server_cpu: float
    own_cpu: float

    def as_dict(self) -> dict[str, float]:
        return {
            "messages": self.messages,
            "deliveries": self.deliveries,
            "rate": self.messages / self.seconds,
            "us_per_delivery": self.server_cpu * 1e6 / max(1, self.deliveries),
            "us_per_message": self.server_cpu * 1e6 / max(1, self.messages),
            "server_busy": self.server_cpu / self.seconds,
            "generator_busy": self.own_cpu / self.seconds,
        }


class Meter:
    """Reads the clocks when it is made and when it is read."""

    def __init__(self, crowd: Crowd, pid: int) -> None:
        self._crowd, self._pid = crowd, pid
        self._delivered = crowd.delivered
        self._own, self._server, self._start = time.process_time(), cpu_seconds(pid), time.monotonic()

    def read(self, messages: int) -> Spent:
        return Spent(
            messages=messages,
            deliveries=self._crowd.delivered - self._delivered,
            seconds=time.monotonic() - self._start,
            server_cpu=cpu_seconds(self._pid) - self._server,
            own_cpu=time.process_time() - self._own,
        )


async def saturate(crowd: Crowd, pid: int, *, audience: int, in_flight: int, seconds: float) -> Spent:
    """Keep `in_flight` messages under way for `seconds`, each until `audience` readers have it, then let all arrive."""
    await _flood(crowd, audience, in_flight, min(0.5, seconds / 4))
    meter = Meter(crowd, pid)
    return meter.read(await _flood(crowd, audience, in_flight, seconds))


async def _flood(crowd: Crowd, audience: int, in_flight: int, seconds: float) -> int:
    """Returns how many were posted; all of them have been delivered."""
    posters = cycle(crowd.members)
    start, until, posted = crowd.delivered, time.monotonic() + seconds, 0
    over = asyncio.Event()

    def more() -> None:
        nonlocal posted
        if time.monotonic() >= until:
            over.set()
            return
        room_for = in_flight - posted + (crowd.delivered - start) // audience
        for _ in range(room_for):
            next(posters).post(text(SIZE, 0))
        posted += room_for
        crowd.watch(start + (posted - in_flight + 1) * audience, more)

    more()
    await asyncio.wait_for(over.wait(), seconds + PATIENCE)
    await crowd.until_delivered(start + posted * audience)
    return posted


async def pace(crowd: Crowd, pid: int, *, audience: int, rate: float, seconds: float) -> tuple[Spent, dict[str, float]]:
    """Post `rate` messages a second; returns what it took, and milliseconds from post to each delivery."""
    took: list[int] = []
    crowd.look(stamps(took))
    start = crowd.delivered
    warm = await _post_at(rate, min(1.0, seconds / 4), cycle(crowd.members))
    await crowd.until_delivered(start + warm * audience)
    took.clear()
    start, meter = crowd.delivered, Meter(crowd, pid)
    posted = await _post_at(rate, seconds, cycle(crowd.members))
    await crowd.until_delivered(start + posted * audience)
    spent = meter.read(posted)
    crowd.look(None)
    return spent, milliseconds(took)


def stamps(took: list[int]) -> EventReader:
    """Reads from an event how many nanoseconds ago its message was posted, and adds them to `took`."""

    def read(data: bytes, start: int, stop: int) -> None:
        at = data.index(_TEXT, start, stop) + len(_TEXT)
        took.append(time.monotonic_ns() - int(data[at : at + STAMP]))

    return read


async def _post_at(rate: float, seconds: float, posters: Iterator[Member]) -> int:
    """Post when it is time, whether or not anything has been answered."""
    start, posted = time.monotonic(), 0
    while (now := time.monotonic() - start) < seconds:
        while posted < now * rate:
            next(posters).post(text(SIZE, time.monotonic_ns()))
            posted += 1
        await asyncio.sleep(TICK)
    return posted


async def settle(crowd: Crowd, pid: int, *, in_flight: int, seconds: float) -> Spent:
    """Keep `in_flight` messages under way, each until it is answered `done`."""
    await _converse(crowd, in_flight, min(1.0, seconds / 4))
    meter = Meter(crowd, pid)
    return meter.read(await _converse(crowd, in_flight, seconds))


async def _converse(crowd: Crowd, in_flight: int, seconds: float) -> int:
    """Whoever is answered posts again; returns how many were answered."""
    until, done, under_way = time.monotonic() + seconds, 0, in_flight
    over = asyncio.Event()

    def answered(member: Member, number: int) -> None:  # noqa: ARG001 - one at a time: it is the last one's
        nonlocal done, under_way
        done += 1
        if time.monotonic() < until:
            member.post(text(SIZE, 0))
            return
        under_way -= 1
        if not under_way:
            over.set()

    crowd.answered = answered
    for member, _ in zip(cycle(crowd.members), range(in_flight)):
        member.post(text(SIZE, 0))
    await asyncio.wait_for(over.wait(), seconds + PATIENCE)
    return done


async def settle_at(crowd: Crowd, pid: int, *, rate: float, seconds: float) -> tuple[Spent, dict[str, float]]:
    """Post `rate` messages a second; returns what it took, and milliseconds from post to `done`."""
    sent: dict[tuple[int, int], int] = {}
    took: list[int] = []
    over = asyncio.Event()

    def answered(member: Member, number: int) -> None:
        took.append(time.monotonic_ns() - sent.pop((id(member), number)))
        if not sent:
            over.set()

    crowd.answered = answered
    await _record_at(rate, min(1.0, seconds / 4), cycle(crowd.members), sent)
    took.clear()
    meter = Meter(crowd, pid)
    posted = await _record_at(rate, seconds, cycle(crowd.members), sent)
    over.clear()
    if sent:
        await asyncio.wait_for(over.wait(), PATIENCE)
    return meter.read(posted), milliseconds(took)


async def _record_at(rate: float, seconds: float, posters: Iterator[Member], sent: dict[tuple[int, int], int]) -> int:
    start, posted = time.monotonic(), 0
    while (now := time.monotonic() - start) < seconds:
        while posted < now * rate:
            member = next(posters)
            sent[id(member), member.post(text(SIZE, 0))] = time.monotonic_ns()
            posted += 1
        await asyncio.sleep(TICK)
    return posted


def milliseconds(took: list[int]) -> dict[str, float]:
    shares = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}
    return {name: percentile(took, share) / _MS for name, share in shares.items()} | {"max_ms": max(took) / _MS}
