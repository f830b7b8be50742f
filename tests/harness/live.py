"""A browser tab without the browser: a client of `/live` that keeps its copies of rooms by the client's rule."""

import asyncio
import json
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.harness.api import Api, SignIn
from tests.harness.copies import Copy, Frame

PATIENCE = 30  # seconds until a test that waits for something says that it will not come
SMALL_BUFFER = 4096  # bytes that the kernel may take for a reader that is to stop reading


class Place(Protocol):
    """Where to connect to: a server, or what stands before it."""

    @property
    def url(self) -> str: ...


class OpenTab(Protocol):
    """Opens tabs that are closed after the test."""

    async def __call__(
        self, server: Place, who: SignIn, rooms: Mapping[str, int] | None = None, *, small: bool = False
    ) -> "Tab": ...


class Tab:
    """One connection of a signed-in person, with copies of the rooms that it follows.

    `frames` is everything that came, in order. Copies outlive the connection: `resume` goes on from them.
    """

    def __init__(self, url: str, who: SignIn, rooms: Mapping[str, int] | None = None, *, small: bool = False) -> None:
        self.who = who
        self.api = Api(url, who.token)
        self.copies = {room: Copy(last) for room, last in (rooms or {}).items()}
        self.frames: list[Frame] = []
        self.epoch = ""
        self.code: int | None = None  # of the close, once it is closed
        self._url = url
        self._small = small
        self._changed = asyncio.Event()
        self._reading = asyncio.Event()
        self._reading.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._connection: ClientConnection | None = None
        self._numbers = iter(range(1, 1_000_000))

    # Connecting

    async def open(self, url: str | None = None) -> Self:
        """Connect, say hello with what is known, and wait for the welcome."""
        await self.connect(url)
        await self.hello()
        return self

    async def connect(self, url: str | None = None) -> None:
        if url is not None and url != self._url:
            await self.api.close()
            self._url, self.api = url, Api(url, self.who.token)
        self._connection = await connect(
            f"{self._url.replace('http', 'ws', 1)}/live", additional_headers={"Cookie": self.who.cookie},
            compression=None, ping_interval=None, max_size=None, open_timeout=PATIENCE, close_timeout=PATIENCE,
            proxy=None, max_queue=1 if self._small else 64, sock=self._socket() if self._small else None,
        )  # fmt: skip
        self.code = None
        self._spawn(self._read(self._connection))

    async def hello(self) -> Frame:
        seen = len(self.frames)
        await self.send(
            {
                "type": "hello", "protocol": 1, "epoch": self.epoch,
                "rooms": {room: copy.last for room, copy in self.copies.items()},
            }
        )  # fmt: skip
        return await self.frame("welcome", since=seen)

    async def resume(self, url: str | None = None) -> Self:
        """Connect again, here or to another server, and go on from the copies."""
        return await self.open(url)

    async def become(self, who: SignIn) -> None:
        """Go on, from the next connection on, in another session of the same person."""
        await self.api.close()
        self.who, self.api = who, Api(self._url, who.token)

    def drop(self) -> None:
        """Lose the connection as a tunnel does: without a word."""
        assert self._connection is not None
        self._connection.transport.abort()

    async def close(self) -> None:
        if self._connection is not None:
            self._reading.set()
            await self._connection.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.api.close()

    def _socket(self) -> socket.socket:
        host, port = self._url.removeprefix("http://").split(":")
        made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        made.connect((host, int(port)))
        made.setblocking(False)
        return made

    # Asking

    async def send(self, frame: Frame | str | bytes) -> None:
        assert self._connection is not None
        await self._connection.send(json.dumps(frame, ensure_ascii=False) if isinstance(frame, dict) else frame)

    async def ask(self, kind: str, /, **fields: Any) -> Frame:
        """Send a numbered frame and wait for its answer. Raises ConnectionClosed when none can come any more."""
        number = next(self._numbers)
        seen = len(self.frames)
        await self.send({"type": kind, "id": number, **fields})
        return await self.answer(number, seen)

    async def answer(self, number: int, since: int = 0) -> Frame:
        return await self.find(lambda frame: frame.get("id") == number and frame["type"] != "event", since)

    async def sync(self) -> None:
        """Return when everything that the server has sent before now is here."""
        await self.ask("unsubscribe", room="rnowhere")

    async def subscribe(self, room: str, after: int = 0) -> Frame:
        self.copies.setdefault(room, Copy(after))
        return await self.ask("subscribe", room=room, after=after)

    # Waiting

    async def until(self, true: Callable[[Self], bool], within: float = PATIENCE) -> None:
        """Return when `true(self)` is, which is asked after each frame."""
        try:
            async with asyncio.timeout(within):
                while not true(self):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            tail = "\n".join(str(frame)[:300] for frame in self.frames[-8:])
            raise AssertionError(f"{self.who.name} waited in vain; closed: {self.code}; last frames:\n{tail}") from None

    async def find(self, fits: Callable[[Frame], bool], since: int = 0) -> Frame:
        """The first frame after the first `since` that fits, as soon as there is one."""
        place = since

        def found(tab: Self) -> bool:
            nonlocal place
            while place < len(tab.frames):
                if fits(tab.frames[place]):
                    return True
                place += 1
            return tab.code is not None

        await self.until(found)
        if place == len(self.frames):
            raise ConnectionError(f"closed with {self.code} before it came")
        return self.frames[place]

    async def frame(self, kind: str, since: int = 0) -> Frame:
        return await self.find(lambda frame: frame["type"] == kind, since)

    async def reach(self, room: str, seq: int) -> None:
        """Return when the copy of the room is at `seq`, or beyond."""
        await self.until(lambda tab: tab.copies[room].last >= seq)

    async def closed(self, within: float = PATIENCE) -> int:
        """The close code, as soon as the connection is closed."""
        await self.until(lambda tab: tab.code is not None, within)
        assert self.code is not None
        return self.code

    @property
    def connected(self) -> bool:
        return self._connection is not None and self.code is None

    def events(self, room: str, since: int = 0) -> list[Frame]:
        """The events of a room as they came, repeats included, after the first `since` frames."""
        return [frame for frame in self.frames[since:] if frame["type"] == "event" and frame["room"] == room]

    # Reading

    def stop_reading(self) -> None:
        self._reading.clear()

    def read_again(self) -> None:
        self._reading.set()

    async def _read(self, connection: ClientConnection) -> None:
        with suppress(ConnectionClosed):
            while True:
                await self._reading.wait()
                frame = json.loads(await connection.recv())
                with suppress(ConnectionClosed):  # of what the server said before it closed, nothing is lost
                    await self._receive(frame)
                self.frames.append(frame)
                self._changed.set()
        self.code = connection.close_code if connection.close_code is not None else 1006
        self._changed.set()

    async def _receive(self, frame: Frame) -> None:
        match frame["type"]:
            case "welcome":
                self.epoch = frame["epoch"]
            case "event":
                await self._event(frame)
            case "ping":
                await self.send({"type": "pong"})
                for room, head in frame["heads"].items():
                    if room in self.copies and head > self.copies[room].last:
                        await self._again(room)
            case "reset":
                self._reset(frame)

    async def _event(self, event: Frame) -> None:
        copy = self.copies.get(event["room"])
        if copy is not None and copy.receive(event) == "gap":
            await self._again(event["room"])

    async def _again(self, room: str) -> None:
        fields = {"id": next(self._numbers), "room": room, "after": self.copies[room].last}
        await self.send({"type": "subscribe", **fields})

    def _reset(self, frame: Frame) -> None:
        if frame["reason"] == "access":
            self.copies.pop(frame["room"], None)
        else:
            self._spawn(self._fetch(frame["room"]))

    async def _fetch(self, room: str) -> None:
        """The page afresh; then what came meanwhile, of which the page has told a part already."""
        seen = len(self.frames)
        fetched = await self.api.history(room)
        if fetched is None or room not in self.copies:
            return
        self.copies[room].replace(*fetched)
        for event in self.events(room, seen):
            await self._event(event)
        self._changed.set()

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
