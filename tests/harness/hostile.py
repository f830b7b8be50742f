"""A real web server that answers as badly as a test asks it to, and remembers what it was asked."""

import asyncio
import contextlib
import gzip
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

Say = Callable[["Asked", "Line"], Awaitable[None]]
PIECE = b" " * 65536
DRIP_S = 0.02


@dataclass(frozen=True)
class Asked:
    """One question. `gone` is done when the asker hangs up."""

    path: str
    headers: Mapping[str, str]
    gone: "asyncio.Task[None]" = field(repr=False)


class Line:
    """To whoever asked; what they take is counted."""

    def __init__(self, server: "Hostile", writer: asyncio.StreamWriter) -> None:
        self._server, self._writer = server, writer

    def write(self, data: bytes) -> None:
        self._writer.write(data)
        self._server.sent += len(data)

    async def drain(self) -> None:
        await self._writer.drain()


class Hostile:
    """Serves on a port of 127.0.0.1. `pages` by path; what is not there is 404. `sent`: bytes that anybody took."""

    def __init__(self) -> None:
        self.pages: dict[str, Say] = {}
        self.asked: list[Asked] = []
        self.sent = 0
        self._server: asyncio.Server | None = None
        self._busy: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._busy:
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [each.path for each in self.asked]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._busy.add(task)
        try:
            await self._answer(await reader.readuntil(b"\r\n\r\n"), reader, Line(self, writer))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the asker had enough, or the test is over
        finally:
            writer.close()
            self._busy.discard(task)

    async def _answer(self, question: bytes, reader: asyncio.StreamReader, line: Line) -> None:
        first, *rest = question.decode().rstrip().split("\r\n")
        lines = (each.partition(":") for each in rest)
        headers = {name.strip().lower(): value.strip() for name, _, value in lines}
        asked = Asked(first.split()[1], headers, asyncio.create_task(_until_gone(reader)))
        self.asked.append(asked)
        try:
            await self.pages.get(asked.path, status(404))(asked, line)
        finally:
            asked.gone.cancel()


async def _until_gone(reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(ConnectionError):
        await reader.read()


def head(code: int, **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {code} So", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "connection: close", "", ""]).encode()


def page(body: str | bytes, kind: str = "text/html; charset=utf-8", **headers: str) -> Say:
    content = body.encode() if isinstance(body, str) else body

    async def say(_: Asked, line: Line) -> None:
        line.write(head(200, content_type=kind, content_length=str(len(content)), **headers) + content)
        await line.drain()

    return say


def status(code: int, **headers: str) -> Say:
    async def say(_: Asked, line: Line) -> None:
        line.write(head(code, content_length="0", **headers))
        await line.drain()

    return say


def moved(to: str, code: int = 302) -> Say:
    return status(code, location=to)


def endless(kind: str = "text/html", **headers: str) -> Say:
    """Goes on for as long as somebody listens."""

    async def say(_: Asked, line: Line) -> None:
        line.write(head(200, content_type=kind, **headers))
        while True:
            line.write(PIECE)
            await line.drain()

    return say


def dripping(kind: str = "text/html") -> Say:
    """A byte now and then, so that no single one is ever long in coming."""

    async def say(asked: Asked, line: Line) -> None:
        line.write(head(200, content_type=kind))
        while not asked.gone.done():
            line.write(b"<")
            await line.drain()
            await asyncio.wait([asked.gone], timeout=DRIP_S)

    return say


def silent() -> Say:
    """Takes the question and says nothing."""

    async def say(asked: Asked, _: Line) -> None:
        await asyncio.wait([asked.gone])

    return say


def bomb(megabytes: int, kind: str = "text/html") -> Say:
    """A few bytes that unpack to many."""
    return page(gzip.compress(b"a" * (megabytes << 20)), kind, content_encoding="gzip")
