"""Having something from outside taken apart by a process of its own, which may crash or hang without harm."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from rooms.embeds.rules import LONGEST_TEXT, LONGEST_TITLE, Entry
from web.outside import Answer

AT_ONCE: Final = 2  # processes; more would only wait for each other
PATIENCE: Final = 15.0  # seconds on the wall's clock
READER: Final = (sys.executable, "-I", "-B", str(Path(__file__).with_name("reader.py")))

Trouble = Literal[
    "address", "unreachable", "slow", "too_large", "redirect", "packed", "type", "status", "not_feed", "spoiled"
]
T = TypeVar("T")


class EmbedFault(Exception):  # noqa: N818 - it is the other side's
    """What came cannot be shown."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble: Trouble = trouble


class _Title(Struct, frozen=True):
    title: Annotated[str, Meta(max_length=LONGEST_TITLE)] = ""


class Page(_Title, frozen=True):
    """What a page says of itself. `feed`: the address of the feed that goes with it."""

    text: Annotated[str, Meta(max_length=LONGEST_TEXT)] = ""
    feed: str | None = None


class Feed(_Title, frozen=True):
    """What a feed says. `entries`: none if it is no feed."""

    entries: tuple[Entry, ...] | None = None


class Reader:
    """Lets a few things be read at one time."""

    def __init__(self, program: tuple[str, ...] = READER, patience: float = PATIENCE) -> None:
        self._program = program
        self._patience = patience
        self._places = asyncio.Semaphore(AT_ONCE)

    async def feed(self, answer: Answer) -> Feed:
        """EmbedFault `not_feed` if it is none, `spoiled` if it cannot be read."""
        found = await self._read("feed", answer, Feed)
        if found.entries is None:
            raise EmbedFault("not_feed")
        return found

    async def page(self, answer: Answer) -> Page:
        """EmbedFault `spoiled` if it cannot be read."""
        return await self._read("page", answer, Page)

    async def _read(self, kind: str, answer: Answer, of: type[T]) -> T:
        async with self._places:
            said = await self._said(kind, answer)
        try:
            return msgspec.json.decode(said, type=of)
        except msgspec.DecodeError:  # it was killed: by its limits, or because what it read made it crash
            raise EmbedFault("spoiled") from None

    async def _said(self, kind: str, answer: Answer) -> bytes:
        content_type = answer.headers.get("content-type", "")[:200].encode("ascii", "replace").decode()
        process = await asyncio.create_subprocess_exec(
            *self._program, kind, content_type.replace("\0", ""), answer.url, stdin=PIPE, stdout=PIPE, stderr=DEVNULL,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},  # nothing of the server's: no secret
        )  # fmt: skip
        try:
            async with asyncio.timeout(self._patience):
                said, _ = await process.communicate(answer.body)
        except TimeoutError:
            raise EmbedFault("spoiled") from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        return said
