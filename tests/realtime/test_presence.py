"""Who is here: pure, at times that the test says; and on a loop, with two processes on one Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from realtime.bus import Bus, MemoryBus, Passing
from realtime.presence import ANNOUNCEMENT, ROOMS_IN_A_TURN, Here, LivePresence, Look, Pace, Presence
from tests.realtime.conftest import PATIENCE, quick_bus, turned

AT_ONCE = Pace(quiet=0)


class Process:
    """A `Presence` at times of our own, and all that it said."""

    def __init__(self, pace: Pace = AT_ONCE) -> None:
        self.presence = Presence(0, pace)
        self.said: list[Look] = []

    def until(self, now: float) -> None:
        """Look whenever a look is due, up to `now`."""
        while (at := self.presence.next_look()) is not None and at <= now:
            self.said += self.presence.looks(at, ROOMS_IN_A_TURN)

    def snapshots(self) -> list[Here]:
        return [msgspec.json.decode(look.snapshot, type=Here) for look in self.said if look.snapshot is not None]

    def announcements(self) -> list[list[str]]:
        found = [look.announcement for look in self.said if look.announcement is not None]
        return [sorted(msgspec.json.decode(body, type=list[str])) for body in found]


def test_who_arrives_is_shown_at_once_and_announced() -> None:
    process = Process()
    process.presence.arrive("p1", "r1", "c1", 10)
    process.until(10)
    assert process.snapshots() == [Here(["p1"], 1)]
    assert process.announcements() == [["p1"]]


def test_two_thousand_arrivals_cost_one_snapshot_and_one_announcement_in_two_seconds() -> None:
    process = Process()
    for number in range(2000):
        now = 10 + 4 * number / 2000
        process.presence.arrive(f"p{number}", "r1", number, now)
        process.until(now)
    process.until(20)
    assert [here.count for here in process.snapshots()] == [1, 1001, 2000]
    assert len(process.announcements()) == 3


def test_two_thousand_departures_cost_as_little() -> None:
    process = Process()
    for number in range(2000):
        process.presence.arrive(f"p{number}", "r1", number, 10)
    process.until(12)
    process.said.clear()
    for number in range(2000):
        now = 20 + 4 * number / 2000
        process.presence.leave(f"p{number}", "r1", number, now)
        process.until(now)
    process.until(40)
    assert len(process.said) <= 4
    assert process.snapshots()[-1] == Here([], 0)


def test_up_to_fifty_people_are_named_and_more_are_counted() -> None:
    process = Process()
    for number in range(50):
        process.presence.arrive(f"p{number:02}", "r1", number, 10)
    process.until(10)
    process.presence.arrive("p50", "r1", 50, 11)
    process.until(12)
    fifty, more = process.snapshots()
    assert fifty == Here([f"p{number:02}" for number in range(50)], 50)
    assert more == Here([], 51)


def test_a_reload_is_not_shown() -> None:
    process = Process()
    process.presence.arrive("p1", "r1", "tab", 10)
    process.until(11)
    process.presence.leave("p1", "r1", "tab", 20)
    process.until(24.9)
    process.presence.arrive("p1", "r1", "the same tab, loaded again", 24.9)
    process.until(34)
    assert process.snapshots() == [Here(["p1"], 1)]


def test_who_does_not_come_back_is_gone_after_the_grace() -> None:
    process = Process()
    process.presence.arrive("p1", "r1", "c1", 10)
    process.presence.arrive("p2", "r1", "c2", 10)
    process.until(11)
    process.presence.leave("p1", "r1", "c1", 20)
    process.until(24.9)
    assert len(process.snapshots()) == 1
    process.until(25)
    assert process.snapshots()[1:] == [Here(["p2"], 1)]
    assert process.announcements()[1:] == [["p2"]]


def test_who_leaves_with_one_tab_of_two_is_still_here() -> None:
    process = Process()
    process.presence.arrive("p1", "r1", "c1", 10)
    process.presence.arrive("p1", "r1", "c2", 10)
    process.presence.leave("p1", "r1", "c1", 11)
    process.presence.leave("p1", "r1", "c1", 12)  # said twice: it has left already
    process.until(30)
    assert process.snapshots() == [Here(["p1"], 1)]


def test_who_may_not_be_here_any_more_is_gone_without_grace() -> None:
    process = Process()
    process.presence.arrive("p1", "r1", "c1", 10)
    process.presence.arrive("p1", "r1", "c2", 10)
    process.until(10)
    process.presence.remove("p1", "r1", 15)
    process.until(15)
    assert process.snapshots()[1:] == [Here([], 0)]
    assert process.announcements()[1:] == [[]]
    process.presence.leave("p1", "r1", "c1", 16)  # the hub closes the connection afterwards
    assert process.presence.next_look() is None


def test_people_on_another_process_are_shown_with_ours_and_counted_once() -> None:
    process = Process()
    process.presence.arrive("p1", "r1", "c1", 10)
    process.presence.hear("other", "r1", ["p1", "p2"], 10)
    process.until(10)
    assert process.snapshots() == [Here(["p1", "p2"], 2)]
    assert process.announcements() == [["p1"]]


def test_each_announcement_replaces_the_one_before() -> None:
    process = Process()
    process.presence.hear("other", "r1", ["p1", "p2"], 10)
    process.until(10)
    process.presence.hear("other", "r1", ["p2"], 20)
    process.until(20)
    process.presence.hear("other", "r1", [], 30)
    process.until(30)
    assert process.snapshots() == [Here(["p1", "p2"], 2), Here(["p2"], 1), Here([], 0)]
    assert process.announcements() == []


def test_a_process_that_died_is_forgotten_after_sixty_seconds() -> None:
    process = Process()
    process.presence.hear("other", "r1", ["p2"], 10)
    process.presence.hear("other", "r1", ["p2"], 35)
    process.until(94.9)
    assert process.snapshots() == [Here(["p2"], 1)]
    process.until(95)
    assert process.snapshots()[1:] == [Here([], 0)]


def test_an_unchanged_room_is_announced_every_25_seconds_and_broadcast_never_again() -> None:
    process = Process()
    process.presence.arrive("p1", "r1", "c1", 10)
    process.until(110)
    assert process.announcements() == [["p1"]] * 5
    assert process.snapshots() == [Here(["p1"], 1)]


def test_who_moves_to_another_process_does_not_flicker() -> None:
    process = Process()
    process.presence.arrive("p1", "r1", "c1", 10)
    process.until(10)
    process.presence.leave("p1", "r1", "c1", 20)
    process.presence.hear("other", "r1", ["p1"], 22)
    process.until(40)
    assert process.snapshots() == [Here(["p1"], 1)]


def test_a_start_is_quiet_for_clients_but_not_for_the_other_processes() -> None:
    process = Process(Pace(quiet=30))
    process.presence.arrive("p1", "r1", "c1", 1)
    process.presence.hear("other", "r1", ["p2"], 12)
    process.until(29.9)
    assert process.snapshots() == []
    assert process.announcements() == [["p1"], ["p1"]]
    assert process.presence.told("r1") is None
    process.until(30)
    assert process.snapshots() == [Here(["p1", "p2"], 2)]


def test_whoever_subscribes_later_can_be_told_what_was_told_before() -> None:
    process = Process()
    process.presence.arrive("p1", "r1", "c1", 10)
    assert process.presence.told("r1") is None
    process.until(10)
    assert process.presence.told("r1") == process.said[0].snapshot
    assert process.presence.told("r2") is None


def test_rooms_are_independent() -> None:
    process = Process()
    process.presence.arrive("p1", "r1", "c1", 10)
    process.presence.arrive("p2", "r2", "c2", 10)
    process.until(10)
    assert {look.room: look.snapshot for look in process.said} == {
        "r1": b'{"here":["p1"],"count":1}',
        "r2": b'{"here":["p2"],"count":1}',
    }


def test_an_empty_room_is_forgotten_and_asks_for_nothing() -> None:
    process = Process()
    process.presence.arrive("p1", "r1", "c1", 10)
    process.presence.hear("other", "r1", ["p2"], 10)
    process.presence.leave("p1", "r1", "c1", 11)
    process.until(200)
    assert process.snapshots()[-1] == Here([], 0)
    assert process.presence._rooms == {}
    assert process.presence.next_look() is None


def test_what_was_never_here_leaves_no_trace() -> None:
    process = Process()
    process.presence.leave("p1", "r1", "c1", 10)
    process.presence.remove("p1", "r1", 10)
    process.presence.hear("other", "r1", [], 10)
    assert process.presence._rooms == {}


def test_a_turn_looks_at_a_part_of_many_rooms() -> None:
    process = Process()
    for number in range(120):
        process.presence.arrive("p1", f"r{number}", "c1", 10)
    rounds = [len(list(process.presence.looks(10, 50))) for _ in range(4)]
    assert rounds == [50, 50, 20, 0]


# On a loop


class Shown:
    """What clients of one process were shown, by room."""

    def __init__(self) -> None:
        self.rooms: dict[str, Here] = {}
        self.bodies: list[Here] = []
        self._changed = asyncio.Event()

    def deliver(self, room: str, body: msgspec.Raw) -> None:
        self.rooms[room] = msgspec.json.decode(body, type=Here)
        self.bodies.append(self.rooms[room])
        self._changed.set()

    async def until(self, room: str, people: list[str]) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.rooms.get(room) != Here(people, len(people)):
                self._changed.clear()
                await self._changed.wait()


@asynccontextmanager
async def present(bus: Bus, pace: Pace) -> AsyncIterator[tuple[LivePresence, Shown]]:
    shown = Shown()
    presence = LivePresence(bus, shown.deliver, pace)

    def on_passing(passing: Passing) -> None:
        if passing.kind == ANNOUNCEMENT:
            presence.hear(passing)

    await bus.start(lambda _: None, on_passing, lambda: None)
    try:
        yield presence, shown
    finally:
        presence.stop()
        await bus.stop()


QUICK = Pace(every=0.02, refresh=0.1, ttl=0.5, grace=0.05, quiet=0)


async def test_presence_comes_and_goes_by_itself() -> None:
    async with present(MemoryBus(), QUICK) as (presence, shown):
        presence.arrive("p1", "r1", "c1")
        presence.arrive("p2", "r1", "c2")
        await shown.until("r1", ["p1", "p2"])
        assert presence.told("r1") == msgspec.Raw(b'{"here":["p1","p2"],"count":2}')
        assert presence.told("r2") is None
        presence.leave("p1", "r1", "c1")
        await shown.until("r1", ["p2"])
        presence.remove("p2", "r1")
        await shown.until("r1", [])


async def test_more_rooms_than_one_turn_takes_are_all_shown() -> None:
    async with present(MemoryBus(), QUICK) as (presence, shown):
        for number in range(3 * ROOMS_IN_A_TURN):
            presence.arrive("p1", f"r{number}", "c1")
        for number in range(3 * ROOMS_IN_A_TURN):
            await shown.until(f"r{number}", ["p1"])


async def test_people_on_two_processes_see_each_other_until_one_process_dies(redis_url: str) -> None:
    ours, theirs = quick_bus(redis_url, "presence"), quick_bus(redis_url, "presence")
    async with present(ours, QUICK) as (at_ours, shown):
        async with present(theirs, QUICK) as (at_theirs, shown_there):
            for bus in (ours, theirs):
                await turned(bus, delivering=True)
            at_ours.arrive("p1", "r1", "c1")
            at_theirs.arrive("p2", "r1", "c2")
            await shown.until("r1", ["p1", "p2"])
            await shown_there.until("r1", ["p1", "p2"])
        await shown.until("r1", ["p1"])


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b'"p1"', b"nonsense"])
async def test_an_announcement_that_makes_no_sense_is_ignored(body: bytes) -> None:
    bus = MemoryBus()
    async with present(bus, QUICK) as (presence, shown):
        presence.hear(Passing("r1", ANNOUNCEMENT, msgspec.Raw(body), "other"))
        presence.arrive("p1", "r2", "c1")
        await shown.until("r2", ["p1"])
        assert list(shown.rooms) == ["r2"]


async def test_a_client_that_cannot_be_shown_anything_does_not_end_presence() -> None:
    shown = Shown()

    def deliver(room: str, body: msgspec.Raw) -> None:
        shown.deliver(room, body)
        raise RuntimeError("the hub's own fault")

    presence = LivePresence(MemoryBus(), deliver, QUICK)
    presence.arrive("p1", "r1", "c1")
    await shown.until("r1", ["p1"])
    presence.arrive("p2", "r1", "c2")
    await shown.until("r1", ["p1", "p2"])
    presence.stop()


async def test_an_announcement_of_our_own_that_comes_back_is_nobody_elses() -> None:
    bus = MemoryBus()
    async with present(bus, AT_ONCE) as (presence, shown):
        presence.hear(Passing("r1", ANNOUNCEMENT, msgspec.Raw(b'["p9"]'), bus.origin))
        presence.arrive("p1", "r1", "c1")
        await shown.until("r1", ["p1"])
        assert shown.bodies == [Here(["p1"], 1)]


async def test_after_the_stop_nothing_is_shown_and_no_timer_is_left() -> None:
    async with present(MemoryBus(), QUICK) as (presence, shown):
        presence.arrive("p1", "r1", "c1")
        await shown.until("r1", ["p1"])
        presence.arrive("p2", "r1", "c2")
        presence.stop()
        presence.arrive("p3", "r3", "c3")
        assert presence._timer is None
        assert list(shown.rooms.values()) == [Here(["p1"], 1)]
