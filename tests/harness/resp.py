"""Just enough of Redis's wire protocol (RESP 2 and 3) to tell one reply from the next."""

from typing import NamedTuple

PUBLISHED = (b"message", b"pmessage", b"smessage")
_SIMPLE = b"+-:_#,("
_BULK = b"$=!"
_COUNTED = b"*>~%|"


class Reply(NamedTuple):
    """One whole reply as it came."""

    raw: bytes

    @property
    def is_message(self) -> bool:
        """Was it published to a channel, rather than answering a command?"""
        if self.raw[:1] not in (b"*", b">"):
            return False
        kind = self.raw.split(b"\r\n", 3)[2]
        return kind in PUBLISHED


def split_replies(stream: bytes) -> tuple[list[Reply], bytes]:
    """The whole replies at the start of `stream`, and what is left over."""
    replies = []
    start = 0
    while (end := _end(stream, start)) is not None:
        replies.append(Reply(stream[start:end]))
        start = end
    return replies, stream[start:]


def _end(stream: bytes, start: int) -> int | None:
    """Where the reply that begins at `start` ends; None when it is not all there."""
    line = stream.find(b"\r\n", start)
    if line < 0:
        return None
    mark, after = stream[start : start + 1], line + 2
    if mark in _SIMPLE:
        return after
    size = int(stream[start + 1 : line])
    if mark in _BULK:
        end = after + size + 2 if size >= 0 else after
        return end if end <= len(stream) else None
    if mark in _COUNTED:
        return _end_of_parts(stream, after, size, pairs=mark in b"%|")
    raise ValueError(f"not a reply of Redis: {stream[start : start + 20]!r}")


def _end_of_parts(stream: bytes, start: int, count: int, *, pairs: bool) -> int | None:
    for _ in range(count * (2 if pairs else 1)):
        end = _end(stream, start)
        if end is None:
            return None
        start = end
    return start
