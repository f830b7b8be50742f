"""People who send files, without a server between."""

import itertools
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from starlette.requests import Request

from accounts.sessions import Actor
from config import DEFAULT_RATES, Rate
from realtime.limits import Limits
from realtime.refusal import Refusal
from rooms.doors import caller_of
from rooms.files.arriving import Arriving
from rooms.files.checking import Checker
from rooms.files.commands import BeginUpload
from rooms.files.finishing import Finishing
from rooms.files.serving import Serving
from rooms.files.storing import Disk
from rooms.files.tidying import Tidying
from rooms.messages.commands import PostMessage
from rooms.turn import Outcome
from tests.world import World, done

_numbers = itertools.count(1)


class Post:
    """Everything that files pass through, on one database and one folder."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.storage = Disk(folder / "files")
        limits = Limits({**DEFAULT_RATES, "parts": Rate(1000, 1000)}, lambda: 0)
        self.arriving = Arriving(world.database, world.clock, limits, self.storage)
        self.finishing = Finishing(world.database, world.clock, self.storage, Checker())
        self.serving = Serving(world.database, world.clock, self.storage)
        self.tidying = Tidying(world.database, world.clock, self.storage)

    async def begin(self, actor: Actor, room: str, name: str, size: int, key: UUID | None = None) -> Outcome:
        command = BeginUpload(room=room, key=key or uuid4(), name=name, size=size)
        return await self.world.do(caller_of(actor), command)

    async def bring(self, actor: Actor, file: str, offset: int, content: bytes) -> int:
        return await self.arriving.take(actor, file, offset, request_of(content))

    async def send(self, actor: Actor, room: str, content: bytes, name: str = "worksheet.pdf") -> dict[str, Any]:
        begun = done(await self.begin(actor, room, name, len(content)))["file"]
        await self.bring(actor, begun, 0, content)
        return await self.finishing.finish(actor, begun)

    async def say(self, actor: Actor, room: str, *files: str, key: UUID | None = None) -> Outcome:
        command = PostMessage(room=room, key=key or uuid4(), text=f"See here ({next(_numbers)})", files=files)
        return await self.world.do(caller_of(actor), command)

    async def fetch(self, actor: Actor, file: str, shape: str | None = None, **headers: str) -> tuple[Any, bytes]:
        """The answer and its content."""
        request = request_of(b"", {"file": file, **({"shape": shape} if shape else {})}, headers)
        answer = await self.serving.file(request, actor)
        return answer, b"".join([piece async for piece in _body(answer)])

    async def sees(self, actor: Actor, file: str) -> bool:
        try:
            await self.fetch(actor, file)
        except Refusal as refusal:
            if (refusal.code, refusal.message) == ("not_found", "There is nothing here."):
                return False  # the one sentence for whatever the reason
            raise
        return True

    def listed(self, below: str = "") -> list[str]:
        return sorted(self.storage.listed(below))

    async def pass_by(self, ms: int) -> None:
        """Let time pass, then tidy."""
        self.world.clock._shift_ms += ms
        await self.tidying.tidy()


def request_of(body: bytes, path: Mapping[str, str] = {}, headers: Mapping[str, str] = {}) -> Request:
    """A request that brings this, in chunks as they come from a line."""
    chunks = [body[place : place + 65_536] for place in range(0, len(body), 65_536)] or [b""]
    messages: Iterator[dict[str, Any]] = iter(
        {"type": "http.request", "body": chunk, "more_body": n < len(chunks)} for n, chunk in enumerate(chunks, 1)
    )

    async def receive() -> dict[str, Any]:
        return next(messages)

    given = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": given, "path_params": dict(path),
    }  # fmt: skip
    return Request(scope, receive)


def breaking_off(body: bytes) -> Request:
    """A request whose line breaks after this much."""
    messages: Iterator[dict[str, Any]] = iter(
        [{"type": "http.request", "body": body, "more_body": True}, {"type": "http.disconnect"}]
    )

    async def receive() -> dict[str, Any]:
        return next(messages)

    return Request({"type": "http", "method": "PATCH", "headers": [], "path_params": {}}, receive)


async def _body(answer: Any) -> AsyncIterator[bytes]:
    if not hasattr(answer, "body_iterator"):
        yield answer.body
        return
    async for piece in answer.body_iterator:
        yield piece
