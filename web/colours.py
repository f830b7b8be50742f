"""A colour that text can be read on, near to the one that was wished for. Pure.

Contrast is that of WCAG 2.2 (relative luminance); lighter and darker are steps of OKLab, in which a colour keeps its
hue.
Source of the matrices: https://bottosson.github.io/posts/oklab/
"""

import re
from typing import Final

Rgb = tuple[float, float, float]  # each from 0 to 1, as sRGB has them

READABLE: Final = 4.5  # WCAG 2.2 AA for text
VERY_READABLE: Final = 7.0  # AAA, for who asks for more contrast
# What stands under or on an accent: web/styles/tokens.css has the same. On paper white text, by lamplight dark text.
PAPER: Final = ("ffffff", "ebe1cb")
LAMPLIGHT: Final = ("17130d", "2a2725", "423d38")
STEPS: Final = 100


def readable_on_paper(wish: str, contrast: float = READABLE) -> str:
    """The wish, or as much darker as white text on it, and it as text on paper, need. Six hexadecimal digits."""
    return _first_readable(wish, PAPER, 0.0, contrast)


def readable_by_lamplight(wish: str, contrast: float = READABLE) -> str:
    """The wish, or as much lighter as dark text on it, and it as text on dark sheets, need."""
    return _first_readable(wish, LAMPLIGHT, 1.0, contrast)


def is_colour(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{6}", text) is not None


def contrast(one: str, other: str) -> float:
    """From 1 to 21."""
    bright, dark = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _first_readable(wish: str, against: tuple[str, ...], end: float, least: float) -> str:
    lightness, a, b = _oklab(_rgb(wish))
    for step in range(STEPS + 1):
        share = step / STEPS
        # Towards black or white a colour also loses its strength: else it would leave what a screen can show.
        made = _hex(_from_oklab((lightness + (end - lightness) * share, a * (1 - share), b * (1 - share))))
        if all(contrast(made, each) >= least for each in against):
            return made
    return "ffffff" if end else "000000"


def _rgb(digits: str) -> Rgb:
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


def _hex(colour: Rgb) -> str:
    return "".join(f"{round(min(1.0, max(0.0, part)) * 255):02x}" for part in colour)


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(part) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB's


def _curved(part: float) -> float:
    return part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055  # noqa: PLR2004 - sRGB's


def _oklab(colour: Rgb) -> Rgb:
    red, green, blue = (_linear(part) for part in colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _from_oklab(lab: Rgb) -> Rgb:
    lightness, a, b = lab
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    return _curved(max(0.0, red)), _curved(max(0.0, green)), _curved(max(0.0, blue))
