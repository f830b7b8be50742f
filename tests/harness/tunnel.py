"""A stretch of network that can swallow answers and break, in front of any port of loopback."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Self

from tests.harness.program import free_port


class Tunnel:
    """Forwards a port of its own to `target`, on the running event loop."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = free_port()
        self._mute = False
        self._shut = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def swallowing_answers(self) -> Iterator[None]:
        """What is sent arrives; what comes back is lost. The connections stay."""
        self._mute = True
        try:
            yield
        finally:
            self._mute = False

    @contextmanager
    def shut(self) -> Iterator[None]:
        """All connections break, and new ones break at once."""
        self._shut = True
        self.cut()
        try:
            yield
        finally:
            self._shut = False

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._shut:
            writer.transport.abort()
            return
        with suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
            self._writers |= {writer, far_writer}
            await asyncio.gather(self._copy(reader, far_writer, back=False), self._copy(far_reader, writer, back=True))
        writer.transport.abort()

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, back: bool) -> None:
        with suppress(OSError):
            while chunk := await reader.read(65536):
                if not (back and self._mute):
                    writer.write(chunk)
                    await writer.drain()
        writer.transport.abort()
        self._writers.discard(writer)
