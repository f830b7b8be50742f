"""How long sounds are, by what is in them. Pure; runs in the workshop, on files that are recognised already.

A head that claims less is not believed where the sound itself can be asked: its last piece says when it comes.
"""

import re
import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

from rooms.files.media import Bad, boxes

Mark = tuple[int, int, int | None]  # kind, where its content starts, size

MOST_MARKS: Final = 200_000
_SECOND: Final = 1000
_OPUS_RATE: Final = 48_000

_SEGMENT, _INFO, _CLUSTER, _GROUP = 0x18538067, 0x1549A966, 0x1F43B675, 0xA0
_WITHIN: Final = frozenset({_SEGMENT, _INFO, _CLUSTER, _GROUP})
_SCALE, _DURATION, _TIME, _SIMPLE, _BLOCK = 0x2AD7B1, 0x4489, 0xE7, 0xA3, 0xA1


def length_ms(extension: str, file: BinaryIO) -> int | None:
    """Of a sound; None where it cannot be known without playing it."""
    measure = {"weba": _webm, "ogg": _ogg, "m4a": _mp4, "wav": _wav}.get(extension)
    if measure is None:
        return None
    try:
        found = measure(file)
    except (Bad, struct.error, ValueError, IndexError, ZeroDivisionError, OverflowError):
        return None
    return found if found is not None and 0 < found < 24 * 3600 * _SECOND else None


def _webm(file: BinaryIO) -> int | None:
    marks = list(_marks(file))
    time = 0
    last = 0.0
    for kind, body, size in marks:
        if kind == _DURATION and size in (4, 8):
            file.seek(body)
            last = max(last, struct.unpack(">f" if size == 4 else ">d", file.read(size))[0])  # noqa: PLR2004 - bytes
        elif kind == _TIME:
            time = _number(file, body, size)
        elif kind in (_SIMPLE, _BLOCK):
            file.seek(body)
            head = file.read(11)
            _, width = _sized(head)
            last = max(last, time + int.from_bytes(head[width : width + 2], signed=True))
    return round(last * _scale(marks, file) / 1e6)


def _scale(marks: list[Mark], file: BinaryIO) -> int:
    """Nanoseconds of one step of the file's clock."""
    return next((_number(file, body, size) for kind, body, size in marks if kind == _SCALE), 1_000_000)


def _marks(file: BinaryIO) -> Iterator[Mark]:
    """All elements, in their order; the size is None where it was left open."""
    end, place = file.seek(0, 2), 0
    for _ in range(MOST_MARKS):
        if place + 2 > end:
            return
        file.seek(place)
        head = file.read(16)
        width = 9 - head[0].bit_length()
        size, taken = _sized(head[width:])
        body = place + width + taken
        kind = int.from_bytes(head[:width])
        yield kind, body, size
        place = body if kind in _WITHIN else body + (end if size is None else size)
    raise Bad("bomb")


def _sized(head: bytes) -> tuple[int | None, int]:
    """A number of variable width, and its width; None where all its bits are set."""
    width = 9 - head[0].bit_length()
    if width > 8:  # noqa: PLR2004 - bytes
        raise Bad("damaged")
    bits = 7 * width
    number = int.from_bytes(head[:width]) & (1 << bits) - 1
    return (None if number == (1 << bits) - 1 else number), width


def _number(file: BinaryIO, body: int, size: int | None) -> int:
    file.seek(body)
    return int.from_bytes(file.read(min(size or 0, 8)))


def _ogg(file: BinaryIO) -> int | None:
    file.seek(0)
    head = file.read(4096)
    file.seek(max(0, file.seek(0, 2) - 128 * 1024))
    tail = file.read()
    samples = int.from_bytes(tail[tail.rindex(b"OggS") :][6:14], "little")
    if (opus := head.find(b"OpusHead")) >= 0:
        return (samples - int.from_bytes(head[opus + 10 : opus + 12], "little")) * _SECOND // _OPUS_RATE
    vorbis = re.search(rb"\x01vorbis....(.)(....)", head, re.DOTALL)
    return None if vorbis is None else samples * _SECOND // int.from_bytes(vorbis[2], "little")


def _wav(file: BinaryIO) -> int | None:
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(44)
    return (size - 44) * _SECOND // int.from_bytes(head[28:32], "little") if head[12:16] == b"fmt " else None


def _mp4(file: BinaryIO) -> int | None:
    """As its head says; of what was written piece by piece, where the last piece ends."""
    scale = said = end = usual = 0
    for start, size, kind, header in sorted(boxes(file)):
        file.seek(start + header)
        head = file.read(min(size - header, 64))
        wide = head[:1] == b"\x01"
        if kind == b"mdhd":
            scale = int.from_bytes(head[20:24] if wide else head[12:16])
            said = int.from_bytes(head[24:32] if wide else head[16:20])
        elif kind == b"trex":
            usual = int.from_bytes(head[12:16])
        elif kind == b"traf":
            end = max(end, _piece_ends(file, start + header, start + size, usual))
    return max(said, end) * _SECOND // scale


def _piece_ends(file: BinaryIO, place: int, end: int, usual: int) -> int:
    time = 0
    while place < end:
        file.seek(place)
        size, kind = struct.unpack(">I4s", file.read(8))
        content = file.read(max(0, min(size, end - place) - 8))
        flags = int.from_bytes(content[1:4])
        if kind == b"tfhd" and flags & 8:
            before = 8 + 8 * bool(flags & 1) + 4 * bool(flags & 2)
            usual = int.from_bytes(content[before : before + 4])
        elif kind == b"tfdt":
            time += int.from_bytes(content[4:12] if content[:1] == b"\x01" else content[4:8])
        elif kind == b"trun":
            time += _run(content, flags, usual)
        place += max(size, 8)
    return time


def _run(content: bytes, flags: int, usual: int) -> int:
    """How long the samples of one run are together."""
    count = int.from_bytes(content[4:8])
    if not flags & 0x100:
        return count * usual
    before = 8 + 4 * bool(flags & 1) + 4 * bool(flags & 4)
    step = 4 * sum(bool(flags & each) for each in (0x100, 0x200, 0x400, 0x800))
    return sum(int.from_bytes(content[place : place + 4]) for place in range(before, len(content), step)[:count])
