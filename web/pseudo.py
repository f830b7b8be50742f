"""Made-up languages for developers: whatever is not in brackets was not translated, whatever is cut off has no room.

`en-XA` is English with accents, brackets and two fifths more of it; `en-XB` the same, written from right to left.
"""

import gettext
import re
from typing import Final

TAGS: Final = {"en-xa": "ltr", "en-xb": "rtl"}
OPENED, CLOSED = "⟦", "⟧"
LONGER: Final = 0.4
_PLACEHOLDER: Final = re.compile(r"(%\(\w+\)[sd]|%%|\{\w+\})")
_ACCENTS: Final = str.maketrans("AEIOUYaeiouyCNScns", "ÀÊÎÖÛÝàéïøûýÇÑŠçñš")
_RIGHT_TO_LEFT, _END_OF_IT = "\u202e", "\u202c"


class Pseudo(gettext.NullTranslations):
    """A catalogue that has every sentence."""

    def __init__(self, direction: str) -> None:
        super().__init__()
        self._mirrored = direction == "rtl"

    def gettext(self, message: str) -> str:
        return strange(message, mirrored=self._mirrored)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return strange(msgid1 if n == 1 else msgid2, mirrored=self._mirrored)


def tag_of(wish: str | None) -> str | None:
    """`en-xa` for `en-XA`; None if it is none of these."""
    return wish.lower() if wish and wish.lower() in TAGS else None


def strange(sentence: str, *, mirrored: bool = False) -> str:
    """`⟦Šîgñ îñ ~~~⟧`; placeholders stay what they are."""
    parts = _PLACEHOLDER.split(sentence)
    said = "".join(part if at % 2 else _turned(part.translate(_ACCENTS), mirrored) for at, part in enumerate(parts))
    return f"{OPENED}{said}{_padding(sentence)}{CLOSED}"


def _turned(text: str, mirrored: bool) -> str:
    return f"{_RIGHT_TO_LEFT}{text}{_END_OF_IT}" if mirrored and text.strip() else text


def _padding(sentence: str) -> str:
    """Short words, since other languages' long sentences can be broken too."""
    length = max(1, round(len(_PLACEHOLDER.sub("", sentence)) * LONGER))
    return "".join(" " + "~" * min(5, length - start) for start in range(0, length, 6))
