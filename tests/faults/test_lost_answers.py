"""The server dies around a commit: `done` is a promise, and a command happens once however often it is sent."""

import asyncio
from typing import Any

import pytest

from tests.harness.api import Api, new_key
from tests.harness.installation import Install
from tests.harness.live import OpenTab
from tests.harness.tunnel import Tunnel

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = pytest.mark.faults

TIMES = 10  # on each kind of installation


async def test_what_was_answered_done_is_there_after_kill_9_every_time(install: Install, tabs: OpenTab) -> None:
    here = install()
    room = here.staffroom
    for nth in range(TIMES):
        tab = await tabs(here.first, here.person("amara"))
        done = await tab.ask("post_message", room=room, key=new_key(), text=f"saved {nth}")
        here.first.kill9()
        assert await tab.closed() == 1006
        await tab.close()
        await asyncio.to_thread(here.first.start)
        rows = here.query(f"SELECT seq, text FROM message WHERE room_id = '{room}' AND seq = {done['seq']}")
        assert rows == [{"seq": done["seq"], "text": f"saved {nth}"}]
    assert [row["seq"] for row in here.events(room)] == list(range(1, here.head(room) + 1))


async def test_a_command_whose_answer_died_with_the_server_is_told_to_be_a_repeat(
    install: Install, tabs: OpenTab
) -> None:
    here = install()
    room, key = here.staffroom, new_key()
    witness = await tabs(here.last, here.person("daniel"), {room: here.head(room)})
    async with Tunnel(here.first.port) as tunnel:
        author = await tabs(tunnel, here.person("amara"))
        with tunnel.swallowing_answers():
            await author.send({"type": "post_message", "id": 99, "room": room, "key": key, "text": "said once"})
            event = await witness.find(lambda frame: frame.get("body", {}).get("text") == "said once")
            await here.kill9()
        assert not [frame for frame in author.frames if frame.get("id") == 99]
    await here.start()
    again = await tabs(here.last, here.person("amara"))
    done = await again.ask("post_message", room=room, key=key, text="said once")
    assert (done["type"], done["repeat"]) == ("done", True)
    assert (done["seq"], done["message"], done["at"]) == (event["seq"], event["body"]["message"], event["at"])
    assert await again.ask("post_message", room=room, key=key, text="said once") == {**done, "id": 2}
    other = await again.ask("post_message", room=room, key=key, text="said otherwise")
    assert (other["type"], other["code"]) == ("refused", "key_conflict")
    assert here.head(room) == event["seq"]


async def test_every_command_that_is_sent_again_after_kill_9_happened_once(install: Install, tabs: OpenTab) -> None:
    here = install()
    room, head = here.staffroom, here.head(here.staffroom)
    tab = await tabs(here.first, here.person("amara"))
    mine = await tab.ask("post_message", room=room, key=new_key(), text="to be changed")
    commands: list[tuple[str, dict[str, Any]]] = [
        ("edit_message", {"message": mine["message"], "text": "changed"}),
        ("remove_message", {"message": mine["message"], "reason": "no longer true"}),
        ("remove_member", {"person": here.person("owen").person}),
        ("add_member", {"person": here.person("owen").person, "may_write": True}),
    ]
    keyed = [(name, {"room": room, "key": new_key(), **fields}) for name, fields in commands]
    for number, (name, fields) in enumerate(keyed, 1000):
        await tab.send({"type": name, "id": number, **fields})
    first = [await tab.answer(number) for number in range(1000, 1004)]
    await here.kill9()
    await here.start()
    async with Api(here.last.url, here.person("amara").token) as api:
        for answered, (name, fields) in zip(first, keyed, strict=True):
            again = await api.command(name, **fields)
            assert again == {**{k: v for k, v in answered.items() if k not in ("type", "id")}, "repeat": True}
    assert here.head(room) == head + 5


async def test_a_command_is_answered_or_can_be_sent_again_wherever_the_kill_falls(
    install: Install, tabs: OpenTab
) -> None:
    """Nobody waits for anything here: the kill falls before, within or after the commit."""
    here = install()
    room = here.staffroom
    for _ in range(5):
        before = here.head(room)
        tab = await tabs(here.first, here.person("amara"))
        keys = [new_key() for _ in range(20)]
        for number, key in enumerate(keys, 100):
            await tab.send({"type": "post_message", "id": number, "room": room, "key": key, "text": key})
        here.first.kill9()
        await tab.closed()
        answered = {frame["id"]: frame for frame in tab.frames if frame["type"] == "done"}
        await tab.close()
        await asyncio.to_thread(here.first.start)
        async with Api(here.first.url, here.person("amara").token) as api:
            seqs = [(await api.command("post_message", room=room, key=key, text=key))["seq"] for key in keys]
        assert sorted(seqs) == list(range(before + 1, before + 21))
        assert all(seqs[number - 100] == frame["seq"] for number, frame in answered.items())
