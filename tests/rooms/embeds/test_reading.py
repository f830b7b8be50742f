"""What is taken apart by a process of its own, which may come to harm without harming anybody."""

import sys

import httpx
import pytest

from rooms.embeds.reading import EmbedFault, Feed, Page, Reader
from rooms.embeds.rules import Entry
from tests.rooms.embeds.test_taking_apart import rss
from web.outside import Answer


def answer(body: bytes, kind: str = "text/xml") -> Answer:
    return Answer("https://news.example/feed", 200, httpx.Headers({"content-type": kind}), body)


async def test_a_feed_and_a_page_come_back_whole() -> None:
    reader = Reader()
    assert await reader.feed(answer(rss("<title>Snow</title><guid>1</guid>"))) == Feed(
        "School news", (Entry("1", "Snow"),)
    )
    assert await reader.page(answer(b"<title>Snow</title>", "text/html")) == Page("Snow", "")


async def test_what_is_no_feed_is_said_so() -> None:
    with pytest.raises(EmbedFault, match="not_feed"):
        await Reader().feed(answer(b"<html>"))


@pytest.mark.parametrize(
    "program",
    ["raise SystemExit(1)", "import os; os.kill(os.getpid(), 9)", "print('{\"title\": 1}')", "print('x' * 9)"],
)
async def test_a_process_that_comes_to_harm_gives_nothing(program: str) -> None:
    with pytest.raises(EmbedFault, match="spoiled"):
        await Reader((sys.executable, "-I", "-c", program)).feed(answer(b"x"))


async def test_a_process_that_does_not_end_is_ended() -> None:
    with pytest.raises(EmbedFault, match="spoiled"):
        await Reader((sys.executable, "-I", "-c", "while True: pass"), patience=0.2).feed(answer(b"x" * 1_000_000))


async def test_entities_that_grow_without_end_come_to_nothing() -> None:
    grow = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE rss [<!ENTITY a0 "ha">{grow}]><rss version="2.0"><channel><title>&a11;</title></channel></rss>'
    try:
        found = await Reader().feed(answer(bomb.encode()))
    except EmbedFault:
        return
    assert len(found.title) <= 200
