"""What somebody looks for, read from what they typed; where a text says it; what of the text is shown. Pure.

Words find their other forms (`trips` finds `trip`), "words in quotation marks" stand so and side by side, `timet*` and
the last word may go on. All of them must be there. Anything else that is typed parts words and says nothing.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from realtime.refusal import Refusal
from rooms import words
from rooms.words import Token

LONGEST_QUERY: Final = 200  # characters
MOST_TERMS: Final = 12  # further words are passed over
SHORTEST_BEGINNING: Final = 3  # letters of a word that may go on; fewer would find nearly everything, and slowly
EXCERPT: Final = 220  # characters
LEAD: Final = 70  # characters before the first mark
_CLOSES_QUOTE: Final = {'"': '"', "“": "”", "„": "“", "«": "»", "”": "”"}
_PART: Final = re.compile(r'["“„«”](?P<quoted>[^"“”«»]*)["“”»]?(?P<goes_on>\*?)|(?P<word>[^\s"“”„«»]+)')
_ENDS: Final = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand side by side; `begins`: the last may go on. A single word with `stem` is found in its forms."""

    words: tuple[str, ...]
    stem: str | None = None
    begins: bool = False


Span = tuple[int, int]  # from and up to, in characters of the text


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a text says what was looked for, and how well: the more, the better."""

    spans: Sequence[Span]
    score: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an excerpt."""

    text: str
    marked: bool


def parse(query: str) -> tuple[Term, ...]:
    """The terms of a query, perhaps none; Refusal `bad_request` if it is too long."""
    if len(query) > LONGEST_QUERY:
        raise Refusal("bad_request", "This is too much to look for at once. Try a few words.")
    found: list[Term] = []
    parts = list(_PART.finditer(query))
    for part in parts:
        quoted = part["quoted"]
        if quoted is not None:
            found += _phrase(quoted, begins=bool(part["goes_on"]))
        else:
            found += _word(part["word"], last=part.end() == len(query.rstrip()))
    return tuple(dict.fromkeys(found))[:MOST_TERMS]


def _phrase(text: str, *, begins: bool = False) -> Iterator[Term]:
    said = [token.word for token in _without_tail(words.tokens(text))]
    if not said:
        return
    alone = len(said) == 1 and words.is_unspaced(said[0]) and len(said[0]) == 1
    yield Term(tuple(said), begins=alone or (begins and len(said[-1]) >= SHORTEST_BEGINNING))


def _word(text: str, *, last: bool) -> Iterator[Term]:
    said = _without_tail(words.tokens(text))
    if not said:
        return
    starred, only = text.endswith("*"), said[0].word
    long = len(said[-1].word) >= SHORTEST_BEGINNING
    if len(said) > 1 or words.is_unspaced(only):
        yield from _phrase(text, begins=starred and long)
    elif starred and long:
        yield Term((only,), begins=True)
    else:
        yield Term((only,), said[0].stem, begins=last and long)


def _without_tail(found: Sequence[Token]) -> Sequence[Token]:
    """Without the single sign that ends a run of a script without spaces: what was looked for may go on there."""
    tail = len(found) > 1 and found[-1].end == found[-2].end
    return found[:-1] if tail else found


def find(text: str, terms: Sequence[Term]) -> Hit | None:
    """Where the text says all of the terms; None if it does not."""
    said = words.tokens(text)
    spans: list[Span] = []
    exact = 0
    for term in terms:
        of_term = list(_places(said, term))
        if not of_term:
            return None
        exact += sum(whole for _, whole in of_term)
        spans += [span for span, _ in of_term]
    return Hit(_joined(spans), _score(len(spans), exact, len(said)))


def _places(said: Sequence[Token], term: Term) -> Iterator[tuple[Span, bool]]:
    """Where a term stands, and whether in just these words."""
    width = len(term.words)
    for start in range(len(said) - width + 1):
        first, last = said[start], said[start + width - 1]
        if width == 1 and term.stem is not None and term.stem in (last.stem, last.word):
            yield (first.start, first.end), last.word == term.words[0]
        elif _ends(last.word, term) and all(said[start + n].word == word for n, word in enumerate(term.words[:-1])):
            yield (first.start, last.end), last.word == term.words[-1]


def _ends(word: str, term: Term) -> bool:
    return word.startswith(term.words[-1]) if term.begins else word == term.words[-1]


def _score(marks: int, exact: int, length: int) -> int:
    """Whole words count twice; the same number of them says more in a short text than in a long one."""
    return 1000 * (min(marks, 8) + min(exact, 8)) // (8 + length // 4)


def _joined(spans: Sequence[Span]) -> list[Span]:
    """In order, without overlaps."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def excerpt(text: str, spans: Sequence[Span], most: int = EXCERPT) -> list[Piece]:
    """The part of a text around its first mark, cut between words, in pieces that are marked or not."""
    start, end = _window(text, spans[0][0] if spans else 0, most)
    pieces = [Piece("…", marked=False)] if start else []
    at = start
    for one, other in spans:
        if one >= end:
            break
        if one > at:
            pieces.append(Piece(text[at:one], marked=False))
        at = min(other, end)
        pieces.append(Piece(text[one:at], marked=True))
    if at < end:
        pieces.append(Piece(text[at:end], marked=False))
    return [*pieces, Piece("…", marked=False)] if end < len(text) else pieces


def _window(text: str, first: int, most: int) -> Span:
    if len(text) <= most:
        return 0, len(text)
    start = max(0, min(first - LEAD, len(text) - most))
    end = min(len(text), start + most)
    if start:
        space = _ENDS.search(text, start, max(start, first))
        start = space.end() if space else start
    if end < len(text):
        spaces = [found.start() for found in _ENDS.finditer(text, max(first + 1, end - LEAD), end)]
        end = spaces[-1] if spaces else end
    return start, end


def for_fts5(terms: Sequence[Term], tags: Sequence[Collection[str]]) -> str:
    """The query in FTS5's language. Of each collection of tags an entry has at least one."""
    parts = [_any(f'"#{tag}"' for tag in sorted(of)) for of in tags]
    parts += [_any(_forms(term, _fts5_phrase)) for term in terms]
    return " AND ".join(parts)


def for_tsquery(terms: Sequence[Term], tags: Sequence[Collection[str]]) -> str:
    """The query as the text of a tsquery."""
    parts = [_any((f"'#{tag}'" for tag in sorted(of)), "|") for of in tags]
    parts += [_any(_forms(term, _tsquery_phrase), "|") for term in terms]
    return " & ".join(parts)


def _forms(term: Term, phrase: Callable[[Sequence[str], bool], str]) -> Iterator[str]:
    """A term, and what else stands for it in the index."""
    yield f"({phrase(term.words, term.begins)})"
    if term.stem is not None:
        yield phrase((f"={term.stem}",), False)
        if term.stem != term.words[0] or term.begins:
            yield phrase((term.stem,), False)


def _any(forms: Iterable[str], word: str = "OR") -> str:
    return f"({f' {word} '.join(forms)})"


def _fts5_phrase(said: Sequence[str], begins: bool) -> str:
    return f'"{" ".join(said)}"' + (" *" if begins else "")


def _tsquery_phrase(said: Sequence[str], begins: bool) -> str:
    # No word has quotation marks or strokes in it, so that none has to be escaped.
    return " <-> ".join(f"'{each}'" for each in said) + (":*" if begins else "")
