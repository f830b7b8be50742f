"""Many connections of one process, and what they have received together."""

import asyncio
from collections.abc import Callable, Sequence
from typing import cast

from bench.load.dialects import Dialect, Seat
from bench.wire import HEADERS_END, EventReader, FrameReader, accepted, handshake

AT_A_TIME = 100  # handshakes under way: enough to keep a server busy, few enough for any backlog
PATIENCE = 60.0


class Crowd:
    """The connections to one server. `delivered` counts events, `watch` tells when a count is reached."""

    def __init__(self, host: str, port: int, dialect: Dialect) -> None:
        self.host, self.port, self.dialect = host, port, dialect
        self.members: list[Member] = []
        self.delivered = 0
        self.answered: Callable[[Member, int], None] = _nobody_asked
        self.told: Callable[[Member, bytes], None] = _nobody_listens
        self.troubles: list[str] = []
        self.byes = 0
        self._mark = 1 << 62
        self._reached: Callable[[], None] = lambda: None

    def watch(self, mark: int, reached: Callable[[], None]) -> None:
        """Call `reached` once `delivered` is at least `mark`. It replaces what was watched before."""
        self._mark, self._reached = mark, reached

    def count(self, events: int) -> None:
        self.delivered += events
        if self.delivered >= self._mark:
            self._mark = 1 << 62
            self._reached()

    async def until_delivered(self, mark: int) -> None:
        """Wait until `mark` events have come; raises TimeoutError after a minute."""
        if self.delivered >= mark:
            return
        there = asyncio.Event()
        self.watch(mark, there.set)
        await asyncio.wait_for(there.wait(), PATIENCE)

    async def connect(self, seats: Sequence[Seat], events: Sequence[EventReader] = ()) -> None:
        """Open a connection for each seat and wait until the server has welcomed it.

        `events`, one for each seat where given, look at the events from the first on.
        """
        gate = asyncio.Semaphore(AT_A_TIME)
        members = [Member(self, seat) for seat in seats]
        for member, event in zip(members, events, strict=False):
            member.reader.look(event)

        async def enter(member: Member) -> None:
            async with gate:
                await asyncio.get_running_loop().create_connection(lambda: member, self.host, self.port)
                await asyncio.wait_for(member.welcomed, PATIENCE)

        await asyncio.gather(*(enter(member) for member in members))
        self.members += members

    def look(self, event: EventReader | None) -> None:
        """Hand each event that comes from now on to `event`; None: only count."""
        for member in self.members:
            member.reader.look(event)

    def leave(self) -> None:
        for member in self.members:
            member.leave()


def _nobody_asked(member: "Member", number: int) -> None:
    """An answer to a message whose deliveries are counted instead."""


def _nobody_listens(member: "Member", payload: bytes) -> None:
    """A passing frame that nobody counts."""


class Member(asyncio.Protocol):
    """One connection. It reads as little as the dialect lets it."""

    def __init__(self, crowd: Crowd, seat: Seat) -> None:
        self.crowd, self.seat = crowd, seat
        self.reader = FrameReader(crowd.dialect.place, self._read)
        self.welcomed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.on_subscribed: Callable[[], None] = lambda: None
        self.posted = 0
        self._head: bytes | None = b""
        self._leaving = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.WriteTransport, transport)  # uvloop's is one in all but name
        host = f"{self.crowd.host}:{self.crowd.port}"
        self.send(handshake(self.crowd.dialect.path(self.seat), host, self.seat.cookie))

    def data_received(self, data: bytes) -> None:
        if self._head is not None:
            data = self._open(self._head + data)
        if counted := self.reader.feed(data):
            self.crowd.count(counted)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._leaving:
            self.trouble(b"connection lost " + repr(exc).encode())

    def send(self, frame: bytes) -> None:
        self.transport.write(frame)

    def post(self, text: str) -> int:
        """Send a message to the seat's room; returns the number that its answer will bear."""
        self.posted += 1
        self.send(self.crowd.dialect.post(self.seat, self.posted, text))
        return self.posted

    def joined(self) -> None:
        if not self.welcomed.done():
            self.welcomed.set_result(None)

    def subscribed(self) -> None:
        self.on_subscribed()

    def answered(self, number: int) -> None:
        self.crowd.answered(self, number)

    def told(self, payload: bytes) -> None:
        self.crowd.told(self, payload)

    def trouble(self, what: bytes) -> None:
        if b'"type":"bye"' in what:
            self.crowd.byes += 1
            self._leaving = True
            return
        self.crowd.troubles.append(what.decode(errors="replace")[:300])
        if not self.welcomed.done():
            self.welcomed.set_exception(ConnectionError(f"not welcomed: {self.crowd.troubles[-1]}"))

    def leave(self) -> None:
        self._leaving = True
        self.transport.abort()

    def _read(self, payload: bytes) -> None:
        self.crowd.dialect.read(payload, self.seat, self)

    def _open(self, head: bytes) -> bytes:
        """Keep what has come until the handshake's answer is whole; returns what follows it."""
        end = head.find(HEADERS_END)
        if end < 0:
            self._head = head
            return b""
        self._head = None
        if not accepted(head):
            self.trouble(head)
            return b""
        self.crowd.dialect.greet(self.seat, self)
        return head[end + len(HEADERS_END) :]
