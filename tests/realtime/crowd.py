"""A log in memory as the hub sees rooms, and readers who take everything."""

import asyncio
from collections.abc import Collection, Mapping, Sequence

import msgspec
from msgspec import Raw

from realtime.hub import Admission, Ask, Hub
from realtime.protocol import Event
from realtime.watch import Subscription
from tests.world import until


class Log:
    """Rooms as the hub sees them: a log in memory, who may follow, whose session is over."""

    def __init__(self) -> None:
        self.rooms: dict[str, list[Event]] = {}
        self.floor: dict[str, int] = {}
        self.barred: set[tuple[str, str]] = set()  # person, room
        self.over: dict[str, int] = {}  # session → close code
        self.reads: list[tuple[str, int, int]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    def write(self, room: str, kind: str = "message_posted", by: str = "p1", count: int = 1) -> list[Event]:
        log = self.rooms.setdefault(room, [])
        made = [
            Event(room, len(log) + place, kind, by, "2026-11-23T08:00:00+00:00", Raw(b"{}"))
            for place in range(1, count + 1)
        ]
        log += made
        return made

    def head(self, room: str) -> int:
        return len(self.rooms.get(room, ()))

    async def admit(self, ask: Ask) -> Mapping[str, Admission]:
        await self.gate.wait()
        return {
            room: Admission(self.head(room), self.floor.get(room, 1))
            for room in ask.rooms
            if (ask.person, room) not in self.barred and ask.session not in self.over
        }

    async def after(self, room: str, after: int, limit: int) -> Sequence[Event]:
        self.reads.append((room, after, limit))
        await self.gate.wait()
        start = max(after, self.floor.get(room, 1) - 1)
        return self.rooms.get(room, [])[start : start + limit]

    async def heads(self, rooms: Collection[str]) -> Mapping[str, int]:
        return {room: self.head(room) for room in rooms}

    async def ended(self, sessions: Collection[str]) -> Mapping[str, int]:
        return {each: self.over[each] for each in sessions if each in self.over}

    def concerns(self, event: Event) -> str | None:
        return event.by if event.kind == "member_removed" else None

    def redacts(self, event: Event) -> bool:
        return event.kind == "message_removed"

    def view(self, event: Event, _: str) -> Event:
        return event


class Reader:
    """A member of the hub that takes everything and catches up as a connection does."""

    def __init__(self, hub: Hub, person: str = "p1", session: str = "k1") -> None:
        self.hub, self.person, self.session = hub, person, session
        self.subscriptions: dict[str, Subscription] = {}
        self.got: dict[str, list[int]] = {}
        self.resets: list[str] = []
        self.ended: list[int] = []
        self.full = False

    async def open(self, room: str, after: int = 0) -> Subscription:
        with self.hub.expecting((room,)):
            admission = (await self.hub.rooms.admit(Ask(self.person, self.session, (room,))))[room]
            self.hub.open(room, admission.head)
            subscription = self.hub.follow(self, room, after, admission)
        await self.catch_up(subscription)
        return subscription

    async def catch_up(self, subscription: Subscription) -> None:
        while not subscription.live and self.subscriptions.get(subscription.watch.room) is subscription:
            if subscription.sent == subscription.watch.head:
                subscription.live = True
                return
            missed = await self.hub.missed(subscription)
            if missed is None:
                self.resets.append(subscription.watch.room)
                subscription.sent = subscription.watch.head
                continue
            frames, reaches = missed
            for frame in frames:
                self.put(frame, 1)
            subscription.sent = reaches

    def put(self, frames: bytes, _: int) -> bool:
        if self.full:
            return False
        for event in unframed(frames):
            self.got.setdefault(event.room, []).append(event.seq)
        return True

    def put_passing(self, frame: bytes) -> None: ...

    def put_window(self, room: str, frame: bytes, *, first: bool) -> None: ...

    def set_back(self, subscription: Subscription) -> None: ...

    def dropped(self, room: str, _: int) -> None:
        self.resets.append(room)

    def tend(self, now: float) -> None: ...

    def end(self, code: int, retry_ms: int | None = None) -> None:  # noqa: ARG002 - the hub names it
        self.ended.append(code)
        self.hub.leave(self, "u" + self.person[1:])


def unframed(data: bytes) -> list[Event]:
    """The events of several short text frames that stand behind each other."""
    found = []
    while data:
        length, start = data[1], 2
        if length == 126:
            length, start = int.from_bytes(data[2:4], "big"), 4
        found.append(msgspec.json.decode(data[start : start + length], type=Event))
        data = data[start + length :]
    return found


def log_of(hub: Hub) -> Log:
    assert isinstance(hub.rooms, Log)
    return hub.rooms


def joined(hub: Hub, person: str = "p1", session: str = "k1") -> Reader:
    reader = Reader(hub, person, session)
    hub.join(reader, "u" + person[1:])
    hub.open("u" + person[1:], log_of(hub).head("u" + person[1:]))
    return reader


async def settle(hub: Hub) -> None:
    """Let everything that the hub has begun come to its end."""
    await until(lambda: not hub._tasks)
