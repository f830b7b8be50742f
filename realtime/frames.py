"""The one kind of WebSocket frame that nearly all of them are, read and written without ceremony. RFC 6455 §5.2."""

from typing import Final

from websockets.speedups import apply_mask

_TEXT_AND_FINAL: Final = 0x81
_MASKED: Final = 0x80
_LENGTH: Final = 0x7F
_TWO_BYTES: Final = 126
_EIGHT_BYTES: Final = 127
_MASK: Final = 4


def frame_end(data: bytes, at: int) -> int | None:
    """Where the frame that begins at `at` ends, by its header alone; None while the header is not all there."""
    left = len(data) - at
    if left < 2:  # noqa: PLR2004 - the smallest header
        return None
    second = data[at + 1]
    length, header = second & _LENGTH, 2
    if length >= _TWO_BYTES:
        extended = 2 if length == _TWO_BYTES else 8
        header += extended
        if left < header:
            return None
        length = int.from_bytes(data[at + 2 : at + 2 + extended], "big")
    return at + header + (_MASK if second & _MASKED else 0) + length


def plain_text(data: bytes, at: int, end: int) -> bytes | None:
    """The payload of the whole frame in `data[at:end]` if it is an unfragmented, masked text frame of less than 64 KiB
    in its shortest form; None leaves it to the strict parser.
    """
    if data[at] != _TEXT_AND_FINAL or not data[at + 1] & _MASKED:
        return None
    length = data[at + 1] & _LENGTH
    if length == _EIGHT_BYTES:
        return None
    start = at + 2 + _MASK
    if length == _TWO_BYTES:
        start += 2
        if end - start < _TWO_BYTES:
            return None
    return apply_mask(data[start:end], data[start - _MASK : start])


def text_frame(payload: bytes) -> bytes:
    """`payload` as one unmasked text frame."""
    length = len(payload)
    if length < _TWO_BYTES:
        return bytes((_TEXT_AND_FINAL, length)) + payload
    if length < 1 << 16:
        return b"\x81\x7e" + length.to_bytes(2, "big") + payload
    return b"\x81\x7f" + length.to_bytes(8, "big") + payload
