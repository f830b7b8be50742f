"""Two servers, and the Redis between them killed, frozen and made deaf: slower for seconds, nothing lost."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.harness import Redis, Relay
from tests.harness.api import Api, new_key
from tests.harness.corridor import CorridorServer
from tests.harness.installation import Install, Installation, Template
from tests.harness.live import PATIENCE, OpenTab, Tab
from tests.harness.tunnel import Tunnel

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = pytest.mark.faults


@pytest.fixture(scope="session", params=["postgresql+redis"])
def template(request: pytest.FixtureRequest) -> Template:
    """Where there is no Redis nothing of this can happen."""
    made: Template = request.getfixturevalue("demo_on_postgresql")
    return made


@pytest.fixture
def relay(own_redis: Redis) -> Iterator[Relay]:
    with Relay(own_redis.port) as made:
        yield made


async def ready(server: CorridorServer, *, wanted: bool) -> None:
    """Return when the server says that it is ready, or that it is not, for the bus's sake."""
    async with Api(server.url) as api, asyncio.timeout(PATIENCE):
        while True:
            answer = await api.http.get("/health/ready")
            told = answer.json()
            assert told["log"] is True
            if told["bus"] is wanted:
                assert answer.status_code == (200 if wanted else 503)
                return


async def both_ready(here: Installation, *, wanted: bool) -> None:
    await asyncio.gather(*(ready(server, wanted=wanted) for server in here.servers))


async def talk(tabs: list[Tab], room: str, what: str) -> int:
    """Everybody says something; returns when everybody has heard everything."""
    said = [await tab.ask("post_message", room=room, key=new_key(), text=what) for tab in tabs]
    last: int = max(done["seq"] for done in said)
    for tab in tabs:
        await tab.reach(room, last)
    return last


async def test_nothing_is_lost_while_redis_is_killed_and_comes_back(
    install: Install, tabs: OpenTab, own_redis: Redis
) -> None:
    here = install(own_redis)
    room, head = here.staffroom, here.head(here.staffroom)
    people = [await tabs(here.first, here.person("amara"), {room: head})]
    people += [await tabs(here.last, here.person("daniel"), {room: head})]
    await both_ready(here, wanted=True)
    await talk(people, room, "before")
    await asyncio.to_thread(own_redis.kill9)
    await talk(people, room, "without Redis")
    await both_ready(here, wanted=False)
    await talk(people, room, "still without")
    await asyncio.to_thread(own_redis.start)
    await both_ready(here, wanted=True)
    last = await talk(people, room, "with Redis again")
    for tab in people:
        assert tab.connected
        assert tab.copies[room].applied == list(range(head + 1, last + 1))
        assert not [frame for frame in tab.frames if frame["type"] == "reset"]


async def test_nothing_is_lost_while_redis_loses_what_is_published(
    install: Install, tabs: OpenTab, relay: Relay
) -> None:
    here = install(relay)
    room, head = here.staffroom, here.head(here.staffroom)
    people = [await tabs(here.first, here.person("amara"), {room: head})]
    people += [await tabs(here.last, here.person("daniel"), {room: head})]
    await both_ready(here, wanted=True)
    with relay.muffled():
        await talk(people, room, "into the void")
        assert relay.dropped > 0
        await both_ready(here, wanted=False)
        gone = await people[0].ask("remove_member", room=room, key=new_key(), person=people[1].who.person)
        assert (await people[1].frame("reset"))["reason"] == "access"
        assert max(event["seq"] for event in people[1].events(room)) < gone["seq"]
        await people[0].ask("add_member", room=room, key=new_key(), person=people[1].who.person)
        async with Api(here.first.url, here.person("daniel").token) as api:
            await api.sign_out()
        assert await people[1].closed() == 4503
    await both_ready(here, wanted=True)
    tab = await tabs(here.last, here.person("tom"), {room: head})
    await talk([people[0], tab], room, "heard again")
    assert tab.copies[room] == people[0].copies[room]


async def test_nothing_is_lost_while_redis_is_frozen(install: Install, tabs: OpenTab, own_redis: Redis) -> None:
    here = install(own_redis)
    room, head = here.staffroom, here.head(here.staffroom)
    people = [await tabs(here.first, here.person("amara"), {room: head})]
    people += [await tabs(here.last, here.person("daniel"), {room: head})]
    await both_ready(here, wanted=True)
    with own_redis.deaf():
        await talk(people, room, "into the ice")
        await both_ready(here, wanted=False)
    await both_ready(here, wanted=True)
    last = await talk(people, room, "thawed")
    assert people[1].copies[room].applied == list(range(head + 1, last + 1))


async def test_what_could_not_be_read_when_its_hint_came_is_found_later(
    install: Install, tabs: OpenTab, template: Template
) -> None:
    """The second server loses its database for a moment, and nothing more is ever said in the room."""
    here = install()
    postgres, _ = template.place
    room, head = here.staffroom, here.head(here.staffroom)
    async with Tunnel(postgres.port) as tunnel:
        env = dict(here.last.env)
        env["CORRIDOR_DATABASE_URL"] = env["CORRIDOR_DATABASE_URL"].replace(f":{postgres.port}/", f":{tunnel.port}/")
        third = CorridorServer(here.last.data, env)
        await asyncio.to_thread(third.start)
        try:
            author = await tabs(here.first, here.person("amara"))
            reader = await tabs(third, here.person("daniel"), {room: head})
            await reader.sync()
            with tunnel.shut():
                last = await author.ask("post_message", room=room, key=new_key(), text="read me later")
                assert await asyncio.to_thread(third.wait_for, "reading a room failed", PATIENCE)
            await reader.reach(room, last["seq"])
            assert reader.connected
        finally:
            await asyncio.to_thread(third.close)


async def test_two_servers_that_are_asked_at_the_same_moment_are_both_ready(install: Install) -> None:
    here = install()
    async with Api(here.first.url) as one, Api(here.last.url) as two:
        await both_ready(here, wanted=True)
        answers = await asyncio.gather(*(api.http.get("/health/ready") for api in (one, two, one, two)))
        assert [answer.json()["log"] for answer in answers] == [True] * 4
