"""What the generator says to each server, and where in an answer it looks."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol
from uuid import uuid4

from bench.wire import masked

STAMP = 20  # digits at the start of a text: nanoseconds on the generator's monotonic clock
_FILLER = " and so the bells rang and everybody went out to play" * 40


@dataclass(frozen=True)
class Seat:
    """Who sits at one connection: a cookie, the rooms followed and how far, the room posted in."""

    room: str
    cookie: str = ""
    rooms: Mapping[str, int] = field(default_factory=dict)


class Listener(Protocol):
    """What a dialect may tell the connection it reads for."""

    def send(self, frame: bytes) -> None: ...
    def joined(self) -> None: ...
    def subscribed(self) -> None: ...
    def answered(self, number: int) -> None: ...
    def told(self, payload: bytes) -> None: ...
    def trouble(self, what: bytes) -> None: ...


class Dialect(Protocol):
    """One server's manner of speaking. `place` is for `FrameReader`."""

    place: int

    def path(self, seat: Seat) -> str: ...
    def greet(self, seat: Seat, listener: Listener) -> None: ...
    def read(self, payload: bytes, seat: Seat, listener: Listener) -> None: ...
    def post(self, seat: Seat, number: int, text: str) -> bytes: ...


def text(size: int, stamp_ns: int) -> str:
    """A message of `size` bytes that begins with when it was sent."""
    return f"{stamp_ns:0{STAMP}d}{_FILLER[: size - STAMP - 1]}."


class Corridor:
    """Ours: docs/protocol.md."""

    place = 9
    _pong = masked(b'{"type":"pong"}')

    def __init__(self) -> None:
        self._run = uuid4().hex[:12]
        self._keys = count(1)

    def path(self, seat: Seat) -> str:  # noqa: ARG002 - others need it
        return "/live"

    def greet(self, seat: Seat, listener: Listener) -> None:
        listener.send(masked(_json({"type": "hello", "protocol": 1, "rooms": dict(seat.rooms)})))

    def read(self, payload: bytes, seat: Seat, listener: Listener) -> None:  # noqa: ARG002 - others need it
        if payload.startswith(b'{"type":"done","id":'):
            listener.answered(_number(payload, 20))
        elif payload.startswith(b'{"type":"ping"'):
            listener.send(self._pong)
        elif payload.startswith(b'{"type":"welcome"'):
            listener.joined()
        elif payload.startswith(b'{"type":"subscribed"'):
            listener.subscribed()
        elif payload.startswith(b'{"type":"passing"'):
            listener.told(payload)
        elif payload.startswith(b"{"):  # else a closing frame, after bye
            listener.trouble(payload)

    def post(self, seat: Seat, number: int, text: str) -> bytes:
        key = f"{next(self._keys):08x}-0000-4000-8000-{self._run}"
        return masked(
            f'{{"type":"post_message","id":{number},"room":"{seat.room}","key":"{key}","text":"{text}"}}'.encode()
        )

    def subscribe(self, number: int, room: str, after: int) -> bytes:
        return masked(_json({"type": "subscribe", "id": number, "room": room, "after": after}))


class Plain:
    """`websockets` and Node `ws`, as our peers use them."""

    place = 9

    def path(self, seat: Seat) -> str:
        return f"/?room={seat.room}"

    def greet(self, seat: Seat, listener: Listener) -> None:  # noqa: ARG002 - the path has said it
        listener.joined()

    def read(self, payload: bytes, seat: Seat, listener: Listener) -> None:  # noqa: ARG002
        listener.trouble(payload)

    def post(self, seat: Seat, number: int, text: str) -> bytes:  # noqa: ARG002 - the path has said it
        return masked(f'{{"text":"{text}"}}'.encode())


class SocketIO:
    """Socket.IO 5 over Engine.IO 4, on WebSocket from the start."""

    place = 4  # 42["event",…

    def path(self, seat: Seat) -> str:  # noqa: ARG002 - others need it
        return "/socket.io/?EIO=4&transport=websocket"

    def greet(self, seat: Seat, listener: Listener) -> None:
        """The server speaks first."""

    def read(self, payload: bytes, seat: Seat, listener: Listener) -> None:
        if payload.startswith(b"0"):
            listener.send(masked(b"40"))
        elif payload.startswith(b"40"):
            listener.send(masked(b"42" + _json(["join", seat.room])))
        elif payload.startswith(b'42["joined"'):
            listener.joined()
        elif payload == b"2":
            listener.send(masked(b"3"))
        else:
            listener.trouble(payload)

    def post(self, seat: Seat, number: int, text: str) -> bytes:  # noqa: ARG002 - the server knows the room
        return masked(f'42["post",{{"text":"{text}"}}]'.encode())


DIALECTS: Mapping[str, Callable[[], Dialect]] = {"corridor": Corridor, "plain": Plain, "socketio": SocketIO}


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _number(payload: bytes, start: int) -> int:
    return int(payload[start : payload.index(b",", start)])
