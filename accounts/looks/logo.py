"""A school's logo, made anew from whatever was handed in: nothing of the file itself is kept or served."""

import hashlib
import io
from typing import Final

from PIL import Image, ImageOps

from realtime.refusal import Refusal

LARGEST: Final = 2 * 1024 * 1024  # bytes of the file that is handed in
MOST_PIXELS: Final = 16_000_000
SIDE: Final = 512  # pixels of the longer side of what is kept
FORMATS: Final = ("PNG", "JPEG", "WEBP")
UNREADABLE: Final = "This is not a picture that we can read. Please choose a PNG, JPEG or WebP file."


def made_anew(content: bytes) -> tuple[str, bytes]:
    """The digest and the PNG of a logo; Refusal `bad_request` or `too_large`. Slow: not for the event loop."""
    if len(content) > LARGEST:
        raise Refusal("too_large", "A logo has at most 2 MB.")
    try:
        image = _bounded(content)
    except Refusal:
        raise
    except Exception:  # noqa: BLE001 - decoders fail in many ways on broken files
        raise Refusal("bad_request", UNREADABLE) from None
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return hashlib.sha256(out.getvalue()).hexdigest()[:32], out.getvalue()


def _bounded(content: bytes) -> Image.Image:
    """The first picture of the file, small; its size is read before anything is decoded."""
    with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise Refusal("bad_request", "This picture is too large: at most 16 million pixels.")
        opened.draft("RGB", (SIDE * 2, SIDE * 2))
        upright = ImageOps.exif_transpose(opened).convert("RGBA")
    upright.thumbnail((SIDE, SIDE))
    bare = Image.new("RGBA", upright.size)  # without places, dates, profiles and whatever else the file told
    bare.paste(upright)
    return bare
