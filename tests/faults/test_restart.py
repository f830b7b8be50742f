"""A restart is no event in anybody's room: everybody is sent off, comes back, and has missed nothing."""

import asyncio

import pytest

from tests.harness.api import Api, new_key
from tests.harness.copies import Frame
from tests.harness.installation import Install
from tests.harness.live import OpenTab, Tab

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = pytest.mark.faults

NAMES = ("amara", "daniel", "priya", "tom", "leila", "megan")


async def test_a_restart_sends_everybody_off_at_a_moment_of_their_own_and_nothing_is_lost(
    install: Install, tabs: OpenTab
) -> None:
    here = install()
    room, head = here.staffroom, here.head(here.staffroom)
    everybody = [await tabs(here.first, here.person(name), {room: head}) for name in NAMES]
    first = await everybody[0].ask("post_message", room=room, key=new_key(), text="before")
    stopping = asyncio.create_task(asyncio.to_thread(here.first.terminate))
    assert [await tab.closed() for tab in everybody] == [4001] * len(NAMES)
    assert await stopping == 0
    byes = [tab.frames[-1] for tab in everybody]
    assert [(bye["type"], bye["code"], bye["reason"]) for bye in byes] == [("bye", 4001, "restart")] * len(NAMES)
    assert len({bye["retry_ms"] for bye in byes}) == len(NAMES)
    assert all(0 < bye["retry_ms"] <= 5000 for bye in byes)
    await asyncio.to_thread(here.first.start)
    async with Api(here.last.url, here.person("sandra").token) as api:
        last = await api.command("post_message", room=room, key=new_key(), text="while they were away")
    for tab in everybody:
        await tab.resume()
        await tab.reach(room, last["seq"])
        assert tab.copies[room].applied == list(range(head + 1, last["seq"] + 1))
    assert last["seq"] == first["seq"] + 1


async def test_what_is_on_its_way_when_the_server_stops_is_committed_or_can_be_sent_again(
    install: Install, tabs: OpenTab
) -> None:
    here = install()
    room, before = here.staffroom, here.head(here.staffroom)
    tab = await tabs(here.first, here.person("amara"))
    keys = [new_key() for _ in range(50)]
    for number, key in enumerate(keys, 100):
        await tab.send({"type": "post_message", "id": number, "room": room, "key": key, "text": key})
    assert await asyncio.to_thread(here.first.terminate) == 0
    await tab.closed()
    await asyncio.to_thread(here.first.start)
    async with Api(here.first.url, here.person("amara").token) as api:
        seqs = [(await api.command("post_message", room=room, key=key, text=key))["seq"] for key in keys]
    assert sorted(seqs) == list(range(before + 1, before + 51))


async def test_a_waiting_long_poll_is_answered_before_the_server_stops(install: Install, tabs: OpenTab) -> None:
    here = install(LONG_POLL="25", PRESENCE_QUIET="0")
    room, head = here.staffroom, here.head(here.staffroom)
    watcher = await tabs(here.first, here.person("daniel"), {room: head})
    async with Api(here.first.url, here.person("amara").token) as api:
        poll = asyncio.create_task(api.events({room: head}))
        await watcher.until(lambda tab: here.person("amara").person in present(tab.frames))
        assert await asyncio.to_thread(here.first.terminate) == 0
        assert (await poll)["heads"] == {room: head}


async def test_a_slow_reader_gets_everything_across_a_restart(install: Install, tabs: OpenTab) -> None:
    here = install(STALL="60")
    room, head = here.staffroom, here.head(here.staffroom)
    slow = await tabs(here.first, here.person("daniel"), {room: head}, small=True)
    author = await tabs(here.first, here.person("amara"), {room: head})
    slow.stop_reading()
    await talk(author, room, 250)
    last = await author.ask("post_message", room=room, key=new_key(), text="the end")
    here.first.kill9()
    await asyncio.to_thread(here.first.start)
    slow.read_again()
    await slow.closed()
    assert slow.copies[room].last < last["seq"]
    await slow.resume()
    await slow.reach(room, last["seq"])
    assert slow.copies[room].applied == list(range(head + 1, last["seq"] + 1))


async def test_everybody_comes_back_after_kill_9_of_all_servers(install: Install, tabs: OpenTab) -> None:
    here = install()
    room, head = here.staffroom, here.head(here.staffroom)
    everybody = [
        await tabs(server, here.person(name), {room: head})
        for name, server in zip(NAMES, [here.first, here.last] * 3, strict=True)
    ]
    for nth, tab in enumerate(everybody):
        await tab.ask("post_message", room=room, key=new_key(), text=f"number {nth}")
    await here.kill9()
    await asyncio.gather(*(tab.closed() for tab in everybody))
    await here.start()
    last = head + len(NAMES)
    for tab, server in zip(everybody, [here.last, here.first] * 3, strict=True):
        await tab.resume(server.url)
        await tab.reach(room, last)
        assert tab.copies[room].applied == list(range(head + 1, last + 1))


async def talk(author: Tab, room: str, times: int) -> None:
    for _ in range(times):
        await author.ask("post_message", room=room, key=new_key(), text="🙂" * 8000)


def present(frames: list[Frame]) -> list[str]:
    """Who is shown as being here by the latest word on it."""
    told: list[list[str]] = [frame["body"]["here"] for frame in frames if frame.get("kind") == "presence"]
    return told[-1] if told else []
