"""One browser tab: its frames in, its outbox, its subscriptions."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from config import Settings
from realtime import protocol
from realtime.frames import text_frame
from realtime.hub import Admission, Ask, Hub
from realtime.limits import Limits
from realtime.outbox import Outbox, OutboxCounts
from realtime.protocol import CloseCode, Command, FrameDecoder, Hello, Pong, Subscribe, Unsubscribe
from realtime.refusal import Refusal
from realtime.watch import Subscription, chunks_of
from realtime.wire import Wire

MOST_IN_FLIGHT: Final = 64  # commands of one connection that may wait for their answers
MOST_ROOMS: Final = 500
STRIKES: Final = 20  # broken or surplus frames, refilled one a second, before the connection ends
HELLO_WITHIN: Final = 10.0


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is at the door: a person, in a session."""

    person: str
    session: str
    own_room: str
    card: Mapping[str, Any]  # what `welcome` says of the person


@dataclass(frozen=True)
class Desk:
    """What every connection of a process works with."""

    hub: Hub
    limits: Limits
    decoder: FrameDecoder
    settings: Settings
    epoch: str
    now: Callable[[], str]
    submit: "Callable[[Caller, Command], asyncio.Future[Mapping[str, Any]]]"
    answers: Callable[[Command], bool]  # whether a command is answered at all
    outboxes: OutboxCounts
    text_limit: int


class Connection:
    """A member of the hub on a WebSocket."""

    __slots__ = (
        "__weakref__",
        "_behind",
        "_coming",
        "_desk",
        "_greeted",
        "_in_flight",
        "_outbox",
        "_pumping",
        "_strikes",
        "_struck_at",
        "_wire",
        "caller",
        "heard_at",
        "person",
        "pinged_at",
        "session",
        "subscriptions",
    )  # fmt: skip

    def __init__(self, desk: Desk, wire: Wire, caller: Caller) -> None:
        self.caller, self.person, self.session = caller, caller.person, caller.session
        self.subscriptions: dict[str, Subscription] = {}
        self._coming: set[str] = set()  # rooms whose subscription is being judged, and is still wanted
        self._desk = desk
        self._wire = wire
        self._outbox = Outbox(wire, desk.outboxes)
        self._behind: deque[Subscription] = deque()
        self._pumping = False
        self._greeted = False
        self._in_flight = 0
        self._strikes = 0.0
        self.heard_at = self.pinged_at = self._struck_at = monotonic()

    def start(self) -> None:
        """Take the accepted connection over."""
        wire = self._wire
        wire.on_pause, wire.on_writable, wire.on_lost = self._paused, self._writable, self._lost
        wire.on_ping = self._pinged
        self._desk.hub.join(self, self.caller.own_room)
        wire.take(self._receive)

    # In

    def _receive(self, data: bytes) -> None:
        self.heard_at = monotonic()
        request = 0
        try:
            frame = self._desk.decoder.decode(data)
            request = getattr(frame, "id", 0)
            self._desk.limits.check("frames", self.session)
            self._act(frame)
        except Refusal as refusal:
            self._refuse(refusal, request)

    def _pinged(self) -> bool:
        """Whether a ping of the socket's own is answered. They count as frames do."""
        try:
            self._desk.limits.check("frames", self.session)
        except Refusal as refusal:
            self._refuse(refusal, 0)
            return False
        return True

    def _act(self, frame: protocol.Frame) -> None:
        if not self._greeted:
            self._hello(frame)
            return
        match frame:
            case Pong():
                return
            case Subscribe():
                self._desk.limits.check("subscribes", self.session)
                self._coming.add(frame.room)
                self._desk.hub.spawn(self._subscribe(frame))
            case Unsubscribe():
                self._desk.hub.unfollow(self, frame.room)
                self._coming.discard(frame.room)
                self._send(protocol.done(frame.id, {"room": frame.room}))
            case Command():
                self._command(frame)
            case _:
                raise Refusal("bad_request", "Hello was already said.")

    def _hello(self, frame: protocol.Frame) -> None:
        if not isinstance(frame, Hello):
            self.end(CloseCode.PROTOCOL)
        elif frame.protocol != protocol.VERSION or len(frame.rooms) > protocol.HELLO_ROOMS:
            self._send(protocol.refused(0, Refusal("bad_request", "This version of Corridor speaks protocol 1.")))
            self.end(CloseCode.PROTOCOL)
        else:
            self._greeted = True
            self._desk.hub.spawn(self._greet(frame))

    async def _greet(self, hello: Hello) -> None:
        desk, own_room = self._desk, self.caller.own_room
        rooms = tuple(hello.rooms)
        with desk.hub.expecting((*rooms, own_room)):
            admitted = await self._admit((*rooms, own_room))
            if own_room not in admitted:  # the session ended while it was connecting
                self.end(CloseCode.SESSION_ENDED)
                return
            desk.hub.open(own_room, admitted[own_room].head)
            rates = {name: [rate.burst, rate.per_second] for name, rate in desk.settings.rates.items()}
            limits = {"frame": protocol.FRAME_LIMIT, "text": desk.text_limit, **rates}
            self._send(protocol.welcome(self.caller.card, desk.epoch, desk.now(), desk.settings.ping, limits))
            for room, after in hello.rooms.items():
                self._follow(room, after, admitted.get(room), same_epoch=hello.epoch in ("", desk.epoch))
        await self._pump()
        self.ping()

    async def _subscribe(self, frame: Subscribe) -> None:
        room, hub = frame.room, self._desk.hub
        try:
            if len(self.subscriptions) >= MOST_ROOMS:
                raise Refusal("rate_limited", "Too many rooms are open in this window.", retry_ms=60_000)
            with hub.expecting((room,)):
                admission = (await self._admit((room,))).get(room)
                if admission is None:
                    raise Refusal("not_found", room=room)
                head = max(hub.open(room, admission.head), admission.head)
                more = frame.after < head
                self._send(protocol.subscribed(frame.id, room, head, admission.floor, more=more))
                if room in self._coming:  # else unsubscribed from meanwhile
                    self._follow(room, frame.after, admission, same_epoch=True)
        except Refusal as refusal:
            self._send(protocol.refused(frame.id, refusal))
        else:
            await self._pump()
        finally:
            self._coming.discard(room)

    async def _admit(self, rooms: tuple[str, ...]) -> Mapping[str, Admission]:
        try:
            return await self._desk.hub.admit(Ask(self.person, self.session, rooms))
        except Refusal:
            raise
        except Exception as error:
            self.end(CloseCode.RESYNC, retry_ms=2000)
            raise Refusal("unavailable") from error

    def _follow(self, room: str, after: int, admission: Admission | None, *, same_epoch: bool) -> None:
        if self._wire.close_sent or self._wire.disconnected:
            return
        if admission is None:
            self._send(protocol.reset(room, 0, "access"))
            return
        hub = self._desk.hub
        head = hub.open(room, admission.head)
        reason = _why_reset(after, max(head, admission.head), admission.floor, same_epoch=same_epoch)
        subscription = hub.follow(self, room, head if reason else after, admission)
        if reason:
            self._send(protocol.reset(room, head, reason))
        self._behind.append(subscription)

    def _command(self, command: Command) -> None:
        if self._in_flight >= MOST_IN_FLIGHT:
            raise Refusal("rate_limited", retry_ms=1000)
        try:
            future = self._desk.submit(self.caller, command)
        except Refusal:
            if self._desk.answers(command):
                raise
            return
        self._in_flight += 1
        future.add_done_callback(lambda done: self._answer(command, done))

    def _answer(self, command: Command, future: "asyncio.Future[Mapping[str, Any]]") -> None:
        self._in_flight -= 1
        if future.cancelled():
            return
        error = future.exception()
        if not self._desk.answers(command):
            return
        if error is None:
            self._send(protocol.done(command.id, future.result()))
        else:
            refusal = error if isinstance(error, Refusal) else Refusal("unavailable")
            self._send(protocol.refused(command.id, refusal))

    def _refuse(self, refusal: Refusal, request: int) -> None:
        """Answer a frame that came to nothing; a connection that sends little else is ended."""
        self._send(protocol.refused(refusal.more.pop("id", request), refusal))
        if refusal.code in ("bad_request", "rate_limited"):
            now = monotonic()
            self._strikes = max(0.0, self._strikes - (now - self._struck_at)) + 1
            self._struck_at = now
            if self._strikes > STRIKES:
                self.end(CloseCode.PROTOCOL)

    # Out

    def put(self, frames: bytes, count: int) -> bool:
        return self._outbox.put(frames, count)

    def put_passing(self, frame: bytes) -> None:
        self._outbox.put_passing(frame)

    def put_window(self, room: str, frame: bytes, *, first: bool) -> None:  # noqa: ARG002
        self._outbox.put_passing(frame)

    def set_back(self, subscription: Subscription) -> None:
        """Read a room on from the log, once the connection takes bytes again."""
        self._outbox.counts.rooms_set_back += 1
        self._behind.append(subscription)
        if not self._wire.paused:
            self._desk.hub.spawn(self._pump())

    def dropped(self, room: str, head: int) -> None:
        self._send(protocol.reset(room, head, "access"))

    def ping(self) -> None:
        self.pinged_at = monotonic()
        self._send(protocol.ping({room: each.watch.head for room, each in self.subscriptions.items()}))

    def _send(self, payload: bytes) -> None:
        """An answer: small, and asked for, so it counts against the asker's outbox like anything else."""
        if not self._outbox.put(text_frame(payload), 1):
            self.end(CloseCode.TOO_SLOW)

    async def _pump(self) -> None:
        """Bring what is behind up to date, room after room, for as long as the connection takes bytes."""
        if self._pumping:
            return
        self._pumping = True
        try:
            while self._behind and not self._wire.paused and not self._wire.disconnected:
                await self._refill(self._behind[0])
        finally:
            self._pumping = False

    async def _refill(self, subscription: Subscription) -> None:
        """One step for the room that has waited longest; it leaves the queue once it is live or gone."""
        watch = subscription.watch
        if subscription.live or self.subscriptions.get(watch.room) is not subscription:
            self._behind.popleft()
            return
        if subscription.sent >= watch.head:  # beyond it: another server was faster, and repeats do no harm
            subscription.live = True
            self._behind.popleft()
            return
        missed = await self._desk.hub.missed(subscription)
        if self.subscriptions.get(watch.room) is not subscription:  # taken out of the room meanwhile
            return
        if missed is None:
            subscription.sent = watch.head
            self._send(protocol.reset(watch.room, watch.head, "too_far"))
            return
        frames, reaches = missed
        unsent = len(frames)
        for chunk, count in chunks_of(frames):
            if not self.put(chunk, count):
                break
            unsent -= count
        subscription.sent = reaches - unsent

    # The transport

    def _paused(self) -> None:
        if self._outbox.stalled_at is None:
            self._outbox.stalled_at = monotonic()

    def _writable(self) -> None:
        self._outbox.stalled_at = None
        self._outbox.flush()
        if self._behind and not self._wire.paused:
            self._desk.hub.spawn(self._pump())

    def _lost(self) -> None:
        self._desk.hub.leave(self, self.caller.own_room)
        self._behind.clear()

    def tend(self, now: float) -> None:
        """Once a second or so: ping, and end whoever is too slow or no longer there."""
        desk, stalled = self._desk, self._outbox.stalled_at
        if stalled is not None and now - stalled >= desk.settings.stall:
            desk.outboxes.closed_too_slow += 1
            self.end(CloseCode.TOO_SLOW)
        elif not self._greeted and now - self.pinged_at >= HELLO_WITHIN:
            self.end(CloseCode.PROTOCOL)
        elif now - self.heard_at >= 2 * desk.settings.ping + HELLO_WITHIN:
            self._wire.cut()
        elif self._greeted and now - self.pinged_at >= desk.settings.ping:
            self.ping()

    def end(self, code: int, retry_ms: int | None = None) -> None:
        """Say goodbye and close. What the connection followed ends here and now."""
        self._lost()
        self._wire.end(code, protocol.REASONS[code], protocol.bye(code, retry_ms))


def _why_reset(after: int, head: int, floor: int, *, same_epoch: bool) -> str | None:
    """Why a client cannot simply read on; None if it can."""
    if not same_epoch or after > head:
        return "epoch"
    if after < floor - 1:
        return "retention"
    if head - after > protocol.CATCH_UP_LIMIT:
        return "too_far"
    return None
