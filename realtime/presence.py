"""Who is here, in which room, on all servers together.

`Presence` is the pure part: it has no clock and no wire. Each room is looked at when something about it is due, and
at most once in `Pace.every` seconds, whatever happens in between: that is what makes a thousand arrivals cost one
broadcast. Each process announces the whole list of its own people in a room, so a lost announcement is mended by the
next, and a process that died is forgotten when its last one expires.

`LivePresence` is the shell: the loop's clock and timers, the bus, and `deliver`.

Only people whose presence may be shown are passed in; for the others nothing is kept and nothing is done.
"""

import asyncio
import heapq
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from math import inf
from typing import NamedTuple

import msgspec

from realtime.bus import Bus, Passing
from realtime.bus.telling import tell

ANNOUNCEMENT = "here"  # the kind of a passing from process to process; clients are sent "presence"
ROOMS_IN_A_TURN = 50  # looked at in one turn of the loop; others want their turn too


@dataclass(frozen=True)
class Pace:
    """How often and how long. Seconds, except `names`."""

    every: float = 2.0  # a room is broadcast and announced at most this often
    refresh: float = 25.0  # an unchanged room is announced this often …
    ttl: float = 60.0  # … and what another process announced is believed this long: two may be lost
    grace: float = 5.0  # who comes back within this never left: a reload must not flicker
    quiet: float = 30.0  # after the start nothing is broadcast: everybody is just coming back
    names: int = 50  # with more people than this, only their number is shown


class Here(msgspec.Struct, frozen=True):
    """The body of a `presence` frame. `here` is empty when there are too many to name."""

    here: list[str]
    count: int


class Look(NamedTuple):
    """What a look at a room found to be said: JSON for the other processes, JSON for the clients, or neither."""

    room: str
    announcement: bytes | None
    snapshot: bytes | None


class Presence:
    """Who is here in which room. Every `now` is in seconds on one monotonic clock."""

    def __init__(self, started: float, pace: Pace | None = None) -> None:
        self._pace = pace or Pace()
        self._loud_at = started + self._pace.quiet
        self._rooms: dict[str, _Room] = {}
        self._agenda: list[tuple[float, str]] = []  # a heap; an entry counts only if it is its room's `look_at`

    def arrive(self, person: str, room: str, connection: Hashable, now: float) -> None:
        """`person` follows `room` on `connection`, one of perhaps many."""
        if self._room(room).arrive(person, connection):
            self._look_no_later_than(now, room)

    def leave(self, person: str, room: str, connection: Hashable, now: float) -> None:
        """`connection` no longer follows `room`. With the last of them the person leaves, after the grace."""
        known = self._rooms.get(room)
        if known is not None and known.leave(person, connection, now + self._pace.grace):
            self._look_no_later_than(now + self._pace.grace, room)

    def remove(self, person: str, room: str, now: float) -> None:
        """`person` may not be here any more: gone from this process on all connections, without grace."""
        known = self._rooms.get(room)
        if known is not None and known.remove(person):
            self._look_no_later_than(now, room)

    def hear(self, origin: str, room: str, people: Iterable[str], now: float) -> None:
        """Another process announced who is in `room` there: the whole list, which replaces the one before."""
        there = frozenset(people)
        if (there or room in self._rooms) and self._room(room).hear(origin, there, now + self._pace.ttl):
            self._look_no_later_than(now, room)

    def told(self, room: str) -> bytes | None:
        """The snapshot last broadcast, for somebody who came after it. None: there was none, or nobody is here."""
        known = self._rooms.get(room)
        return known.told if known is not None else None

    def next_look(self) -> float | None:
        """When `looks` will have something to do; None: not before somebody comes or goes."""
        while self._agenda:
            at, name = self._agenda[0]
            room = self._rooms.get(name)
            if room is not None and room.look_at == at:
                return at
            heapq.heappop(self._agenda)
        return None

    def looks(self, now: float, most: int) -> Iterator[Look]:
        """Look at the rooms that are due, `most` of them, and yield what is to be said."""
        for _ in range(most):
            at = self.next_look()
            if at is None or at > now:
                return
            _, name = heapq.heappop(self._agenda)
            yield self._look(name, self._rooms[name], now)

    def _look(self, name: str, room: "_Room", now: float) -> Look:
        room.forget_gone(now)
        announcement = room.announcement(now, self._pace.refresh)
        snapshot = room.snapshot(self._pace.names) if now >= self._loud_at else None
        room.looked_at, room.look_at = now, inf
        if room.empty:
            del self._rooms[name]
        else:
            loud_at = self._loud_at if now < self._loud_at else inf
            self._look_no_later_than(min(loud_at, room.next_change(self._pace.refresh)), name)
        return Look(name, announcement, snapshot)

    def _room(self, name: str) -> "_Room":
        room = self._rooms.get(name)
        if room is None:
            room = self._rooms[name] = _Room()
        return room

    def _look_no_later_than(self, at: float, name: str) -> None:
        room = self._rooms[name]
        at = max(at, room.looked_at + self._pace.every)
        if at < room.look_at:
            room.look_at = at
            heapq.heappush(self._agenda, (at, name))


class _Room:
    """One room: our own people by connection, those who are leaving, and the others' lists."""

    __slots__ = ("_announced_at", "_elsewhere", "_leaving", "_people", "_unannounced", "look_at", "looked_at", "told")

    def __init__(self) -> None:
        self.look_at = inf
        self.looked_at = -inf
        self.told: bytes | None = None
        self._people: dict[str, set[Hashable]] = {}  # with no connection: leaving
        self._leaving: dict[str, float] = {}  # person → when the grace ends, soonest first
        self._elsewhere: dict[str, tuple[frozenset[str], float]] = {}  # origin → people there, believed until
        self._unannounced = False
        self._announced_at = -inf

    @property
    def empty(self) -> bool:
        return not self._people and not self._elsewhere

    def arrive(self, person: str, connection: Hashable) -> bool:
        """True when this changes who is here."""
        self._leaving.pop(person, None)
        connections = self._people.get(person)
        if connections is not None:
            connections.add(connection)
            return False
        self._people[person] = {connection}
        self._unannounced = True
        return True

    def leave(self, person: str, connection: Hashable, until: float) -> bool:
        """True when it was the person's last connection."""
        connections = self._people.get(person)
        if connections is None or connection not in connections:
            return False
        connections.remove(connection)
        if connections:
            return False
        self._leaving[person] = until
        return True

    def remove(self, person: str) -> bool:
        self._leaving.pop(person, None)
        if self._people.pop(person, None) is None:
            return False
        self._unannounced = True
        return True

    def hear(self, origin: str, people: frozenset[str], until: float) -> bool:
        """True when the list differs from the one before."""
        before, _ = self._elsewhere.pop(origin, (frozenset(), 0.0))
        if people:
            self._elsewhere[origin] = (people, until)
        return people != before

    def forget_gone(self, now: float) -> None:
        for person in [person for person, until in self._leaving.items() if until <= now]:
            self.remove(person)
        for origin in [origin for origin, (_, until) in self._elsewhere.items() if until <= now]:
            del self._elsewhere[origin]

    def announcement(self, now: float, refresh: float) -> bytes | None:
        """Our list, if it changed or the others' copies of it grow old."""
        stale = bool(self._people) and now >= self._announced_at + refresh
        if not self._unannounced and not stale:
            return None
        self._unannounced, self._announced_at = False, now
        return msgspec.json.encode(list(self._people))

    def snapshot(self, names: int) -> bytes | None:
        """Who is here on all servers, unless that was just what was told last."""
        here = set(chain(self._people, *(people for people, _ in self._elsewhere.values())))
        named = sorted(here) if len(here) <= names else []
        body = msgspec.json.encode(Here(named, len(here)))
        if body == self.told or (not here and self.told is None):
            return None
        self.told = body
        return body

    def next_change(self, refresh: float) -> float:
        """When the next thing happens here by itself."""
        return min(
            self._announced_at + refresh if self._people else inf,
            next(iter(self._leaving.values()), inf),
            min((until for _, until in self._elsewhere.values()), default=inf),
        )


class LivePresence:
    """Presence on the running loop. `deliver(room, body)` gives a `presence` body to whoever follows the room here.

    A quiet time of nought broadcasts from the start.
    """

    def __init__(self, bus: Bus, deliver: Callable[[str, msgspec.Raw], None], pace: Pace | None = None) -> None:
        self._bus = bus
        self._deliver = deliver
        self._loop = asyncio.get_running_loop()
        self._presence = Presence(self._loop.time(), pace)
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = inf

    def arrive(self, person: str, room: str, connection: Hashable) -> None:
        self._presence.arrive(person, room, connection, self._loop.time())
        self._set_timer()

    def leave(self, person: str, room: str, connection: Hashable) -> None:
        self._presence.leave(person, room, connection, self._loop.time())
        self._set_timer()

    def remove(self, person: str, room: str) -> None:
        self._presence.remove(person, room, self._loop.time())
        self._set_timer()

    def hear(self, passing: Passing) -> None:
        """Take an `ANNOUNCEMENT` from the bus; one that makes no sense is nothing to anybody."""
        if passing.origin == self._bus.origin:
            return
        try:
            people = msgspec.json.decode(passing.body, type=list[str])
        except msgspec.MsgspecError:
            return
        self._presence.hear(passing.origin, passing.room, people, self._loop.time())
        self._set_timer()

    def told(self, room: str) -> msgspec.Raw | None:
        """The body to send to a connection that has just subscribed, so that it need not wait for a change."""
        body = self._presence.told(room)
        return None if body is None else msgspec.Raw(body)

    def stop(self) -> None:
        """Fall silent. Nobody is told that our people left: most of them are about to arrive elsewhere."""
        self._cancel_timer()
        self._timer_at = -inf  # nothing is sooner, so no timer is set again

    def _set_timer(self) -> None:
        at = self._presence.next_look()
        if at is not None and at < self._timer_at:
            self._cancel_timer()
            self._timer_at = at
            self._timer = self._loop.call_at(at, self._look_round)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look_round(self) -> None:
        self._timer, self._timer_at = None, inf
        for look in self._presence.looks(self._loop.time(), ROOMS_IN_A_TURN):
            self._say(look)
        self._set_timer()

    def _say(self, look: Look) -> None:
        if look.announcement is not None:
            self._bus.pass_on(Passing(look.room, ANNOUNCEMENT, msgspec.Raw(look.announcement), self._bus.origin))
        if look.snapshot is not None:
            tell(self._deliver, look.room, msgspec.Raw(look.snapshot))
