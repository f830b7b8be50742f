"""What was removed is gone for everybody who comes later, and so is the room for whoever was taken out of it."""

import asyncio

from tests.harness.api import Api, new_key
from tests.harness.copies import Frame
from tests.harness.installation import Install, Installation
from tests.harness.live import OpenTab, Tab
from tests.harness.redis import Redis

pytest_plugins = ["tests.harness.live_fixtures"]


def received(tab: Tab) -> str:
    return " ".join(str(frame) for frame in tab.frames)


async def test_a_late_joiner_never_receives_removed_text(installation: Installation, tabs: OpenTab) -> None:
    room, head = installation.staffroom, installation.head(installation.staffroom)
    author = await tabs(installation.first, installation.person("amara"), {room: head})
    there = await tabs(installation.last, installation.person("daniel"), {room: head})
    mine = await author.ask("post_message", room=room, key=new_key(), text="unwise words")
    await author.ask("edit_message", room=room, key=new_key(), message=mine["message"], text="unwiser words")
    gone = await author.ask("remove_message", room=room, key=new_key(), message=mine["message"], reason="unwise")
    for tab in (author, there):
        await tab.reach(room, gone["seq"])
        assert tab.copies[room].messages[mine["message"]].removed
    for server in installation.servers:
        late = await tabs(server, installation.person("tom"), {room: head})
        await late.reach(room, gone["seq"])
        subscriber = await tabs(server, installation.person("megan"))
        await subscriber.subscribe(room, head)
        await subscriber.reach(room, gone["seq"])
        assert [event["seq"] for event in late.events(room)] == [head + 1, head + 2, head + 3]
        assert [event["body"] for event in late.events(room)][:2] == [{"message": mine["message"], "removed": True}] * 2
        polled = await late.api.events({room: head})
        page = await late.api.http.get(f"/rooms/{room}", headers={"Accept": "text/html"})
        for told in (received(late), received(subscriber), str(polled), str(await late.api.history(room)), page.text):
            assert "unwise words" not in told
            assert "unwiser words" not in told
        await late.close()
        await subscriber.close()
    kept = installation.query(f"SELECT body, reason FROM evidence WHERE room_id = '{room}' ORDER BY seq")
    assert "unwise words" in kept[-2]["body"]
    assert "unwiser words" in kept[-1]["body"]
    assert kept[-1]["reason"] == "unwise"


async def test_a_late_joiner_on_a_server_that_heard_nothing_of_it_never_receives_removed_text(
    install: Install, tabs: OpenTab, own_redis: Redis
) -> None:
    here = install(own_redis, POLL="300")
    room, head = here.staffroom, here.head(here.staffroom)
    author = await tabs(here.first, here.person("amara"), {room: head})
    there = await tabs(here.last, here.person("daniel"), {room: head})
    mine = await author.ask("post_message", room=room, key=new_key(), text="unwise words")
    await there.reach(room, mine["seq"])
    with own_redis.deaf():
        gone = await author.ask("remove_message", room=room, key=new_key(), message=mine["message"])
        late = await tabs(here.last, here.person("tom"), {room: head})
        await late.reach(room, gone["seq"])
    assert "unwise words" not in received(late)
    assert late.copies[room].messages[mine["message"]].removed


async def test_who_comes_from_a_server_that_is_ahead_is_not_told_to_begin_anew(
    install: Install, tabs: OpenTab, own_redis: Redis
) -> None:
    here = install(own_redis, POLL="300")
    room, head = here.staffroom, here.head(here.staffroom)
    there = await tabs(here.last, here.person("daniel"), {room: head})
    author = await tabs(here.first, here.person("amara"), {room: head})
    with own_redis.deaf():
        last = await author.ask("post_message", room=room, key=new_key(), text="news")
        await author.reach(room, last["seq"])
        author.drop()
        await author.closed()
        await author.resume(here.last.url)
        after = await author.ask("post_message", room=room, key=new_key(), text="more news")
        await author.reach(room, after["seq"])
        await there.reach(room, after["seq"])
    assert not [frame for frame in author.frames if frame["type"] == "reset"]
    assert author.copies[room].applied == [head + 1, head + 2]


async def polled_until_reset(tab: Tab, room: str, last: int) -> list[Frame]:
    """Poll, and poll again where nothing happens for as long as a poll waits."""
    while True:
        answer = await tab.api.events({room: last})
        assert answer["events"] == []
        if answer["reset"]:
            resets: list[Frame] = answer["reset"]
            return resets


async def test_whoever_is_taken_out_of_a_room_stops_receiving_at_once(
    installation: Installation, tabs: OpenTab
) -> None:
    room, head = installation.staffroom, installation.head(installation.staffroom)
    owen = installation.person("owen")
    head_teacher = await tabs(installation.first, installation.person("amara"), {room: head})
    near = await tabs(installation.first, owen, {room: head, owen.own_room: 0})
    far = await tabs(installation.last, owen, {room: head, owen.own_room: 0})
    before = await head_teacher.ask("post_message", room=room, key=new_key(), text="still here")
    await near.reach(room, before["seq"])
    await far.reach(room, before["seq"])
    polling = asyncio.create_task(polled_until_reset(near, room, before["seq"]))
    removed = await head_teacher.ask("remove_member", room=room, key=new_key(), person=owen.person)
    for _ in range(10):
        await head_teacher.ask("post_message", room=room, key=new_key(), text="not for Owen")
    for tab in (near, far):
        assert (await tab.frame("reset"))["reason"] == "access"
        await tab.find(lambda frame: frame.get("kind") == "room_left")
        await tab.sync()
        assert max(event["seq"] for event in tab.events(room)) < removed["seq"]
        assert "not for Owen" not in received(tab)
        assert (await tab.ask("post_message", room=room, key=new_key(), text="let me in"))["code"] == "not_found"
        assert (await tab.ask("subscribe", room=room, after=0))["code"] == "not_found"
    assert [(each["room"], each["reason"]) for each in await polling] == [(room, "access")]
    back = await head_teacher.ask("add_member", room=room, key=new_key(), person=owen.person, may_write=True)
    await near.find(lambda frame: frame.get("kind") == "room_joined")
    await near.subscribe(room, before["seq"])
    await near.reach(room, back["seq"])
    assert near.copies[room].applied == list(range(before["seq"] + 1, back["seq"] + 1))


async def test_who_may_no_longer_write_can_still_read(installation: Installation, tabs: OpenTab) -> None:
    room, head = installation.staffroom, installation.head(installation.staffroom)
    owen = installation.person("owen")
    async with Api(installation.last.url, installation.person("priya").token) as api:
        tab = await tabs(installation.first, owen, {room: head})
        muted = await api.command("add_member", room=room, key=new_key(), person=owen.person, may_write=False)
        await tab.reach(room, muted["seq"])
        refused = await tab.ask("post_message", room=room, key=new_key(), text="?")
        assert (refused["type"], refused["code"]) == ("refused", "forbidden")
        again = await api.command("add_member", room=room, key=new_key(), person=owen.person, may_write=True)
        await tab.reach(room, again["seq"])
        assert (await tab.ask("post_message", room=room, key=new_key(), text="!"))["type"] == "done"
