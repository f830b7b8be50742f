"""The generator's side of WebSocket: frames made by hand, and a reader that goes from length to length.

Nothing here does I/O. RFC 6455 §5.2 is the layout.
"""

from collections.abc import Callable

HEADERS_END = b"\r\n\r\n"

EventReader = Callable[[bytes, int, int], None]  # (buffer, start, stop) of an event's payload

_TEXT = 0x81
_MASKED = 0x80
_SHORT = 126  # lengths below are in the second byte; this value says "two bytes follow"
_SHORT_HEAD, _MIDDLE_HEAD, _WIDE_HEAD = 2, 4, 10
_SEVEN_BITS = 0x7F
_E = ord("e")
# A mask of noughts is legal and leaves the payload as it is. The server unmasks it at the same cost.
_MASK = b"\0\0\0\0"


def masked(payload: bytes) -> bytes:
    """A client's text frame around `payload`."""
    size = len(payload)
    if size < _SHORT:
        return bytes((_TEXT, _MASKED | size)) + _MASK + payload
    if size < 1 << 16:
        return bytes((_TEXT, _MASKED | _SHORT)) + size.to_bytes(2) + _MASK + payload
    return bytes((_TEXT, _MASKED | _SHORT + 1)) + size.to_bytes(8) + _MASK + payload


def handshake(path: str, host: str, cookie: str = "") -> bytes:
    """The request that asks `host` for a WebSocket at `path`."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        *([f"Cookie: {cookie}"] if cookie else []),
    ]
    return "\r\n".join(lines).encode() + HEADERS_END


def accepted(head: bytes) -> bool:
    """Whether the server's answer opens the WebSocket."""
    return head.startswith(b"HTTP/1.1 101")


class FrameReader:
    """Cuts what a server sends into frames; those of events are told by one byte and counted unread.

    `place` is where in its payload an event, and no other frame, has the letter e: `{"type":"event"` has it at 9.
    Other frames go to `other`; each event to `event`, where given.
    """

    __slots__ = ("_event", "_other", "_place", "_rest")

    def __init__(self, place: int, other: Callable[[bytes], None], event: EventReader | None = None) -> None:
        self._place = place
        self._other = other
        self._event = event
        self._rest = b""

    def look(self, event: EventReader | None) -> None:
        """From now on, hand each event to `event`; None: only count."""
        self._event = event

    def feed(self, data: bytes) -> int:
        """How many events `data` completes."""
        if self._rest:
            data = self._rest + data
        place, counted, at, end = self._place, 0, 0, len(data)
        while end - at >= _SHORT_HEAD:
            size = data[at + 1] & _SEVEN_BITS
            start = at + _SHORT_HEAD
            if size >= _SHORT:
                start = at + (_MIDDLE_HEAD if size == _SHORT else _WIDE_HEAD)
                if start > end:
                    break
                size = int.from_bytes(data[at + _SHORT_HEAD : start])
            stop = start + size
            if stop > end:
                break
            at = stop
            if size <= place or data[start + place] != _E:
                self._other(data[start:stop])
                continue
            counted += 1
            if self._event is not None:
                self._event(data, start, stop)
        self._rest = data[at:]
        return counted
