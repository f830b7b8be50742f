"""The scenario of the secondary school, on a server whose clock was set: half past three, to the second."""

import asyncio
from dataclasses import replace
from datetime import datetime

from tests.harness.api import Api, SignIn, new_key
from tests.harness.copies import Frame
from tests.harness.installation import Install, Installation
from tests.harness.live import OpenTab, Tab

pytest_plugins = ["tests.harness.live_fixtures"]

OPENS = datetime.fromisoformat("2026-11-23T15:30:00+00:00")
PATIENCE = 60  # seconds, most of which the clock takes


async def pupil(installation: Installation, name: str) -> SignIn:
    """A learner of Hillcrest Academy, signed in."""
    like = installation.person("aisha")
    async with Api(installation.first.url) as api:
        token = await api.sign_in("hillcrest", name, like.password)
        card = (await api.me())["person"]
    return replace(like, school="hillcrest", name=name, person=card["id"], token=token)


async def opened(tab: Tab) -> Frame:
    return await asyncio.wait_for(
        tab.find(lambda each: each.get("kind") == "window" and each["body"]["open"]), PATIENCE
    )


async def test_messages_open_at_half_past_three(install: Install, tabs: OpenTab) -> None:
    installation = install(CLOCK="2026-11-23T15:29:45+00:00")
    server = installation.first
    iman, jack = await pupil(installation, "iman"), await pupil(installation, "jack")
    async with Api(server.url, iman.token) as api:
        room = (await api.command("start_thread", room=iman.own_room, key=new_key(), people=[jack.person]))["made"]
    head = installation.head(room)
    near, far = [await tabs(server, who, {room: head}) for who in (iman, jack)]
    early = await near.ask("post_message", room=room, key=new_key(), text="Too early")
    assert early["code"] == "window_closed", early
    assert datetime.fromisoformat(early["opens_at"]) == OPENS
    left = await near.ask("schedule_message", room=room, key=new_key(), text="Bus or bikes?", when_open=True)
    assert left["type"] == "done", left
    for told in await asyncio.gather(opened(near), opened(far)):
        assert datetime.fromisoformat(told["body"]["now"]) == OPENS
    said = await far.ask("post_message", room=room, key=new_key(), text="In time")
    assert said["type"] == "done", said
    await near.find(lambda each: "Bus or bikes?" in str(each.get("body")))
    rows = [row for row in installation.events(room) if row["seq"] > head]
    assert len([row for row in rows if "Bus or bikes?" in row["body"]]) == 1
    assert all(row["at_ms"] >= OPENS.timestamp() * 1000 for row in rows)
