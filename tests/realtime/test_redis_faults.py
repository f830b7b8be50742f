"""Redis is killed, restarted, frozen and made deaf: what was committed is hinted at in the end, and status says so."""

import asyncio

import msgspec
import pytest
from redis.asyncio import Redis as Client

from realtime.bus import Passing
from realtime.bus.link import LinkLostError, connections, open_link
from realtime.bus.outgoing import MOST_ROOMS
from tests.harness import Redis, Relay
from tests.realtime.conftest import PATIENCE, Listener, impatient_bus, listening, quick_bus, turned

pytestmark = pytest.mark.faults


async def gaps(listener: Listener, more_than: int) -> None:
    await listener.until(lambda here: here.gaps > more_than)


async def test_a_killed_redis_that_returns_is_used_again_and_the_gap_is_told(own_redis: Redis) -> None:
    one, two = quick_bus(own_redis.url), quick_bus(own_redis.url)
    async with listening(one) as at_one, listening(two) as at_two:
        for bus in (one, two):
            await turned(bus, delivering=True)
        before = at_one.gaps, at_two.gaps
        await asyncio.to_thread(own_redis.kill9)
        for bus in (one, two):
            await turned(bus, delivering=False)
        one.publish({"r1": 3})  # meanwhile life goes on here
        assert at_one.heads == {"r1": 3}
        await asyncio.to_thread(own_redis.start)
        for bus in (one, two):
            await turned(bus, delivering=True)
        await gaps(at_one, before[0])
        await gaps(at_two, before[1])
        two.publish({"r2": 1})
        await at_one.until(lambda here: here.heads.get("r2") == 1)
        assert one.status().reconnects >= 1


async def test_a_server_starts_without_redis_and_delivers_when_there_is_one(own_redis: Redis) -> None:
    await asyncio.to_thread(own_redis.kill9)
    bus = quick_bus(own_redis.url)
    async with listening(bus) as here:
        bus.publish({"r1": 1})
        bus.pass_on(Passing("r1", "typing", msgspec.Raw(b"{}"), bus.origin))
        assert (here.heads, len(here.passings)) == ({"r1": 1}, 1)
        assert not bus.status().delivering
        assert bus.status().dropped_passings == 1
        await asyncio.to_thread(own_redis.start)
        await turned(bus, delivering=True)
        assert here.gaps >= 1


async def test_a_frozen_redis_is_noticed_and_what_was_published_meanwhile_is_found(own_redis: Redis) -> None:
    one, two = impatient_bus(own_redis.url), impatient_bus(own_redis.url)
    log: dict[str, int] = {}

    def commit(room: str, seq: int) -> None:
        log[room] = seq
        one.publish({room: seq})

    async with listening(one), listening(two, log) as at_two:
        for bus in (one, two):
            await turned(bus, delivering=True)
        with own_redis.deaf():
            commit("r1", 1)
            for bus in (one, two):
                await turned(bus, delivering=False)
            commit("r1", 2)
            commit("r2", 1)
        await at_two.until(lambda there: there.heads == {"r1": 2, "r2": 1})  # by hint or by the look after the gap
        for bus in (one, two):
            await turned(bus, delivering=True)
        commit("r3", 1)
        await at_two.until(lambda there: {"r3": 1} in there.hints)


async def test_a_subscription_that_is_silently_gone_is_noticed_by_its_probe(own_redis: Redis) -> None:
    with Relay(own_redis.port) as relay:
        bus, other = impatient_bus(relay.url), quick_bus(own_redis.url)
        async with listening(bus) as here, listening(other) as there:
            await turned(bus, delivering=True)
            await turned(other, delivering=True)
            before = here.gaps
            with relay.muffled():
                await turned(bus, delivering=False)
                assert bus.status().deaf >= 1
                bus.publish({"r1": 1})  # what we say is heard …
                await there.until(lambda there: there.heads == {"r1": 1})
                await gaps(here, before + 1)  # … and a new subscription that hears nothing is given up too
                assert not bus.status().delivering
            await turned(bus, delivering=True)
            other.publish({"r2": 2})
            await here.until(lambda here: here.heads.get("r2") == 2)
            assert other.status().deaf == 0


async def test_connections_that_are_cut_are_made_anew_and_no_hint_is_lost_with_them(own_redis: Redis) -> None:
    with Relay(own_redis.port) as relay:
        bus, other = quick_bus(relay.url), quick_bus(own_redis.url)
        async with listening(bus) as here, listening(other) as there:
            await turned(bus, delivering=True)
            await turned(other, delivering=True)
            relay.cut()
            bus.publish({"r1": 1})  # nobody has noticed yet
            await there.until(lambda there: there.hints == [{"r1": 1}])
            await gaps(here, 1)
            other.publish({"r2": 1})
            await here.until(lambda here: here.heads.get("r2") == 1)
            assert (bus.status().reconnects, other.status().reconnects, there.gaps) == (1, 0, 1)


@pytest.mark.parametrize("kind", ["pubsub", "normal"])
async def test_one_connection_of_the_two_that_is_killed_takes_the_other_along(own_redis: Redis, kind: str) -> None:
    bus = quick_bus(own_redis.url)
    async with Client.from_url(own_redis.url) as client, listening(bus) as here:
        await turned(bus, delivering=True)
        await client.client_kill_filter(_type=kind, skipme=True)
        await turned(bus, delivering=False)
        await turned(bus, delivering=True)
        assert (here.gaps, bus.status().reconnects) == (2, 1)
        assert len(await client.client_list()) == 3  # the two, and the one that asks


async def test_a_subscription_that_redis_ends_ends_the_link(own_redis: Redis) -> None:
    async with open_link(connections(own_redis.url, PATIENCE), "c", PATIENCE) as link:
        await link._listener.send_command("UNSUBSCRIBE", "c")
        with pytest.raises(LinkLostError, match="unsubscribe"):
            await anext(link.messages())


async def test_a_flood_while_redis_is_frozen_is_bounded(own_redis: Redis) -> None:
    bus = impatient_bus(own_redis.url)
    async with listening(bus):
        await turned(bus, delivering=True)
        with own_redis.deaf():
            body = msgspec.Raw(b'"' + b"x" * 50_000 + b'"')
            for _ in range(1_000):
                bus.pass_on(Passing("r1", "typing", body, bus.origin))
            for number in range(MOST_ROOMS + 5_000):
                bus.publish({f"r{number}": 1})
            await turned(bus, delivering=False)
            status = bus.status()
            assert status.dropped_hints >= 5_000
            assert status.dropped_passings >= 990  # all but what was on its way: it has passed by now
        await turned(bus, delivering=True)


@pytest.mark.parametrize("options", ["", "?protocol=3&socket_timeout=0.01&health_check_interval=1"])
async def test_whatever_the_address_asks_for_the_link_stays_as_it_must_be(own_redis: Redis, options: str) -> None:
    bus = quick_bus(own_redis.url + options)
    async with listening(bus) as here:
        await turned(bus, delivering=True)
        await gaps(here, 0)
        age = bus.status().probe_age
        assert age is not None
        assert bus.status().reconnects == 0
