"""Stems are those of Porter's paper, as SQLite has them too."""

import re
import sqlite3
from contextlib import closing

import pytest

from rooms.stemming import stem
from tests.harness.program import ROOT


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("trip trips tripped tripping", "trip"),
        ("assembly assemblies", "assembl"),
        ("cancel cancels cancelled cancelling", "cancel"),
        ("hope hopes hoping hoped", "hope"),
        ("relational relate related", "relat"),
        ("happy happiness", "happi"),
        ("by", "by"),
        ("is", "is"),
        ("sky", "sky"),
        ("yoyo", "yoyo"),
        ("news", "new"),
    ],
)
def test_forms_of_a_word_have_one_stem(words: str, found: str) -> None:
    assert {stem(word) for word in words.split()} == {found}


def test_stems_are_those_that_sqlite_s_own_porter_gives() -> None:
    """On every word of this documentation, which are a few thousand."""
    texts = (path.read_text() for path in [*ROOT.glob("docs/**/*.md"), *ROOT.glob("*.md")])
    words = sorted({word for text in texts for word in re.findall("[a-z]{3,}", text.lower())})
    assert len(words) > 1000
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE VIRTUAL TABLE words USING fts5(word, tokenize='porter ascii')")
        database.execute("CREATE VIRTUAL TABLE stems USING fts5vocab(words, 'instance')")
        database.executemany("INSERT INTO words (rowid, word) VALUES (?, ?)", enumerate(words, 1))
        theirs = dict(database.execute("SELECT doc, term FROM stems").fetchall())
    assert {word: stem(word) for word in words} == {word: theirs[n] for n, word in enumerate(words, 1)}
