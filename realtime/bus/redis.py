"""The bus of many processes: hints by Redis Pub/Sub.

One channel for everything. What travels is small (a room's id and a number), coalesced per turn of the loop and
while a publish is on its way, so each process sends at most one message per round trip however many rooms move; and
on a single channel a probe that comes back proves the way that the hints take. With a channel per shard of rooms one
shard could go deaf behind the noise of the others.

Redis forgets what nobody hears, so it is never believed: an own loop makes each link anew, says so (`on_gap`), and
counts on delivery and not on connections, by looking for its own messages (`Echo`).
"""

import asyncio
import random
import secrets
from typing import Annotated

import msgspec
import structlog
from msgspec import Meta
from redis.exceptions import RedisError

from realtime.bus.echo import Echo
from realtime.bus.interface import BusStatus, Hints, OnGap, OnHints, OnPassing, Passing
from realtime.bus.link import Link, LinkLostError, connections, open_link
from realtime.bus.outgoing import Batch, Outgoing
from realtime.bus.telling import tell

log = structlog.get_logger(__name__)


class Parcel(msgspec.Struct, frozen=True, array_like=True):
    """One message on the channel, as JSON, which `redis-cli subscribe` shows as it is. Never a text of people."""

    origin: str
    number: Annotated[int, Meta(ge=0)]  # of the sender's messages, so that it knows which came back
    hints: dict[str, Annotated[int, Meta(ge=0)]]
    passings: list[Passing]


ENCODER = msgspec.json.Encoder()
DECODER = msgspec.json.Decoder(Parcel)


class RedisBus:
    """Carries hints between processes that share the Redis at `url` and the same `namespace`.

    `namespace` keeps installations on one Redis apart; the database's epoch is a good one. After `probe_after`
    seconds without a message of our own coming back one is sent; an exchange that takes longer than `answer_within`
    seconds ends the link. The next is made after a random time, at most `first_delay` seconds, doubling to
    `longest_delay` until one delivers.
    """

    def __init__(
        self,
        url: str,
        namespace: str,
        *,
        probe_after: float = 5.0,
        answer_within: float = 5.0,
        first_delay: float = 0.2,
        longest_delay: float = 5.0,
    ) -> None:
        self.origin = secrets.token_hex(8)
        self.channel = f"corridor:1:{namespace}"
        self._connections = connections(url, answer_within)
        self._probe_after = probe_after
        self._answer_within = answer_within
        self._first_delay = first_delay
        self._longest_delay = longest_delay
        self._outgoing = Outgoing()
        self._echo = Echo(0, probe_after, answer_within)
        self._number = 0  # goes on from link to link, so that a late message of an earlier link is known as such
        self._heard_at: float | None = None
        self._delivering = False
        self._turned = asyncio.Event()  # a new one at each turn of _delivering
        self._linked = False
        self._links = self._deaf = self._malformed = self._unsent = 0
        self._task: asyncio.Task[None] | None = None
        self._on_hints: OnHints | None = None
        self._on_passing: OnPassing | None = None
        self._on_gap: OnGap | None = None

    def publish(self, hints: Hints) -> None:
        tell(self._on_hints, hints)
        self._outgoing.hint(hints)

    def pass_on(self, passing: Passing) -> None:
        tell(self._on_passing, passing)
        if self._linked:
            self._outgoing.pass_on(passing)
        else:
            self._unsent += 1

    async def start(self, on_hints: OnHints, on_passing: OnPassing, on_gap: OnGap) -> None:
        self._on_hints, self._on_passing, self._on_gap = on_hints, on_passing, on_gap
        self._task = asyncio.create_task(self._stay_linked(), name="bus")

    async def stop(self) -> None:
        self._on_hints = self._on_passing = self._on_gap = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None
        self._turn(delivering=False)

    def status(self) -> BusStatus:
        heard = self._heard_at
        return BusStatus(
            delivering=self._delivering,
            probe_age=None if heard is None else asyncio.get_running_loop().time() - heard,
            reconnects=max(self._links - 1, 0),
            deaf=self._deaf,
            malformed=self._malformed,
            dropped_hints=self._outgoing.dropped_hints,
            dropped_passings=self._outgoing.dropped_passings + self._unsent,
        )

    async def until(self, *, delivering: bool) -> None:
        """Return when the bus delivers, or when it does not."""
        while self._delivering is not delivering:
            await self._turned.wait()

    async def _stay_linked(self) -> None:
        failures = 0
        while True:
            try:
                await self._use_one_link()
            except* (RedisError, OSError, TimeoutError) as lost:
                log.warning("bus_link_lost", reason=_reasons(lost))
            except* Exception:
                log.exception("bus_link_failed")  # our own fault; a bus that died of it would be worse
            failures = 0 if self._delivering else failures + 1
            self._turn(delivering=False)
            most = min(self._first_delay * 2.0**failures, self._longest_delay)
            await asyncio.sleep(random.uniform(0, most))  # noqa: S311 (spreads the processes, guards nothing)

    async def _use_one_link(self) -> None:
        try:
            async with open_link(self._connections, self.channel, self._answer_within) as link:
                self._begin_link()
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._listen(link))
                    tasks.create_task(self._speak(link))
                    tasks.create_task(self._watch())
        finally:
            self._linked = False
            self._outgoing.forget_passings()

    def _begin_link(self) -> None:
        self._links += 1
        self._linked = True
        self._echo = Echo(_now(), self._probe_after, self._answer_within)
        tell(self._on_gap)

    async def _listen(self, link: Link) -> None:
        async for message in link.messages():
            self._receive(message)

    async def _speak(self, link: Link) -> None:
        while True:
            batch = await self._outgoing.batch()
            try:
                await link.publish(self._wrap(batch))
            except BaseException:
                self._outgoing.hint(batch.hints)  # they may have arrived: twice does no harm, never would
                raise

    async def _watch(self) -> None:
        while True:
            now = _now()
            if self._echo.deaf(now):
                self._deaf += 1
                raise LinkLostError(f"nothing came back within {self._answer_within} s")
            if self._echo.due(now):
                self._outgoing.probe()
            await asyncio.sleep(self._echo.wait(now))

    def _wrap(self, batch: Batch) -> bytes:
        self._number += 1
        self._echo.sent(self._number, _now())
        return ENCODER.encode(Parcel(self.origin, self._number, batch.hints, batch.passings))

    def _receive(self, message: bytes) -> None:
        try:
            parcel = DECODER.decode(message)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            self._malformed += 1
            return
        if parcel.origin == self.origin:
            self._own_came_back(parcel.number)
            return
        if parcel.hints:
            tell(self._on_hints, parcel.hints)
        for passing in parcel.passings:
            tell(self._on_passing, passing)

    def _own_came_back(self, number: int) -> None:
        now = _now()
        if self._echo.returned(number, now):
            self._heard_at = now
            self._turn(delivering=True)

    def _turn(self, *, delivering: bool) -> None:
        if delivering is not self._delivering:
            self._delivering = delivering
            self._turned.set()
            self._turned = asyncio.Event()
            log.info("bus_delivers" if delivering else "bus_does_not_deliver", links=self._links)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _reasons(lost: BaseExceptionGroup[BaseException]) -> str:
    """The sentences in a group of exceptions, however deep they lie."""
    each = (_reasons(e) if isinstance(e, BaseExceptionGroup) else f"{type(e).__name__}: {e}" for e in lost.exceptions)
    return "; ".join(each)
