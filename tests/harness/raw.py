"""WebSocket frames written by hand, for those that no library would send."""

import asyncio
import base64
import os
import socket
from collections.abc import Sequence

from tests.harness.api import SignIn
from tests.harness.live import PATIENCE, Place

TEXT, BINARY, CONTINUED, CLOSE, PING, PONG = 0x1, 0x2, 0x0, 0x8, 0x9, 0xA
MASK = b"\x01\x02\x03\x04"


def frame(opcode: int, payload: bytes = b"", *, final: bool = True, claims: int | None = None) -> bytes:
    """A masked frame; `claims`: the length that its header speaks of, where that is not the payload's."""
    size = len(payload) if claims is None else claims
    head = bytes([(0x80 if final else 0) | opcode])
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 1 << 16:
        head += b"\xfe" + size.to_bytes(2, "big")
    else:
        head += b"\xff" + size.to_bytes(8, "big")
    return head + MASK + bytes(byte ^ MASK[place % 4] for place, byte in enumerate(payload))


class RawSocket:
    """A connection of which every byte is ours, upgraded to a WebSocket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, server: Place, who: SignIn, buffer: int | None = None) -> "RawSocket":
        """Shake hands; `buffer`: bytes that the kernel may take for us, and as much again for the stream."""
        host, port = server.url.removeprefix("http://").split(":")
        made = socket.socket()
        if buffer is not None:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        made.connect((host, int(port)))
        reader, writer = await asyncio.open_connection(sock=made, limit=buffer or 1 << 16)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = (
            "GET /live HTTP/1.1", f"Host: {host}:{port}", "Upgrade: websocket", "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", f"Cookie: {who.cookie}", "", "",
        )  # fmt: skip
        writer.write("\r\n".join(lines).encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 101"), answer
        return cls(reader, writer)

    async def send(self, *frames: bytes) -> None:
        self.writer.write(b"".join(frames))
        await self.writer.drain()

    async def receive(self) -> tuple[int, bytes]:
        """The next frame's opcode and payload. Raises IncompleteReadError at the end."""
        async with asyncio.timeout(PATIENCE):
            head = await self.reader.readexactly(2)
            size = head[1] & 0x7F
            if size == 126:
                size = int.from_bytes(await self.reader.readexactly(2), "big")
            elif size == 127:
                size = int.from_bytes(await self.reader.readexactly(8), "big")
            return head[0] & 0x0F, await self.reader.readexactly(size)

    async def rest(self) -> Sequence[tuple[int, bytes]]:
        """All frames until the server ends the connection."""
        found = []
        try:
            while True:
                found.append(await self.receive())
        except (asyncio.IncompleteReadError, ConnectionError):
            return found

    def close(self) -> None:
        self.writer.transport.abort()


def code_of(close: tuple[int, bytes]) -> int:
    """The close code in a closing frame."""
    opcode, payload = close
    assert opcode == CLOSE
    return int.from_bytes(payload[:2], "big")
