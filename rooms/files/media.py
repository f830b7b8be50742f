"""Sounds and videos: which they are, and taking the places where they were recorded out of them. Pure."""

import re
from collections.abc import Collection, Iterator
from typing import BinaryIO, Final

_PHOTOS: Final = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"hevm", b"mif1", b"msf1", b"avif", b"avis")
_SOUNDS: Final = (b"M4A ", b"M4B ")
_VIDEOS: Final = (
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41", b"mp42", b"avc1",
    b"M4V ", b"M4VH", b"M4VP", b"MSNV", b"dash", b"mmp4", b"3gp4", b"3gp5", b"3gp6", b"3g2a",
)  # fmt: skip
_WITHIN: Final = (b"moov", b"trak", b"mdia", b"minf", b"moof", b"traf", b"mvex")
_PRIVATE: Final = (b"udta", b"meta", b"uuid")
_MOST_BOXES: Final = 100_000
_FORTY: Final = 40  # bytes in which a codec's name stands on the first page of an Ogg stream


class Bad(Exception):  # noqa: N818
    """Why it is not taken: the name of a reason."""


def kind_of(head: bytes, file: BinaryIO) -> str | None:
    """The extension of the sound or video; None if it is none. Bad if it is one that is not taken."""
    if head[4:8] == b"ftyp":
        return _boxed(head, file)
    if head.startswith(b"RIFF"):
        return _riff(head)
    if head.startswith(b"OggS"):
        return "ogv" if b"theora" in head[: _FORTY * 2] else "ogg"
    if head.startswith(b"fLaC"):
        return "flac"
    if head.startswith(b"\x1aE\xdf\xa3"):
        return _matroska(head)
    return "mp3" if _is_mp3(head, file) else None


def _riff(head: bytes) -> str:
    match head[8:12]:
        case b"WEBP":
            return "webp"
        case b"WAVE":
            return "wav"
        case _:
            raise Bad("unknown")


def _matroska(head: bytes) -> str:
    if b"webm" not in head[:64]:
        raise Bad("unknown")
    return "webm" if re.search(rb"V_(VP8|VP9|AV1)", head[:8192]) else "weba"


def _boxed(head: bytes, file: BinaryIO) -> str:
    brand = head[8:12]
    if brand in _PHOTOS:
        raise Bad("other_picture")
    found = list(boxes(file))
    if b"moov" not in [kind for _, _, kind, _ in found]:
        raise Bad("damaged")
    if brand in _SOUNDS or (brand in _VIDEOS and _tracks(file, found) == {b"soun"}):
        return "m4a"
    if brand == b"qt  ":
        return "mov"
    if brand in _VIDEOS:
        return "mp4"
    raise Bad("unknown")


def _tracks(file: BinaryIO, found: Collection[tuple[int, int, bytes, int]]) -> set[bytes]:
    """What its tracks are for: browsers record a voice as what is called a video elsewhere."""
    tracks = set()
    for start, _, kind, header in found:
        if kind == b"hdlr":
            file.seek(start + header + 8)
            tracks.add(file.read(4))
    return tracks


def _is_mp3(head: bytes, file: BinaryIO) -> bool:
    start = 0
    if head.startswith(b"ID3"):
        start = 10 + sum((byte & 0x7F) << 7 * (3 - place) for place, byte in enumerate(head[6:10]))
    file.seek(start)
    frame = file.read(4096).lstrip(b"\0")[:4]
    if len(frame) < 4 or frame[0] != 0xFF or frame[1] & 0xE6 != 0xE2:  # noqa: PLR2004 - eleven bits of one, layer III
        return False
    return frame[2] >> 4 not in (0, 15) and frame[2] >> 2 & 3 != 3  # noqa: PLR2004 - figures that no frame has


def forget_places(file: BinaryIO) -> None:
    """Empty the boxes in which telephones write where a video was taken. Nothing moves, so that it still plays."""
    for start, size, kind, header in list(boxes(file)):
        if kind in _PRIVATE:
            _empty(file, start, size, header)


def _empty(file: BinaryIO, start: int, size: int, header: int) -> None:
    file.seek(start + 4)
    file.write(b"free")
    file.seek(start + header)
    left = size - header
    while left > 0:
        left -= file.write(bytes(min(left, 65536)))


def boxes(file: BinaryIO) -> Iterator[tuple[int, int, bytes, int]]:
    """Start, size, kind and header's size of each box, those within some boxes too; Bad where they do not fit."""
    file.seek(0, 2)
    waiting = [(0, file.tell())]
    count = 0
    while waiting:
        start, end = waiting.pop()
        while start < end:
            size, kind, header = _box(file, start, end)
            count += 1
            if count > _MOST_BOXES:
                raise Bad("bomb")
            yield start, size, kind, header
            if kind in _WITHIN:
                waiting.append((start + header, start + size))
            start += size


def _box(file: BinaryIO, start: int, end: int) -> tuple[int, bytes, int]:
    file.seek(start)
    head = file.read(16)
    size, kind, header = int.from_bytes(head[:4]), head[4:8], 8
    if size == 1:
        size, header = int.from_bytes(head[8:16]), 16
    elif size == 0:
        size = end - start
    if size < header or start + size > end:
        raise Bad("damaged")
    return size, kind, header
