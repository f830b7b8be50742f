"""What may be lost: who is typing, who is here. Goes to those who may see presence, and to nobody else.

Whether one may write now is a passing thing, too; each process finds it out for its own (rooms/opening).
"""

import msgspec
from msgspec import Raw

from realtime import protocol
from realtime.bus import Bus, Passing
from realtime.frames import text_frame
from realtime.hub import Hub
from realtime.presence import ANNOUNCEMENT, LivePresence, Pace
from realtime.protocol import encode
from realtime.watch import Subscription


class Passings:
    """Takes passing things from the bus to this process's subscribers, and keeps presence."""

    def __init__(self, hub: Hub, bus: Bus, pace: Pace) -> None:
        self._hub = hub
        self._bus = bus
        self.presence = LivePresence(bus, self._deliver_presence, pace)
        hub.observers.append(self)

    def typing(self, person: str, room: str) -> None:
        body = Raw(msgspec.json.encode({"person": person}))
        self._bus.pass_on(Passing(room, "typing", body, self._bus.origin))

    def hear(self, passing: Passing) -> None:
        """Something came by the bus, from this process or another."""
        if passing.kind == ANNOUNCEMENT:
            self.presence.hear(passing)
        elif passing.kind == "typing":
            person = msgspec.json.decode(passing.body, type=dict[str, str]).get("person", "")
            self._deliver(passing.room, "typing", passing.body, but=person)

    def followed(self, subscription: Subscription) -> None:
        """Somebody who may be seen has opened a room."""
        if not subscription.presence:
            return
        room = subscription.watch.room
        self.presence.arrive(subscription.subscriber.person, room, subscription.subscriber)
        body = self.presence.told(room)
        if body is not None:
            subscription.subscriber.put_passing(passing_frame(room, "presence", body))

    def unfollowed(self, subscription: Subscription, *, judged: bool) -> None:
        """Somebody has left a room, or (`judged`) may no longer be there."""
        if not subscription.presence:
            return
        person, room = subscription.subscriber.person, subscription.watch.room
        self.presence.leave(person, room, subscription.subscriber)
        if judged:
            self.presence.remove(person, room)

    def _deliver_presence(self, room: str, body: Raw) -> None:
        self._deliver(room, "presence", body)

    def _deliver(self, room: str, kind: str, body: Raw, but: str = "") -> None:
        frame = passing_frame(room, kind, body)
        for subscription in self._hub.followers(room):
            if subscription.presence and subscription.subscriber.person != but:
                subscription.subscriber.put_passing(frame)


def passing_frame(room: str, kind: str, body: Raw) -> bytes:
    return text_frame(encode(protocol.Passing(room, kind, body)))
