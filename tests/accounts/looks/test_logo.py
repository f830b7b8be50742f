"""A logo is made anew, whatever was handed in."""

import io
import struct
import zlib

import pytest
from PIL import Image

from accounts.looks.logo import LARGEST, SIDE, made_anew
from realtime.refusal import Refusal


def picture(kind: str, size: tuple[int, int] = (40, 20), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#0b6e69").save(out, kind, **options)
    return out.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """A few bytes that would be a picture of that many pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_every_welcome_kind_becomes_a_small_png(kind: str) -> None:
    digest, image = made_anew(picture(kind, (1200, 600)))
    made = Image.open(io.BytesIO(image))
    assert (made.format, made.size) == ("PNG", (SIDE, SIDE // 2))
    assert len(digest) == 32


def test_nothing_but_the_picture_is_left() -> None:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (51.0, 30.0, 0.0)}
    exif[0x010E] = "Taken at the gate"
    _, image = made_anew(picture("JPEG", exif=exif))
    made = Image.open(io.BytesIO(image))
    assert made.getexif() == {}
    assert b"gate" not in image
    assert made.info == {}


def test_what_hides_behind_a_picture_does_not_come_along() -> None:
    _, image = made_anew(picture("PNG") + b"<script>alert(1)</script>")
    assert b"script" not in image


@pytest.mark.parametrize(
    "content",
    [
        b"", b"GIF89a", picture("GIF"), picture("BMP"), b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        picture("PNG")[:60], huge_png(40_000, 40_000), huge_png(10_000, 10_000), b"%PDF-1.7",
    ],
    ids=["nothing", "a head", "gif", "bmp", "svg", "cut", "bomb", "large", "pdf"],
)  # fmt: skip
def test_what_is_no_picture_that_we_take_is_refused(content: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        made_anew(content)
    assert refused.value.code == "bad_request"


def test_a_file_that_is_too_large_is_not_looked_at() -> None:
    with pytest.raises(Refusal) as refused:
        made_anew(picture("PNG") + b"\0" * LARGEST)
    assert refused.value.code == "too_large"
