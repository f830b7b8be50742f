"""The words of a text as the index knows them: folded, and cut the same way for every database. Pure.

Accents, vowel signs, letters' variants and ways of writing digits are folded away. Scripts that put no spaces between
words are cut into pairs of neighbours, and the last sign of a run stands alone, so that each sign begins a token.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from rooms import stemming

LONGEST_WORD: Final = 64  # characters that are kept of a word; what people mean is shorter

# Scripts without spaces: kana, Han, Hangul; Thai, Lao, Burmese, Khmer.
_UNSPACED: Final = (
    "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"
    "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\U00020000-\U0003ffff"
)
# What stands inside a word without being a letter of its own: combining marks, Indic signs, joiners, soft hyphens.
_INSIDE: Final = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f"
    "\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\ufe00-\ufe0f\u00ad"
)
_RUN: Final = re.compile(f"[{_UNSPACED}]+|(?:(?![{_UNSPACED}])[^\\W_])(?:(?![{_UNSPACED}])[^\\W_]|[{_INSIDE}])*")
_ASCII_RUN: Final = re.compile(r"[A-Za-z0-9]+")
_IS_UNSPACED: Final = re.compile(f"[{_UNSPACED}]")
_POSSESSIVE: Final = re.compile(r"['’]s\b", re.IGNORECASE)
_ENGLISH: Final = re.compile(r"[a-z]+")
_ARTICLE: Final = re.compile("^(?:[وبكف]?ال|لل)(?=\\w{3})")

_GONE: Final = (
    *range(0x300, 0x370), *range(0x483, 0x488), *range(0x591, 0x5C8), *range(0x610, 0x61B), *range(0x64B, 0x660),
    0x670, *range(0x6D6, 0x6EE), *range(0x1AB0, 0x1B00), *range(0x1DC0, 0x1E00), 0x640, 0x200C, 0x200D, 0xAD,
    *range(0xFE00, 0xFE10),
)  # fmt: skip
_ALIKE: Final = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i", "ŧ": "t", "ς": "σ",
    # Arabic, Persian and Urdu keyboards write the same letters differently.
    "ى": "ي", "ی": "ي", "ې": "ي", "ے": "ي", "ک": "ك", "ہ": "ه", "ھ": "ه", "ة": "ه", "ۃ": "ه", "ە": "ه", "ٱ": "ا",
}  # fmt: skip
_FOLDS: Final = {**dict.fromkeys(_GONE), **{ord(one): other for one, other in _ALIKE.items()}}


class Token(NamedTuple):
    """One word: folded, its stem, and where in the text it stands."""

    word: str
    stem: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """The words of a text, in order, with their places."""
    return [Token(word, stem_of(word), start, end) for word, start, end in _words(text)]


def words(text: str) -> list[str]:
    """The words of a text, in order: what `tokens` gives, without the places and sooner."""
    if text.isascii() and "'" not in text:
        return [word[:LONGEST_WORD] for word in _ASCII_RUN.findall(text.lower())]
    return [word for word, _, _ in _words(text)]


@lru_cache(65_536)
def stem_of(word: str) -> str:
    """The stem of a folded word: English by Porter, Arabic without its article, all others as they are."""
    if word.isascii():
        return stemming.stem(word) if _ENGLISH.fullmatch(word) else word
    return _ARTICLE.sub("", word)


def is_unspaced(word: str) -> bool:
    """Of a script that puts no spaces between words."""
    return _IS_UNSPACED.match(word) is not None


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    possessives = {found.start() + 1 for found in _POSSESSIVE.finditer(text) if found.start()}
    for found in _RUN.finditer(text):
        run, start = found[0], found.start()
        if start in possessives:
            continue
        if is_unspaced(run):
            yield from _pairs(run, start)
        elif word := folded(run):
            yield word, start, found.end()


def _pairs(run: str, start: int) -> Iterator[tuple[str, int, int]]:
    for place in range(len(run)):
        pair = run[place : place + 2]
        word = "".join(map(_plain, unicodedata.normalize("NFKC", pair)))
        if word:
            yield word, start + place, start + place + len(pair)


def folded(run: str) -> str:
    """A word as the index has it: small letters, no accents, one way of writing each letter; perhaps nothing."""
    if run.isascii():
        return run.lower()[:LONGEST_WORD]
    bare = unicodedata.normalize("NFKD", run).casefold().translate(_FOLDS)
    return unicodedata.normalize("NFC", "".join(map(_plain, bare)))[:LONGEST_WORD]


def _plain(sign: str) -> str:
    """A digit as we write it; nothing for what `⑴` and its like leave when they are taken apart."""
    if sign.isascii():
        return sign if sign.isalnum() else ""
    value = unicodedata.decimal(sign, None)
    return ("" if sign.isspace() else sign) if value is None else str(value)
