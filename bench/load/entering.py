"""People who sign in, by password or by class card, while others talk."""

import asyncio
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

from bench.figures import percentile
from bench.load.crowd import PATIENCE, Crowd, Member
from bench.load.dialects import text
from bench.load.publish import SIZE, TICK, Meter, Spent, milliseconds, stamps

LONGEST = 180.0  # seconds
WITHIN = 1.0  # seconds in which all press the button: nobody's fingers are quicker together
SEE_OTHER = 303
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: (\d+)")
_COOKIE = re.compile(rb"(?i)\r\nset-cookie: ([^=]+)=([^;\r]*)")
_FORM_TOKEN = re.compile(rb'name="csrf" value="([^"]*)"')


@dataclass
class Browser:
    """One keep-alive connection and its cookies: as little of a browser as a form needs."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    host: str
    cookies: dict[bytes, bytes] = field(default_factory=dict)

    async def ask(self, method: str, path: str, fields: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """The status and the body of the answer."""
        body = urlencode(fields or {}).encode()
        cookies = b"; ".join(name + b"=" + value for name, value in self.cookies.items())
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\nAccept: text/html\r\nContent-Length: {len(body)}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
        )
        self.writer.write(head.encode() + b"Cookie: " + cookies + b"\r\n\r\n" + body)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        self.cookies |= {found[1]: found[2] for found in _COOKIE.finditer(answer)}
        length = _LENGTH.search(answer)
        return int(answer[9:12]), await self.reader.readexactly(int(length[1]) if length else 0)

    async def open(self, page: str) -> str:
        """Load a page; what its form carries to show that it is ours."""
        _, body = await self.ask("GET", page)
        token = _FORM_TOKEN.search(body)
        return token[1].decode() if token else ""

    async def fill_in(self, page: str, to: str, fields: Mapping[str, str]) -> bool:
        """Load a page and send its form; whether it led on."""
        return await self.send(to, {"csrf": await self.open(page), **fields})

    async def send(self, to: str, fields: Mapping[str, str]) -> bool:
        return (await self.ask("POST", to, fields))[0] == SEE_OTHER

    @property
    def is_in(self) -> bool:
        return b"corridor_session" in self.cookies


async def browser_of(crowd: Crowd) -> Browser:
    reader, writer = await asyncio.open_connection(crowd.host, crowd.port)
    return Browser(reader, writer, f"{crowd.host}:{crowd.port}")


def typed(who: Mapping[str, str]) -> dict[str, str]:
    return {"school": who["school"], "name": who["name"], "password": who["password"], "back": "/"}


async def by_password(browser: Browser, who: Mapping[str, str]) -> bool:
    return await browser.fill_in("/sign-in", "/sign-in", typed(who))


async def by_card(browser: Browser, who: Mapping[str, str]) -> bool:
    """Show the card, then say: that is me."""
    shown = await browser.fill_in("/card", "/card", {"card": who["card"]})
    return shown and await browser.fill_in("/card/you", "/card/you", {})


WAYS = {"password": by_password, "card": by_card}


async def enter(
    crowd: Crowd, pid: int, *, way: str, people: Sequence[Mapping[str, str]], at_once: int
) -> dict[str, Any]:
    """From opening the page to being in, `at_once` people at a time: what one of them costs the server."""
    gate, meter = asyncio.Semaphore(at_once), Meter(crowd, pid)

    async def one(who: Mapping[str, str]) -> None:
        async with gate:
            browser = await browser_of(crowd)
            _judge(crowd, who, browser, await WAYS[way](browser, who))
            browser.writer.close()

    await asyncio.wait_for(asyncio.gather(*map(one, people)), LONGEST)
    return _figures(meter.read(0), len(people))


async def storm(
    crowd: Crowd, pid: int, *, audience: int, rate: float, people: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """All have the page before them and press the button within a second; those who are in post `rate` a second.

    Seconds from the button to being in; milliseconds from a message's post to each of its deliveries.
    """
    doors = [(who, browser, await browser.open("/sign-in")) for who in people for browser in [await browser_of(crowd)]]
    took, seconds, over = list[int](), list[float](), asyncio.Event()
    crowd.look(stamps(took))
    start, meter = crowd.delivered, Meter(crowd, pid)

    async def one(place: int, who: Mapping[str, str], browser: Browser, token: str) -> None:
        await asyncio.sleep(WITHIN * place / len(doors))
        begun = time.monotonic()
        _judge(crowd, who, browser, await browser.send("/sign-in", {"csrf": token, **typed(who)}))
        seconds.append(time.monotonic() - begun)

    posting = asyncio.create_task(_post_until(over, rate, cycle(crowd.members)))
    await asyncio.wait_for(asyncio.gather(*(one(place, *door) for place, door in enumerate(doors))), LONGEST)
    spent = meter.read(0)
    over.set()
    await crowd.until_delivered(start + await asyncio.wait_for(posting, PATIENCE) * audience)
    crowd.look(None)
    for _, browser, _ in doors:
        browser.writer.close()
    waited = {"p50_s": percentile(seconds, 0.5), "p95_s": percentile(seconds, 0.95)}
    return _figures(spent, len(people)) | waited | {f"message_{name}": one for name, one in milliseconds(took).items()}


def _judge(crowd: Crowd, who: Mapping[str, str], browser: Browser, led_on: bool) -> None:
    if not led_on or not browser.is_in:
        crowd.troubles.append(f"{who['name']} was not let in")


def _figures(spent: Spent, sign_ins: int) -> dict[str, float]:
    return {
        "sign_ins": sign_ins,
        "per_second": sign_ins / spent.seconds,
        "cpu_ms_each": spent.server_cpu * 1e3 / sign_ins,
        "server_busy": spent.server_cpu / spent.seconds,
        "generator_busy": spent.own_cpu / spent.seconds,
    }


async def _post_until(over: asyncio.Event, rate: float, posters: Iterator[Member]) -> int:
    """Post when it is time, whether or not anything has been answered; how many there were."""
    start, posted = time.monotonic(), 0
    while not over.is_set():
        while posted < (time.monotonic() - start) * rate:
            next(posters).post(text(SIZE, time.monotonic_ns()))
            posted += 1
        await asyncio.sleep(TICK)
    return posted
