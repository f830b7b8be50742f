"""Voice notes as browsers record them: WebM and MP4, whole or written piece by piece, and Ogg."""

import struct
from collections.abc import Callable

OPEN = b"\x01" + b"\xff" * 7  # a size that was left open


def webm(seconds: float, *, closed: bool = False) -> bytes:
    """As Chromium and Firefox record; a block each tenth of a second, a cluster each ten seconds."""
    head = element(0x1A45DFA3, element(0x4282, b"webm"))
    info = element(0x1549A966, element(0x2AD7B1, (1_000_000).to_bytes(3)))
    tracks = element(0x1654AE6B, element(0xAE, element(0x86, b"A_OPUS")))
    count = int(seconds * 10) + 1
    clusters = b"".join(_cluster(begin * 100, min(100, count - begin), closed) for begin in range(0, count, 100))
    content = info + tracks + clusters
    return head + (element(0x18538067, content) if closed else b"\x18\x53\x80\x67" + OPEN + content)


def _cluster(begin_ms: int, count: int, closed: bool) -> bytes:
    blocks = b"".join(element(0xA3, b"\x81" + (n * 100).to_bytes(2) + b"\x80opus") for n in range(count))
    content = element(0xE7, begin_ms.to_bytes(4)) + blocks
    return element(0x1F43B675, content) if closed else b"\x1f\x43\xb6\x75" + OPEN + content


def element(kind: int, content: bytes) -> bytes:
    return kind.to_bytes((kind.bit_length() + 7) // 8) + (len(content) | 1 << 56).to_bytes(8) + content


def mp4(seconds: float, *, pieces: bool = True, handler: bytes = b"soun") -> bytes:
    """As Safari and Chromium record it; the brand is that of a video."""
    said = 0 if pieces else round(seconds * 48_000)
    mdhd = box(b"mdhd", struct.pack(">IIIIII", 0, 0, 0, 48_000, said, 0))
    media = mdhd + box(b"hdlr", bytes(8) + handler + bytes(13))
    content = box(b"ftyp", b"iso5\x00\x00\x02\x00iso5mp41")
    trex = box(b"mvex", box(b"trex", struct.pack(">IIIIII", 0, 1, 1, 960, 0, 0))) if pieces else b""
    content += box(b"moov", box(b"trak", box(b"mdia", media)) + trex)
    for second in range(int(seconds) if pieces else 0):
        run = struct.pack(">III", 0x100, 50, 960) + struct.pack(">I", 960) * 49
        run = run if second % 2 else struct.pack(">II", 0, 50)  # of samples that are as long as usual
        piece = box(b"tfhd", struct.pack(">II", 0x20000, 1)) + box(
            b"tfdt", struct.pack(">IQ", 1 << 24, second * 48_000)
        )
        content += box(b"moof", box(b"traf", piece + box(b"trun", run))) + box(b"mdat", bytes(40))
    return content if pieces else content + box(b"mdat", bytes(40))


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


def ogg(seconds: float) -> bytes:
    page = b"OggS\x00\x02" + bytes(20) + b"\x01\x13OpusHead\x01\x01" + (312).to_bytes(2, "little") + bytes(20)
    return page + b"OggS\x00\x04" + (round(seconds * 48_000) + 312).to_bytes(8, "little") + bytes(40)


ALL: dict[str, Callable[[float], bytes]] = {"weba": webm, "m4a": mp4, "ogg": ogg}
