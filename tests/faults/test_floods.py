"""Too many frames, posts, windows and connections: refused kindly first, ended then, and nobody else waits for it."""

import asyncio
from contextlib import suppress

from tests.harness import raw
from tests.harness.api import new_key
from tests.harness.bystander import unharmed
from tests.harness.installation import Install, Installation
from tests.harness.live import OpenTab, Tab
from tests.harness.memory import MORE_MEMORY, memory
from tests.harness.raw import RawSocket

pytest_plugins = ["tests.harness.live_fixtures"]


async def test_a_flood_of_frames_is_refused_and_then_ended(install: Install, tabs: OpenTab) -> None:
    here = install(LIMITS="frames=40/20")
    async with unharmed(here, tabs):
        tab = await tabs(here.first, here.person("tom"))
        await asyncio.gather(*(tab.send({"type": "pong"}) for _ in range(100)), return_exceptions=True)
        assert await tab.closed() == 4500
        refused = [frame for frame in tab.frames if frame["type"] == "refused"]
        assert {frame["code"] for frame in refused} == {"rate_limited"}
        assert all(frame["temporary"] and frame["retry_ms"] > 0 for frame in refused)
        again = await tabs(here.last, here.person("daniel"))
        await again.sync()


async def test_posts_beyond_the_limit_are_refused_at_every_door_and_told_when_to_come_again(
    install: Install, tabs: OpenTab
) -> None:
    here = install(LIMITS="posts=3/0.001 acts=1/0.001 typing=1/0.001 frames=1000/1000")
    room = here.staffroom
    tab = await tabs(here.first, here.person("tom"), {room: here.head(room)})
    answers = [await tab.ask("post_message", room=room, key=new_key(), text=str(nth)) for nth in range(4)]
    assert [answer["type"] for answer in answers] == ["done"] * 3 + ["refused"]
    assert (answers[3]["code"], answers[3]["temporary"]) == ("rate_limited", True)
    assert answers[3]["retry_ms"] > 1000
    by_http = await tab.api.command("post_message", room=room, key=new_key(), text="by the other door")
    assert by_http["code"] == "rate_limited"
    head = here.head(room)
    for _ in range(5):
        await tab.send({"type": "typing", "room": room})
    await tab.sync()
    assert here.head(room) == head == answers[2]["seq"]
    assert tab.connected


async def test_the_sixth_window_of_one_person_is_turned_away(installation: Installation, tabs: OpenTab) -> None:
    who = installation.person("samir")
    windows = [await tabs(installation.first, who) for _ in range(5)]
    sixth = Tab(installation.first.url, who)
    await sixth.connect()
    assert await sixth.closed() == 4504
    assert sixth.frames == [{"type": "bye", "code": 4504, "reason": "too_many_connections"}]
    await sixth.close()
    for window in windows:
        await window.sync()
    await windows[0].close()
    await windows[1].sync()
    await (await tabs(installation.first, who)).sync()


async def test_whoever_connects_too_often_is_told_to_come_back_later(install: Install, tabs: OpenTab) -> None:
    here = install(LIMITS="connects=2/0.001")
    for _ in range(2):
        await (await tabs(here.first, here.person("tom"))).close()
    third = Tab(here.first.url, here.person("tom"))
    await third.connect()
    assert await third.closed() == 4010
    assert third.frames[0]["retry_ms"] > 0
    await third.close()
    await (await tabs(here.first, here.person("daniel"))).sync()


async def pour(connection: RawSocket, flood: bytes, times: int) -> None:
    """Send until the server ends it, or for five seconds."""
    with suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(5):
            for _ in range(times):
                await connection.send(flood)


async def test_a_flood_of_pings_whose_answers_nobody_reads_costs_no_memory(install: Install, tabs: OpenTab) -> None:
    here = install()
    async with unharmed(here, tabs):
        before = memory(here.first)
        connection = await RawSocket.open(here.first, here.person("tom"), buffer=4096)
        await pour(connection, raw.frame(raw.PING, b"p" * 125) * 2000, 120)
        assert memory(here.first) - before < MORE_MEMORY
        connection.close()


async def test_pings_count_as_frames_and_too_many_end_the_connection(install: Install, tabs: OpenTab) -> None:
    here = install(LIMITS="frames=5/0.001")
    connection = await RawSocket.open(here.first, here.person("tom"))
    await pour(connection, raw.frame(raw.PING, b"p"), 60)
    *answers, close = await connection.rest()
    assert raw.code_of(close) == 4500
    assert 0 < sum(opcode == raw.PONG for opcode, _ in answers) <= 5
    connection.close()


async def test_a_frame_of_endless_empty_parts_ends_the_connection(install: Install, tabs: OpenTab) -> None:
    here = install()
    async with unharmed(here, tabs):
        connection = await RawSocket.open(here.first, here.person("tom"))
        await connection.send(raw.frame(raw.TEXT, b"{", final=False))
        await pour(connection, raw.frame(raw.CONTINUED, b"", final=False) * 500, 20)
        assert await connection.rest() == []
        connection.close()
