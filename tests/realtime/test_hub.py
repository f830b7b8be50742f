"""The hub on a log that the test writes: everything once, in order, to whoever may have it, whatever hints are lost."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realtime.hub import Ask, Hub
from realtime.protocol import CATCH_UP_LIMIT, CloseCode, Event
from tests.realtime.crowd import Log, Reader, joined, log_of, settle


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    made = Hub(Log())
    yield made
    await made.stop()


async def test_what_this_process_commits_is_delivered_without_reading_it_back(hub: Hub) -> None:
    log, reader = log_of(hub), joined(hub)
    await reader.open("r1")
    hub.committed(log.write("r1", count=3))
    assert reader.got == {"r1": [1, 2, 3]}
    assert log.reads == []


async def test_a_hint_from_elsewhere_is_read_and_delivered_once(hub: Hub) -> None:
    log, reader = log_of(hub), joined(hub)
    await reader.open("r1")
    log.write("r1", count=3)
    for seq in (2, 3, 3, 1):
        hub.hints({"r1": seq})
    await settle(hub)
    assert reader.got == {"r1": [1, 2, 3]}


async def test_rooms_that_nobody_follows_cost_nothing(hub: Hub) -> None:
    log, reader = log_of(hub), joined(hub)
    await reader.open("r1")
    hub.hints({"r2": 5})
    hub.committed(log.write("r2"))
    hub.unfollow(reader, "r1")
    hub.committed(log.write("r1"))
    await settle(hub)
    assert (log.reads, reader.got) == ([], {})
    assert hub.watched == 1, "only the own room"


async def test_a_gap_before_what_was_committed_here_is_read_first(hub: Hub) -> None:
    log, reader = log_of(hub), joined(hub)
    await reader.open("r1")
    log.write("r1")  # by another process, whose hint is still on its way
    hub.committed(log.write("r1"))
    await settle(hub)
    assert reader.got == {"r1": [1, 2]}


async def test_commits_that_happen_while_the_room_is_read_are_delivered_in_order(hub: Hub) -> None:
    log, reader = log_of(hub), joined(hub)
    await reader.open("r1")
    log.write("r1", count=2)
    log.gate.clear()
    hub.hints({"r1": 2})
    await asyncio.sleep(0)
    hub.committed(log.write("r1"))
    log.gate.set()
    await settle(hub)
    assert reader.got == {"r1": [1, 2, 3]}


async def test_a_commit_between_the_question_and_the_subscription_is_not_lost(hub: Hub) -> None:
    log, reader = log_of(hub), joined(hub)
    with hub.expecting(("r1",)):
        admission = (await hub.rooms.admit(Ask("p1", "k1", ("r1",))))["r1"]
        hub.committed(log.write("r1"))  # nobody follows yet
        hub.open("r1", admission.head)
        subscription = hub.follow(reader, "r1", 0, admission)
    await settle(hub)
    await reader.catch_up(subscription)
    assert reader.got == {"r1": [1]}


async def test_a_lost_hint_is_found_by_the_slow_poll(hub: Hub) -> None:
    log, reader = log_of(hub), joined(hub)
    await reader.open("r1")
    log.write("r1", count=2)
    await hub.poll()
    await settle(hub)
    assert reader.got == {"r1": [1, 2]}
    assert hub.counts.poll_finds == 1


async def test_whoever_returns_gets_exactly_what_was_missed(hub: Hub) -> None:
    log = log_of(hub)
    log.write("r1", count=100)
    for after in (0, 37, 99, 100):
        reader = joined(hub, f"p{after}")
        await reader.open("r1", after)
        assert reader.got.get("r1", []) == list(range(after + 1, 101))
        assert reader.resets == []


async def test_many_who_return_at_once_cost_one_reading(hub: Hub) -> None:
    log = log_of(hub)
    log.write("r1", count=50)
    readers = [joined(hub, f"p{number}") for number in range(200)]
    await asyncio.gather(*(reader.open("r1") for reader in readers))
    assert all(reader.got == {"r1": list(range(1, 51))} for reader in readers)
    assert len(log.reads) == 1


async def test_a_removal_makes_those_who_come_back_read_the_log_and_not_what_was_kept_of_it(hub: Hub) -> None:
    log, reader = log_of(hub), joined(hub)
    await reader.open("r1")
    hub.committed(log.write("r1", count=3))
    hub.committed(log.write("r1", "message_removed"))
    late = joined(hub, "p2")
    await late.open("r1")
    assert log.reads
    assert late.got == {"r1": [1, 2, 3, 4]}


async def test_whoever_is_too_far_behind_starts_afresh(hub: Hub) -> None:
    log, reader = log_of(hub), joined(hub)
    log.write("r1", count=CATCH_UP_LIMIT + 1)
    await reader.open("r1")
    assert (reader.resets, reader.got) == (["r1"], {})
    hub.committed(log.write("r1"))
    assert reader.got == {"r1": [CATCH_UP_LIMIT + 2]}


async def test_what_the_log_no_longer_holds_is_told_as_such(hub: Hub) -> None:
    log, reader = log_of(hub), joined(hub)
    log.write("r1", count=20)
    log.floor["r1"] = 11
    await reader.open("r1", 5)
    assert reader.resets == ["r1"]


async def test_a_slow_reader_is_set_back_and_catches_up_later_while_others_go_on(hub: Hub) -> None:
    log, slow, quick = log_of(hub), joined(hub), joined(hub, "p2")
    subscription = await slow.open("r1")
    await quick.open("r1")
    slow.full = True
    for _ in range(5):
        hub.committed(log.write("r1"))
    assert (slow.got, subscription.live, subscription.sent) == ({}, False, 0)
    slow.full = False
    await slow.catch_up(subscription)
    assert slow.got == quick.got == {"r1": [1, 2, 3, 4, 5]}


async def test_whoever_is_taken_out_hears_nothing_of_it_and_nothing_after(hub: Hub) -> None:
    log, gone, stays = log_of(hub), joined(hub, "p1"), joined(hub, "p2")
    for reader in (gone, stays):
        await reader.open("r1")
    before = log.write("r1")
    log.barred.add(("p1", "r1"))
    hub.committed([*before, *log.write("r1", "member_removed", by="p1"), *log.write("r1")])
    await settle(hub)
    assert gone.got == {"r1": [1]}
    assert gone.resets == ["r1"]
    assert stays.got == {"r1": [1, 2, 3]}
    assert "r1" not in gone.subscriptions


async def test_a_session_that_ends_ends_its_connections_and_no_others(hub: Hub) -> None:
    log, here, there = log_of(hub), joined(hub, "p1", "k1"), joined(hub, "p1", "k2")
    log.over["k1"] = CloseCode.SESSION_ENDED
    await hub.judge_again("p1")
    assert (here.ended, there.ended) == ([CloseCode.SESSION_ENDED], [])
    assert hub.sockets_of("p1") == 1


async def test_the_regular_check_finds_sessions_that_ended_without_a_hint(hub: Hub) -> None:
    log, over, stands = log_of(hub), joined(hub, "p1", "k1"), joined(hub, "p2", "k2")
    log.over["k1"] = CloseCode.NOT_SIGNED_IN
    await hub.check_sessions()
    assert (over.ended, stands.ended) == ([CloseCode.NOT_SIGNED_IN], [])


async def test_a_failed_reading_is_made_good_by_the_next_hint(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    log, reader = log_of(hub), joined(hub)
    await reader.open("r1")

    async def fail(room: str, after: int, limit: int) -> Sequence[Event]:
        raise OSError("the database is away")

    with monkeypatch.context() as broken:
        broken.setattr(log, "after", fail)
        log.write("r1")
        hub.hints({"r1": 1})
        await settle(hub)
    hub.hints({"r1": 1})
    await settle(hub)
    assert reader.got == {"r1": [1]}


async def test_at_the_end_everybody_is_sent_off_and_told_different_moments(hub: Hub) -> None:
    told: list[int | None] = []
    for number in range(50):
        reader = joined(hub, f"p{number}")
        reader.end = lambda code, retry_ms=None: told.append(retry_ms)  # type: ignore[method-assign]
    await hub.drain(batch=20, pause=0)
    assert len(told) == len(set(told)) == 50
    assert hub.draining


async def test_nothing_is_remembered_of_those_who_left(hub: Hub) -> None:
    readers = [joined(hub, f"p{number}") for number in range(10)]
    for reader in readers:
        await reader.open("r1")
        hub.leave(reader, "u" + reader.person[1:])
        hub.leave(reader, "u" + reader.person[1:])
    assert (hub.watched, len(hub.members), hub.sockets_of("p1")) == (0, 0, 0)


class Course:
    """One room, up to four readers, and whatever can happen to them."""

    def __init__(self) -> None:
        self.hub = Hub(Log())
        self.log = log_of(self.hub)
        self.readers: list[Reader] = []

    async def here(self) -> None:
        self.hub.committed(self.log.write("r1"))

    async def here_twice(self) -> None:
        self.hub.committed(self.log.write("r1", count=2))

    async def elsewhere(self) -> None:
        self.log.write("r1")

    async def hint(self) -> None:
        self.hub.hints({"r1": self.log.head("r1")})

    async def poll(self) -> None:
        await self.hub.poll()

    async def turn(self) -> None:
        await asyncio.sleep(0)

    async def arrive(self) -> None:
        if len(self.readers) < 4:
            self.readers.append(joined(self.hub, f"p{len(self.hub.members)}"))
            await self.readers[-1].open("r1")

    async def leave(self) -> None:
        if self.readers:
            reader = self.readers.pop()
            self.hub.leave(reader, "u" + reader.person[1:])

    async def stall(self) -> None:
        for reader in self.readers[:1]:
            reader.full = True

    async def resume(self) -> None:
        for reader in self.readers:
            reader.full = False
            await reader.catch_up(reader.subscriptions["r1"])


STEPS = ("here", "here_twice", "elsewhere", "hint", "poll", "turn", "arrive", "leave", "stall", "resume")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(STEPS), max_size=60))
async def test_however_it_comes_about_everybody_has_everything_once_and_in_order(steps: list[str]) -> None:
    course = Course()
    for step in steps:
        await getattr(course, step)()
    await course.hub.poll()
    await settle(course.hub)
    await course.resume()
    for reader in course.readers:
        assert reader.got.get("r1", []) == list(range(1, course.log.head("r1") + 1))
    await course.hub.stop()
