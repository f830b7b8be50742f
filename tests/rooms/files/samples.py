"""Files as people send them, and as people send them who mean harm."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from PIL import Image

JPEG_MARK = b"GPS-51.5N-0.1W"
SCRIPT = b"<script>alert(document.cookie)</script>"


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, (200, 80, 40)).save(made, kind, **options)
    return made.getvalue()


def photo(size: tuple[int, int] = (400, 200)) -> bytes:
    """A JPEG lying on its side, as a telephone writes it, that says where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it by a quarter
    exif[0x010F] = "Telephone"
    exif.get_ifd(0x8825)[29] = JPEG_MARK.decode()
    exif.get_ifd(0x8825)[1] = "N"
    return picture("JPEG", size, exif=exif)


def moving(frames: int = 3, size: tuple[int, int] = (40, 30)) -> bytes:
    made = io.BytesIO()
    images = [Image.new("RGB", size, (60 * n % 256, 10, 10)) for n in range(frames)]
    images[0].save(made, "GIF", save_all=True, append_images=images[1:], duration=80, loop=0)
    return made.getvalue()


def image_bomb(side: int = 30_000) -> bytes:
    """A PNG of a few kilobytes that says it has 900 million pixels."""
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((side // 8 + 1) * 100))
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def packed(files: Mapping[str, bytes], *, stored: bool = False) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def docx(more: Mapping[str, bytes] | None = None) -> bytes:
    parts = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document>Good morning</w:document>"}
    return packed({**parts, **(more or {})})


def odt() -> bytes:
    kind = b"application/vnd.oasis.opendocument.text"
    return packed({"mimetype": kind, "content.xml": b"<office:document-content/>"}, stored=True)


def zip_bomb() -> bytes:
    """A document of some kilobytes that unpacks to half a gigabyte."""
    return docx({f"word/media/{n}.xml": bytes(64 * 1024 * 1024) for n in range(8)})


def lying_bomb() -> bytes:
    """The same, whose directory says that each part has ten bytes."""
    made = bytearray(docx({"word/media/1.xml": bytes(32 * 1024 * 1024)}))
    place = made.rindex(b"PK\x01\x02")
    made[place + 24 : place + 28] = struct.pack("<I", 10)
    return bytes(made)


def pdf() -> bytes:
    return b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"


def sound() -> bytes:
    return b"RIFF" + struct.pack("<I", 36 + 800) + b"WAVEfmt " + bytes(20) + b"data" + bytes(804)


def video(where: bytes = b"+51.5074-000.1278/") -> bytes:
    """An MP4 without pictures, whose telephone wrote down where it was."""
    place = _box(b"udta", _box(b"\xa9xyz", struct.pack(">HH", len(where), 0) + where))
    return (
        _box(b"ftyp", b"isom\0\0\0\0mp41")
        + _box(b"moov", _box(b"mvhd", bytes(100)) + place)
        + _box(b"mdat", b"\0" * 64)
    )


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content


def container(*names: str) -> bytes:
    """Office's file of before 2007, with nothing but its directory."""
    made = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    for name in names:
        said = name.encode("utf-16-le") + b"\0\0"
        made += said.ljust(64, b"\0") + struct.pack("<HB", len(said), 2) + bytes(61)
    return made


def polyglot() -> bytes:
    """A GIF that a careless browser takes for a page."""
    return picture("GIF") + b"<html><body>" + SCRIPT + b"</body></html>"
