"""Both buses keep the same promises; the Redis bus keeps some more."""

import asyncio

import msgspec
import pytest
from redis.asyncio import Redis as Client

from realtime.bus import Bus, MemoryBus, Passing
from realtime.bus.echo import Echo
from realtime.bus.outgoing import LARGEST_PASSING, MOST_PASSING, MOST_ROOMS, PASSING_AT_ONCE, ROOMS_AT_ONCE, Outgoing
from realtime.bus.redis import Parcel
from tests.realtime.conftest import PATIENCE, listening, quick_bus, turned


def typing(origin: str, room: str = "r1") -> Passing:
    return Passing(room, "typing", msgspec.Raw(b'{"person":"p1"}'), origin)


# Both


async def test_a_hint_is_heard_by_its_own_process_within_the_call(bus: Bus) -> None:
    async with listening(bus) as here:
        bus.publish({"r1": 5, "u2": 1})
        assert here.hints == [{"r1": 5, "u2": 1}]


async def test_a_passing_is_heard_by_its_own_process_within_the_call(bus: Bus) -> None:
    async with listening(bus) as here:
        bus.pass_on(typing(bus.origin))
        assert here.passings == [typing(bus.origin)]


async def test_a_start_calls_for_one_look_at_what_was_missed(bus: Bus) -> None:
    async with listening(bus) as here:
        await here.until(lambda here: here.gaps == 1)


async def test_a_listener_that_fails_harms_neither_publisher_nor_bus(bus: Bus) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the hub's own fault")

    await bus.start(fail, fail, fail)
    bus.publish({"r1": 1})
    bus.pass_on(typing(bus.origin))
    await bus.stop()


async def test_who_publishes_before_the_start_or_after_the_stop_is_not_punished(bus: Bus) -> None:
    bus.publish({"r1": 1})
    bus.pass_on(typing(bus.origin))
    async with listening(bus) as here:
        pass
    bus.publish({"r1": 2})
    bus.pass_on(typing(bus.origin))
    assert (here.hints, here.passings) == ([], [])


async def test_a_bus_delivers_between_start_and_stop(bus: Bus) -> None:
    assert not bus.status().delivering
    async with listening(bus):
        if not isinstance(bus, MemoryBus):
            await turned(bus, delivering=True)  # type: ignore[arg-type]  # the only other one
        assert bus.status().delivering
    assert not bus.status().delivering


# Redis


async def test_each_hint_is_heard_once_in_every_process(redis_url: str) -> None:
    one, two = quick_bus(redis_url, "once"), quick_bus(redis_url, "once")
    async with listening(one) as at_one, listening(two) as at_two:
        await at_one.until(lambda here: here.gaps == 1)
        await at_two.until(lambda here: here.gaps == 1)
        one.publish({"r1": 7})
        await at_two.until(lambda here: here.heads == {"r1": 7})
        two.publish({"r2": 1})
        # The channel keeps order: by now process one has had its own hint back, and dropped it.
        await at_one.until(lambda here: "r2" in here.heads)
        assert at_one.hints == [{"r1": 7}, {"r2": 1}]


async def test_a_passing_is_heard_in_every_process_as_it_was_sent(redis_url: str) -> None:
    one, two = quick_bus(redis_url, "passing"), quick_bus(redis_url, "passing")
    async with listening(one) as at_one, listening(two) as at_two:
        await at_one.until(lambda here: here.gaps == 1)
        await at_two.until(lambda here: here.gaps == 1)
        one.pass_on(typing(one.origin))
        await at_two.until(lambda here: here.passings == [typing(one.origin)])


async def test_hints_of_one_turn_of_the_loop_are_one_message_with_the_highest_of_each_room(redis_url: str) -> None:
    bus = quick_bus(redis_url, "turn")
    async with Client.from_url(redis_url) as client, client.pubsub() as channel, listening(bus):
        await turned(bus, delivering=True)
        await channel.subscribe(bus.channel)
        for seq in range(1, 1001):
            bus.publish({"r1": seq, "r2": 2 * seq})
        async with asyncio.timeout(PATIENCE):
            parcels = [await next_parcel(channel, bus.origin)]
            while not parcels[-1].hints:
                parcels.append(await next_parcel(channel, bus.origin))
        assert parcels[-1].hints == {"r1": 1000, "r2": 2000}


async def next_parcel(channel: object, origin: str) -> Parcel:
    async for message in channel.listen():  # type: ignore[attr-defined]  # redis-py's PubSub has no types here
        if message["type"] == "message":
            parcel = msgspec.json.decode(message["data"], type=Parcel)
            assert parcel.origin == origin
            return parcel
    raise AssertionError("the subscription ended")


async def test_two_installations_on_one_redis_do_not_hear_each_other(redis_url: str) -> None:
    ours, ours_too, theirs = (quick_bus(redis_url, name) for name in ("k3f9", "k3f9", "z8aa"))
    async with listening(ours) as at_ours, listening(ours_too), listening(theirs):
        await at_ours.until(lambda here: here.gaps == 1)
        theirs.publish({"r1": 1})
        await turned(theirs, delivering=True)
        ours_too.publish({"r2": 2})
        await at_ours.until(lambda here: "r2" in here.heads)
        assert at_ours.heads == {"r2": 2}


MALFORMED = [
    b"",
    b"\xff\xfe",
    b"nonsense",
    b"{}",
    b"[]",
    b'["x",1,{"r1":1}]',
    b'["x",1,{"r1":"1"},[]]',
    b'["x",1,{"r1":-1},[]]',
    b'["x",1,{"r1":1e400},[]]',
    b'["x",1,{"r1":1},[["r1","typing"]]]',
    b'["x",1,{"r1":1},[["r1","typing",{"person":},"x"]]]',
    b'["x",1,{"r1":' + b"[" * 100_000,
    b'["x",1,{},[["r1","typing",' + b"[" * 100_000,
]


async def test_what_cannot_be_understood_is_counted_and_forgotten(redis_url: str) -> None:
    bus, other = quick_bus(redis_url, "malformed"), quick_bus(redis_url, "malformed")
    async with Client.from_url(redis_url) as client, listening(bus) as here, listening(other):
        await here.until(lambda here: here.gaps == 1)
        for message in MALFORMED:
            await client.publish(bus.channel, message)
        other.publish({"r9": 9})
        await here.until(lambda here: here.heads == {"r9": 9})
        assert bus.status().malformed == len(MALFORMED)
        assert (bus.status().reconnects, here.passings) == (0, [])


async def test_silence_is_broken_by_probes_that_come_back(redis_url: str) -> None:
    bus = quick_bus(redis_url, "silence")
    async with Client.from_url(redis_url) as client, client.pubsub() as channel, listening(bus):
        await channel.subscribe(bus.channel)
        async with asyncio.timeout(PATIENCE):
            probes = [await next_parcel(channel, bus.origin) for _ in range(3)]
        assert not any(probe.hints or probe.passings for probe in probes)
        await turned(bus, delivering=True)
        age = bus.status().probe_age
        assert age is not None
        assert age < PATIENCE


# What waits to be sent


async def test_waiting_hints_are_bounded_by_rooms_and_the_highest_of_each_is_kept() -> None:
    outgoing = Outgoing()
    outgoing.hint({f"r{number}": 1 for number in range(MOST_ROOMS)})
    outgoing.hint({"r0": 9, "one too many": 1})
    outgoing.hint({"r0": 4})
    sent: dict[str, int] = {}
    while len(sent) < MOST_ROOMS:
        hints = (await outgoing.batch()).hints
        assert 0 < len(hints) <= ROOMS_AT_ONCE
        sent.update(hints)
    assert (sent["r0"], "one too many" in sent, outgoing.dropped_hints) == (9, False, 1)


async def test_waiting_passings_are_bounded_by_bytes_and_the_oldest_are_dropped() -> None:
    outgoing = Outgoing()
    body = msgspec.Raw(b'"' + b"x" * 10_000 + b'"')
    many = 2 * MOST_PASSING // 10_000
    for number in range(many):
        outgoing.pass_on(Passing(f"r{number}", "typing", body, "o"))
    waiting = many - outgoing.dropped_passings
    assert waiting * 10_000 <= MOST_PASSING
    first = (await outgoing.batch()).passings
    assert first[0].room == f"r{outgoing.dropped_passings}"
    assert len(first) * 10_000 <= PASSING_AT_ONCE + 10_000


async def test_a_passing_that_is_too_large_is_dropped() -> None:
    outgoing = Outgoing()
    outgoing.pass_on(Passing("r1", "typing", msgspec.Raw(b'"' + b"x" * LARGEST_PASSING + b'"'), "o"))
    outgoing.probe()
    assert ((await outgoing.batch()).passings, outgoing.dropped_passings) == ([], 1)


async def test_what_was_passing_is_forgotten_when_the_way_is_lost_but_hints_are_not() -> None:
    outgoing = Outgoing()
    outgoing.pass_on(typing("o"))
    outgoing.hint({"r1": 1})
    outgoing.forget_passings()
    assert await outgoing.batch() == ({"r1": 1}, [])
    assert outgoing.dropped_passings == 1


async def test_after_the_last_batch_there_is_nothing_to_send() -> None:
    outgoing = Outgoing()
    outgoing.hint({"r1": 1})
    await outgoing.batch()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(outgoing.batch(), 0)


# Do our own messages come back?


def test_a_probe_is_due_at_once_and_after_each_silence() -> None:
    echo = Echo(100, after=10, within=5)
    assert echo.due(100)
    echo.sent(1, 100)
    assert not echo.due(104)
    assert echo.returned(1, 101)
    assert not echo.due(110)
    assert echo.due(111)


def test_a_message_that_does_not_come_back_in_time_makes_the_link_deaf() -> None:
    echo = Echo(100, after=10, within=5)
    echo.sent(1, 100)
    echo.sent(2, 104)
    assert not echo.deaf(104.9)
    assert echo.deaf(105)


def test_a_later_message_that_comes_back_stands_for_those_before_it() -> None:
    echo = Echo(100, after=10, within=5)
    echo.sent(1, 100)
    echo.sent(2, 101)
    assert echo.returned(2, 102)
    assert not echo.deaf(110)


def test_a_late_message_of_an_earlier_link_proves_nothing() -> None:
    echo = Echo(100, after=10, within=5)
    assert not echo.returned(7, 100)
    echo.sent(8, 100)
    assert not echo.returned(7, 101)
    assert echo.deaf(105)


def test_the_next_look_is_when_something_is_due_but_soon_in_any_case() -> None:
    echo = Echo(100, after=10, within=5)
    assert echo.wait(100) == 5  # the probe that is due now is about to be sent
    echo.sent(1, 100)
    assert echo.wait(101) == 4
    echo.returned(1, 101)
    assert echo.wait(101) == 5
    assert echo.wait(109) == 2
    assert Echo(100, after=2, within=5).wait(100) == 2
