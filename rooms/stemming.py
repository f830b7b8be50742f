"""Porter's stemmer for English (M. F. Porter, "An algorithm for suffix stripping", Program 14/3, 1980). Pure.

SQLite's own tokenizer follows the same paper; here it is so that PostgreSQL's index holds the very same stems.
"""

import re
from functools import lru_cache
from typing import Final

SHORTEST: Final = 3  # letters; what is shorter is its own stem
KEPT_IN_MEMORY: Final = 65_536  # words; a school's whole vocabulary

_C, _V = "[^aeiou]", "[aeiouy]"
_CS, _VS = f"{_C}[^aeiouy]*", f"{_V}[aeiou]*"
_ANY: Final = re.compile(f"^({_CS})?{_VS}{_CS}")  # m > 0
_ONE: Final = re.compile(f"^({_CS})?{_VS}{_CS}({_VS})?$")  # m = 1
_TWO: Final = re.compile(f"^({_CS})?{_VS}{_CS}{_VS}{_CS}")  # m > 1
_VOWEL: Final = re.compile(f"^({_CS})?{_V}")
_SHORT_END: Final = re.compile(f"^{_CS}{_V}[^aeiouwxy]$")
_DOUBLE: Final = re.compile(r"([^aeiouylsz])\1$")

_PAIRS_2: Final = {
    "ational": "ate", "tional": "tion", "enci": "ence", "anci": "ance", "izer": "ize", "bli": "ble", "alli": "al",
    "entli": "ent", "eli": "e", "ousli": "ous", "ization": "ize", "ation": "ate", "ator": "ate", "alism": "al",
    "iveness": "ive", "fulness": "ful", "ousness": "ous", "aliti": "al", "iviti": "ive", "biliti": "ble",
    "logi": "log",
}  # fmt: skip
_PAIRS_3: Final = {"icate": "ic", "ative": "", "alize": "al", "iciti": "ic", "ical": "ic", "ful": "", "ness": ""}
_STEP_2: Final = re.compile(f"^(.+?)({'|'.join(_PAIRS_2)})$")
_STEP_3: Final = re.compile(f"^(.+?)({'|'.join(_PAIRS_3)})$")
_STEP_4: Final = re.compile(
    "^(.+?)(al|ance|ence|er|ic|able|ible|ant|ement|ment|ent|ou|ism|ate|iti|ous|ive|ize|(?<=[st])ion)$"
)


@lru_cache(KEPT_IN_MEMORY)
def stem(word: str) -> str:
    """The stem of a word of small letters a to z: `trips` → `trip`, `assemblies` → `assembl`."""
    if len(word) < SHORTEST:
        return word
    hidden = "Y" + word[1:] if word[0] == "y" else word  # at the beginning it is a consonant
    return _endings(_past(_plural(hidden))).lower()


def _plural(word: str) -> str:
    if word.endswith(("sses", "ies")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _past(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _ANY.match(word[:-3]) else word
    for ending in ("ed", "ing"):
        rest = word.removesuffix(ending)
        if rest != word and _VOWEL.match(rest):
            return _mended(rest)
    return word


def _mended(word: str) -> str:
    if word.endswith(("at", "bl", "iz")):
        return word + "e"
    if _DOUBLE.search(word):
        return word[:-1]
    return word + "e" if _SHORT_END.match(word) else word


def _endings(word: str) -> str:
    if word.endswith("y") and _VOWEL.match(word[:-1]):
        word = word[:-1] + "i"
    for pattern, pairs in ((_STEP_2, _PAIRS_2), (_STEP_3, _PAIRS_3)):
        found = pattern.match(word)
        if found and _ANY.match(found[1]):
            word = found[1] + pairs[found[2]]
    found = _STEP_4.match(word)
    if found and _TWO.match(found[1]):
        word = found[1]
    return _without_last(word)


def _without_last(word: str) -> str:
    if word.endswith("e"):
        rest = word[:-1]
        if _TWO.match(rest) or (_ONE.match(rest) and not _SHORT_END.match(rest)):
            word = rest
    return word[:-1] if word.endswith("ll") and _TWO.match(word) else word
