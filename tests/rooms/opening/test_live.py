"""The moment itself: over raw sockets, on every server, by the clock that runs."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from tests.harness.api import Api, new_key
from tests.harness.copies import Frame
from tests.harness.installation import Installation
from tests.harness.live import OpenTab, Tab
from tests.rooms.opening.moment import Thread, now_ms, thread_of

pytest_plugins = ["tests.harness.live_fixtures"]

PATIENCE = 5  # seconds; a second is what is promised, and what the benchmark measures


@pytest.fixture
async def thread(installation: Installation) -> AsyncIterator[Thread]:
    async with thread_of(installation) as made:
        yield made


async def told(tab: Tab, since: int, *, opened: bool) -> Frame:
    """The frame that says so; it must not be long in coming."""
    return await asyncio.wait_for(
        tab.find(lambda each: each.get("kind") == "window" and each["body"]["open"] is opened, since), PATIENCE
    )


def ms(at: str) -> int:
    return int(datetime.fromisoformat(at).timestamp() * 1000)


async def test_it_closes_and_opens_for_everybody_at_the_moment(thread: Thread, tabs: OpenTab) -> None:
    installation, room = thread.installation, thread.room
    head = installation.head(room)
    near = await tabs(installation.first, thread.aisha, {room: head})
    far = await tabs(installation.last, thread.ben, {room: head})
    both = (near, far)
    for tab in both:
        await told(tab, 0, opened=True)
    seen, opens_ms = [len(tab.frames) for tab in both], now_ms() + 3000
    thread.hold(opens=False, until_ms=opens_ms)
    for tab, since in zip(both, seen, strict=True):
        said = (await told(tab, since, opened=False))["body"]
        assert (said["code"], ms(said["opens_at"])) == ("window_closed", opens_ms)
    early = await near.ask("post_message", room=room, key=new_key(), text="Too early")
    assert (early["type"], early["code"], ms(early["opens_at"])) == ("refused", "window_closed", opens_ms)
    key = new_key()
    left = await far.ask("schedule_message", room=room, key=key, text="Left for later", when_open=True)
    assert left["type"] == "done"
    await asyncio.gather(*(told(tab, since, opened=True) for tab, since in zip(both, seen, strict=True)))
    assert time.time() * 1000 >= opens_ms
    again = await far.ask("post_message", room=room, key=key, text="Left for later")
    assert again["type"] == "done"
    mine = await near.ask("post_message", room=room, key=new_key(), text="In time")
    assert ms(mine["at"]) >= opens_ms
    await near.reach(room, max(mine["seq"], again["seq"]))
    rows = [row for row in installation.events(room) if row["seq"] > head]
    assert sorted("Left for later" in row["body"] for row in rows) == [False, True]
    assert all(row["at_ms"] >= opens_ms for row in rows)
    assert not any("Too early" in str(frame) for frame in near.frames + far.frames)


async def test_a_stranger_learns_of_no_window(thread: Thread) -> None:
    async with Api(thread.installation.first.url, thread.installation.person("samir").token) as api:
        known = await api.http.get(f"/api/v1/rooms/{thread.room}/window")
        unknown = await api.http.get("/api/v1/rooms/rnothing/window")
    assert known.status_code == unknown.status_code == 404
    assert known.json() == unknown.json()
