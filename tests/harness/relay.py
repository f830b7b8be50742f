"""A relay in front of Redis that can lose what is published while everything else looks well."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Self

from tests.harness.program import free_port
from tests.harness.resp import split_replies


class Relay:
    """Forwards a port of its own to `target` (a port of loopback), in a thread of its own."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = free_port()
        self.dropped = 0  # published messages swallowed so far
        self._muffled = False
        self._loop = asyncio.new_event_loop()
        self._writers: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @contextmanager
    def muffled(self) -> Iterator[None]:
        """Swallow every published message, and nothing else: pings and commands are answered as ever."""
        self._muffled = True
        try:
            yield
        finally:
            self._muffled = False

    def cut(self) -> None:
        """Break all connections; new ones are welcome at once."""
        self._call(self._abort)

    def __enter__(self) -> Self:
        self._thread.start()
        server = asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self._server = asyncio.run_coroutine_threadsafe(server, self._loop).result(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._server.close)
        self._call(self._abort)
        asyncio.run_coroutine_threadsafe(self._finish(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
            self._writers |= {writer, far_writer}
            await asyncio.gather(
                self._copy(reader, far_writer, lambda chunk: chunk), self._copy(far_reader, writer, self._filter())
            )
        writer.close()

    async def _copy(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passed: Callable[[bytes], bytes]
    ) -> None:
        with suppress(OSError):
            while chunk := await reader.read(65536):
                writer.write(passed(chunk))
                await writer.drain()
        writer.close()
        self._writers.discard(writer)

    def _filter(self) -> Callable[[bytes], bytes]:
        """What lets the replies of one connection through: whole ones, and published messages only when not muffled."""
        rest = b""

        def passed(chunk: bytes) -> bytes:
            nonlocal rest
            replies, rest = split_replies(rest + chunk)
            heard = [reply for reply in replies if not (self._muffled and reply.is_message)]
            self.dropped += len(replies) - len(heard)
            return b"".join(reply.raw for reply in heard)

        return passed

    def _abort(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _finish(self) -> None:
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _call(self, act: Callable[[], None]) -> None:
        async def inside() -> None:
            act()

        asyncio.run_coroutine_threadsafe(inside(), self._loop).result(5)
