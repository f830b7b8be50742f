"""A WebSocket whose frames are handed straight to its transport, and from it straight to their reader.

uvicorn's sans-I/O protocol does the handshake, the parsing and the limits. Once the application takes the connection
over, ready-made bytes go to the transport without a task, a queue or a copy for each, which costs a third of
`await send()`; docs/decisions/wire.md has the figures.
"""

from collections.abc import Callable
from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from realtime.frames import frame_end, plain_text, text_frame
from realtime.protocol import FRAME_LIMIT

EXTENSION: Final = "corridor.wire"
HIGH_WATER: Final = 32 * 1024  # bytes that a transport may hold before it counts as not keeping up
LONGEST_HEADER: Final = 14
MOST_PARTS: Final = 1024  # of one frame; empty ones would be free of any other limit
LINGER: Final = 5.0  # seconds for a closing frame to leave before the connection is cut


class Wire(WebSocketsSansIOProtocol):
    """One accepted connection. What begins with `on_` is called on the event loop; `on_ping` says whether to answer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.taken = False
        self.paused = False
        self.on_frame: Callable[[bytes], None] = _ignore
        self.on_ping: Callable[[], bool] = _answered
        self.on_pause: Callable[[], None] = _nothing
        self.on_writable: Callable[[], None] = _nothing
        self.on_lost: Callable[[], None] = _nothing
        self._part = b""  # the beginning of a frame whose end is still to come

    def data_received(self, data: bytes) -> None:
        """Whole plain text frames go to `on_frame` at once, all other whole frames to the strict parser.

        The parser is given nothing but whole frames, or what it will refuse, so it is always between two frames here.
        """
        if not self.taken:
            super().data_received(data)
            return
        if self._part:
            data, self._part = self._part + data, b""
        at = 0
        while at < len(data):
            end = frame_end(data, at)
            if end is None or end > len(data):
                if end is not None and end - at > FRAME_LIMIT + LONGEST_HEADER:
                    super().data_received(data[at:])  # too large: refused by its header, without waiting for the rest
                else:
                    self._part = data[at:]
                return
            payload = None if self.frames or self.close_sent else plain_text(data, at, end)
            if payload is None:
                super().data_received(data[at:end])
            else:
                self.on_frame(payload)
            at = end

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if getattr(self, "scope", None) is not None:  # not refused in the handshake
            self.scope["extensions"] = {**(self.scope.get("extensions") or {}), EXTENSION: {"wire": self}}

    def take(self, on_frame: Callable[[bytes], None]) -> None:
        """From now on the connection lives without the ASGI call that accepted it, and `on_frame` gets its frames."""
        self.taken = True
        self.on_frame = on_frame
        self.transport.set_write_buffer_limits(high=HIGH_WATER)
        self._hand_over_early_frames()

    def _hand_over_early_frames(self) -> None:
        """A client that did not wait for the handshake's answer has frames in the queue already."""
        while not self.queue.empty():
            message = self.queue.get_nowait()
            if message["type"] == "websocket.receive":
                self.on_frame((message.get("text") or "").encode())
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()

    async def run_asgi(self) -> None:
        """Run the application; a connection that was taken over outlives the call, and keeps nothing of it."""
        if not await self._call_application():
            return
        del self.request, self.response, self.scope  # some kilobytes each, for hours

    async def _call_application(self) -> bool:
        try:
            await self.app(self.scope, self.receive, self.send)
        except Exception:
            self.logger.exception("The application failed while it accepted a WebSocket")
            self.send_500_response()
            self.transport.close()
            return False
        if not self.handshake_complete:
            self.send_500_response()
        if not self.taken and self.close_timer is None:
            self.transport.close()
        return self.taken

    def write(self, frames: bytes) -> None:
        if not self.close_sent:  # nothing may follow the closing frame
            self.transport.write(frames)

    def handle_ping(self) -> None:
        pong = b"".join(self.conn.data_to_send())
        if (
            self.on_ping() and not self.paused and not self.close_sent
        ):  # else whoever pings without reading would fill our memory with answers
            self.transport.write(pong)

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) >= MOST_PARTS:
            self.cut()
            return
        super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        if not self.taken:
            super().send_receive_event_to_app()
            return
        data = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
        self.frames = []
        if not self.close_sent:
            # The protocol is text; a binary frame is as good as none, whatever is in it.
            self.on_frame(data if self.curr_msg_data_type == "text" else b"")

    def pause_writing(self) -> None:
        super().pause_writing()
        self.paused = True
        self.on_pause()

    def resume_writing(self) -> None:
        super().resume_writing()
        self.paused = False
        self.on_writable()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.on_lost()
        self.on_frame, self.on_pause, self.on_writable, self.on_lost = _ignore, _nothing, _nothing, _nothing
        self.on_ping = _answered

    def end(self, code: int, reason: str, last_words: bytes) -> None:
        """Send a last frame and the closing frame, then close, at the latest after LINGER."""
        if self.close_sent or self.transport.is_closing():
            return
        self.transport.write(text_frame(last_words))
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.close_timer = self.loop.call_later(LINGER, self.transport.abort)

    def cut(self) -> None:
        self.transport.abort()


def _answered() -> bool:
    return True


def _ignore(_: bytes) -> None:
    """Nobody listens any more."""


def _nothing() -> None:
    """Nobody listens any more."""
