"""Whoever stops reading costs their outbox and no more; whoever reads again has missed nothing."""

import asyncio
import json
import re

import pytest

from tests.harness import raw
from tests.harness.api import Api, new_key
from tests.harness.installation import Install, Installation
from tests.harness.live import PATIENCE, OpenTab, Tab
from tests.harness.memory import MORE_MEMORY, memory
from tests.harness.raw import RawSocket, code_of

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = pytest.mark.faults

WARM_UP = 10_000  # messages
IN_FLIGHT = 50
KILOBYTE = "x" * 1000


async def flood(author: Tab, room: str, times: int, text: str = KILOBYTE) -> int:
    """Post so many messages, some at a time; gives the last seq."""
    last = 0
    for start in range(100_000, 100_000 + times, IN_FLIGHT):
        numbers = range(start, min(start + IN_FLIGHT, 100_000 + times))
        seen = len(author.frames)
        for number in numbers:
            command = {"type": "post_message", "id": number, "room": room, "key": new_key(), "text": text}
            await author.send(command)
        answers = [await author.answer(number, seen) for number in numbers]
        last = max(last, *(answer["seq"] for answer in answers))
    return last


async def figure(here: Installation, name: str) -> float:
    """A figure of the first server's metrics."""
    async with Api(here.first.url) as api:
        text = (await api.http.get("/metrics")).text
    found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
    assert found is not None, text
    return float(found[1])


async def figure_above(here: Installation, name: str, bound: float) -> None:
    async with asyncio.timeout(PATIENCE):
        while await figure(here, name) <= bound:
            pass


async def test_a_reader_that_stops_costs_at_most_its_outbox_and_others_notice_nothing(
    install: Install, tabs: OpenTab
) -> None:
    here = install(STALL="300")
    room, head = here.staffroom, here.head(here.staffroom)
    author = await tabs(here.first, here.person("amara"))
    reader = await tabs(here.last, here.person("daniel"), {room: head})
    await flood(author, room, WARM_UP)  # what floods and the search for words need is there before anybody counts
    slow = await tabs(here.first, here.person("tom"), {room: head + WARM_UP}, small=True)
    slow.stop_reading()
    before = memory(here.first)
    last = await flood(author, room, 20_000)
    grown = memory(here.first) - before
    await reader.reach(room, last)
    assert reader.copies[room].applied == list(range(head + 1, last + 1))
    assert grown < MORE_MEMORY
    assert await figure(here, "corridor_outbox_set_back_total") > 0
    assert slow.copies[room].last < last
    slow.read_again()
    await slow.reach(room, last)
    after = await flood(author, room, 3)
    await slow.reach(room, after)
    assert slow.copies[room].applied[-3:] == [last + 1, last + 2, last + 3]
    assert len(slow.copies[room].messages) == after


async def test_a_reader_that_stops_for_too_long_is_closed_and_nothing_follows_the_closing_frame(
    install: Install, tabs: OpenTab
) -> None:
    here = install(STALL="1")
    room, head = here.staffroom, here.head(here.staffroom)
    author = await tabs(here.first, here.person("amara"))
    slow = await RawSocket.open(here.first, here.person("tom"), buffer=4096)
    hello = {"type": "hello", "protocol": 1, "rooms": {room: head}}
    await slow.send(raw.frame(raw.TEXT, json.dumps(hello).encode()))
    last = await flood(author, room, 250, "🙂" * 8000)
    await figure_above(here, "corridor_outbox_closed_total", 0)
    *frames, bye, close = await slow.rest()
    assert json.loads(bye[1]) == {"type": "bye", "code": 4008, "reason": "too_slow"}
    assert code_of(close) == 4008
    told = [json.loads(payload) for _, payload in frames]
    seqs = [frame["seq"] for frame in told if frame["type"] == "event"]
    assert seqs == list(range(head + 1, head + 1 + len(seqs)))
    assert seqs[-1] < last
    slow.close()
    again = await tabs(here.last, here.person("tom"), {room: seqs[-1]})
    await again.reach(room, last)
    assert again.copies[room].applied == list(range(seqs[-1] + 1, last + 1))


async def test_typing_and_presence_are_dropped_before_any_event_is(install: Install, tabs: OpenTab) -> None:
    here = install(STALL="300")
    room, head = here.staffroom, here.head(here.staffroom)
    author = await tabs(here.first, here.person("amara"), {room: head})
    slow = await tabs(here.first, here.person("tom"), {room: head}, small=True)
    slow.stop_reading()
    last = await flood(author, room, 250, "🙂" * 8000)
    for _ in range(20):
        await author.send({"type": "typing", "room": room})
    await author.sync()
    await figure_above(here, "corridor_outbox_passing_dropped_total", 0)
    slow.read_again()
    await slow.reach(room, last)
    assert slow.copies[room].applied == list(range(head + 1, last + 1))
