"""Somebody who follows rooms at a server, without its sockets."""

from collections.abc import Sequence
from typing import Any

import msgspec

from realtime.connection import Caller
from realtime.hub import Ask, Hub
from realtime.watch import Subscription
from rooms.live import LiveRooms
from rooms.opening.watching import Watching
from tests.world import World


class Listener:
    """Notes what it is told of windows: (room, body, whether it was the first)."""

    def __init__(self, hub: Hub, who: Caller) -> None:
        self.hub, self.person, self.session, self.own_room = hub, who.person, who.session, who.own_room
        self.subscriptions: dict[str, Subscription] = {}
        self.told: list[tuple[str, dict[str, Any], bool]] = []
        hub.join(self, who.own_room)

    async def open(self, *rooms: str) -> "Listener":
        with self.hub.expecting(rooms):
            admitted = await self.hub.admit(Ask(self.person, self.session, rooms))
            for room, admission in admitted.items():
                self.hub.open(room, admission.head)
                self.hub.follow(self, room, admission.head, admission).live = True
        return self

    def put_window(self, room: str, frame: bytes, *, first: bool) -> None:
        found = msgspec.json.decode(frame[frame.index(b"{") :])
        assert (found["type"], found["room"], found["kind"]) == ("passing", room, "window")
        self.told.append((room, found["body"], first))

    @property
    def opens(self) -> list[bool]:
        return [body["open"] for _, body, _ in self.told]

    def put(self, frames: bytes, count: int) -> bool:  # noqa: ARG002
        return True

    def put_passing(self, frame: bytes) -> None: ...

    def set_back(self, subscription: Subscription) -> None: ...

    def dropped(self, room: str, head: int) -> None: ...

    def tend(self, now: float) -> None: ...

    def end(self, code: int, retry_ms: int | None = None) -> None: ...


def server(world: World) -> tuple[Hub, Watching]:
    """A hub on a world, and what watches there."""
    hub = Hub(LiveRooms(world.database, world.clock))
    return hub, Watching(world.database, world.clock, hub)


async def listeners(hub: Hub, room: str, people: Sequence[Caller]) -> list[Listener]:
    return [await Listener(hub, each).open(room) for each in people]
