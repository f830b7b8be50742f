"""Pictures made anew from their pixels alone: what else was in the file, places and scripts too, is gone.

Runs only in the workshop's own process: decoders of pictures are where files do harm.
"""

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageCms, ImageOps, ImageSequence, UnidentifiedImageError
from PIL.Image import Resampling

from rooms.files.kinds import GIF, JPEG, PNG, WEBP, Type, Unwelcome

MOST_PIXELS: Final = 64_000_000  # as telephones take them
WHOLE: Final = 4096  # pixels of the longer side
VIEW: Final = 1600
THUMB: Final = 320
MOST_FRAMES: Final = 200
MOST_PIXELS_MOVING: Final = 60_000_000  # of all frames together
_FORMATS: Final = {JPEG: "JPEG", PNG: "PNG", GIF: "GIF", WEBP: "WEBP"}


@dataclass(frozen=True)
class Made:
    """A picture that was written."""

    shape: str
    media_type: str
    width: int
    height: int


def make(source: Path, found: Type, folder: Path) -> list[Made]:
    """Write the shapes `whole`, `view` and `thumb` into the folder; Unwelcome if it cannot be read."""
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # what is too large is refused by its size
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with Image.open(source, formats=[_FORMATS[found]]) as image:
            return list(_shapes(image, found, folder))
    except Image.DecompressionBombError:
        raise Unwelcome("pixels") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, KeyError):
        raise Unwelcome("damaged") from None


def _shapes(image: Image.Image, found: Type, folder: Path) -> Iterator[Made]:
    if image.width * image.height > MOST_PIXELS:
        raise Unwelcome("pixels")
    moving = _moves(image)
    if moving:
        yield _write_moving(image, folder)
        image.seek(0)
    elif found is JPEG:
        image.draft("RGB", (WHOLE, WHOLE))  # decoded smaller where it is larger than what is kept
    still = _plain(image)
    if not moving:
        yield _write(_within(still, WHOLE), "whole", JPEG if found is JPEG else PNG if found is GIF else found, folder)
    yield _write(_within(still, VIEW), "view", WEBP, folder)
    yield _write(_within(still, THUMB), "thumb", WEBP, folder)


def _moves(image: Image.Image) -> bool:
    """Whether it has several frames, few enough to be made anew; of one with more the first is taken."""
    frames = getattr(image, "n_frames", 1)
    return 1 < frames <= MOST_FRAMES and image.width * image.height * frames <= MOST_PIXELS_MOVING


def _write_moving(image: Image.Image, folder: Path) -> Made:
    frames, times = [], []
    for frame in ImageSequence.Iterator(image):
        frames.append(_within(frame.convert("RGBA"), VIEW))
        times.append(max(20, int(frame.info.get("duration") or 100)))
    frames[0].save(
        folder / "whole", "WEBP", save_all=True, append_images=frames[1:], duration=times, loop=0, quality=75, method=2
    )
    return Made("whole", WEBP.media_type, frames[0].width, frames[0].height)


def _plain(image: Image.Image) -> Image.Image:
    """The pixels upright, in ordinary colours, and nothing beside them."""
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    seen = "RGBA" if upright.has_transparency_data else "RGB"
    if profile and upright.mode in ("RGB", "RGBA", "CMYK", "L"):
        upright = _in_ordinary_colours(upright, profile)
    return upright.convert(seen)


def _in_ordinary_colours(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"), outputMode=mode) or image
    except (ImageCms.PyCMSError, ValueError, OSError):
        return image


def _within(image: Image.Image, longer: int) -> Image.Image:
    if max(image.size) <= longer:
        return image
    share = longer / max(image.size)
    size = (max(1, round(image.width * share)), max(1, round(image.height * share)))
    return image.resize(size, Resampling.LANCZOS, reducing_gap=2)


def _write(image: Image.Image, shape: str, wanted: Type, folder: Path) -> Made:
    bare = Image.new(image.mode, image.size)
    bare.paste(image)  # without the notes that the old one carries along
    match wanted:
        case t if t is JPEG:
            bare.convert("RGB").save(folder / shape, "JPEG", quality=88, optimize=True)
        case t if t is PNG:
            bare.save(folder / shape, "PNG")
        case _:
            bare.save(folder / shape, "WEBP", quality=80, method=3)
    return Made(shape, wanted.media_type, bare.width, bare.height)
