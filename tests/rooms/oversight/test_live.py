"""A pause and a message taken back, over raw sockets on every server, and by the other doors."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from tests.harness.api import Api, SignIn, new_key
from tests.harness.copies import Frame
from tests.harness.installation import Installation
from tests.harness.live import OpenTab, Tab
from tests.rooms.opening.moment import Thread, thread_of

pytest_plugins = ["tests.harness.live_fixtures"]
# Two servers; what the database makes of it, the tests of the commands show on both kinds.
pytestmark = pytest.mark.parametrize("template", ["postgresql+redis"], indirect=True)

PATIENCE = 5  # seconds; one is what is promised


@pytest.fixture
async def thread(installation: Installation) -> AsyncIterator[Thread]:
    async with thread_of(installation) as made:
        yield made


async def signed_in(installation: Installation, name: str) -> Api:
    """By the doors of the first server; to be closed."""
    async with Api(installation.first.url) as api:
        token = await api.sign_in("oakfield", name, installation.person("aisha").password)
    return Api(installation.first.url, token)


async def told(tab: Tab, since: int, *, opened: bool) -> Frame:
    return await asyncio.wait_for(
        tab.find(lambda each: each.get("kind") == "window" and each["body"]["open"] is opened, since), PATIENCE
    )


async def test_a_pause_holds_at_every_door_of_every_server_within_a_second(thread: Thread, tabs: OpenTab) -> None:
    installation, room, ben = thread.installation, thread.room, thread.ben
    far = await tabs(installation.last, ben, {room: installation.head(room)})
    await told(far, 0, opened=True)
    async with await signed_in(installation, "ruth") as ruth, Api(installation.last.url, ben.token) as by_http:
        own = (await ruth.me())["own_room"]
        since, began = len(far.frames), time.monotonic()
        held = await ruth.command(
            "pause_messaging", room=own, key=new_key(), scope="learners", reason="A fight at lunch"
        )  # fmt: skip
        assert "pause" in held, held
        by_socket = await far.ask("post_message", room=room, key=new_key(), text="No")
        assert (by_socket["type"], by_socket["code"], by_socket["temporary"]) == ("refused", "paused", True)
        said = await told(far, since, opened=False)
        assert time.monotonic() - began < PATIENCE
        assert said["body"]["code"] == "paused"
        assert (await by_http.command("post_message", room=room, key=new_key(), text="No"))["code"] == "paused"
        assert (await by_http.command("react", room=room, key=new_key(), message=f"m1-{room}", reaction="yes"))[
            "code"
        ] in ("paused", "bad_request")
        assert await by_http.form("post_message", room, text="No", key=new_key()) == 503
        assert (await by_http.http.get(f"/api/v1/rooms/{room}/messages")).status_code == 200
        since = len(far.frames)
        await ruth.command("resume_messaging", room=own, key=new_key(), pause=held["pause"])
        await told(far, since, opened=True)
        again = await far.ask("post_message", room=room, key=new_key(), text="Yes")
        assert again["type"] == "done"
    assert "A fight" not in str(far.frames)


async def test_what_is_taken_back_goes_from_every_open_page(thread: Thread, tabs: OpenTab) -> None:
    installation, room = thread.installation, thread.room
    near: Tab = await tabs(installation.first, thread.aisha, {room: 0})
    far: Tab = await tabs(installation.last, thread.ben, {room: 0})
    said = await near.ask("post_message", room=room, key=new_key(), text="Something very unkind")
    await far.reach(room, said["seq"])
    async with await signed_in(installation, "ruth") as ruth:
        me: Frame = await ruth.me()
        fields = {"room": me["own_room"], "of": room, "message": said["message"], "reason": "Unkind"}
        done = await ruth.command("recall_message", key=new_key(), **fields)
        assert "seq" in done, done
    removed_at = 0
    for tab in (near, far):
        gone = await asyncio.wait_for(tab.find(lambda each: each.get("kind") == "message_removed"), PATIENCE)
        assert (gone["body"]["message"], gone["by"]) == (said["message"], thread.aisha.person)
        assert me["person"]["id"] not in str(tab.frames)
        removed_at = gone["seq"]
    late = await tabs(installation.last, thread.ben, {room: 0})
    await late.reach(room, removed_at)
    assert "unkind" not in str(late.frames)


async def test_a_look_is_told_to_nobody_who_is_connected(thread: Thread, tabs: OpenTab) -> None:
    installation, room = thread.installation, thread.room
    people: tuple[SignIn, ...] = (thread.aisha, thread.ben)
    open_ones = [await tabs(installation.last, each, {room: 0, each.own_room: 0}) for each in people]
    async with await signed_in(installation, "ruth") as ruth:
        me = await ruth.me()
        seen = [len(tab.frames) for tab in open_ones]
        fields = {"room": me["own_room"], "into": room, "role": "safeguarding", "reason": "Ben asked"}
        assert "look" in await ruth.command("look_into", key=new_key(), **fields)
        page = await ruth.http.get(f"/oversight/rooms/{room}", headers={"Accept": "text/html"})
        assert "Hello Ben" in page.text
    for tab, since in zip(open_ones, seen, strict=True):
        await tab.ask("typing", room=room)  # whatever came before has arrived by the time of the answer
        assert [each for each in tab.frames[since:] if each["type"] == "event"] == []
        assert me["person"]["id"] not in str(tab.frames)
