"""Queries are read as people mean them, and texts are marked and cut without a character lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.search.rules import EXCERPT, MOST_TERMS, Piece, Term, excerpt, find, for_fts5, for_tsquery, parse

texts = st.text(max_size=400)
queries = st.text(max_size=100)


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("trips", (Term(("trips",), "trip", begins=True),)),
        ("the trips", (Term(("the",), "the"), Term(("trips",), "trip", begins=True))),
        ("at", (Term(("at",), "at"),)),
        ("at*", (Term(("at",), "at"),)),
        ("att*", (Term(("att",), begins=True),)),
        ('"Castle Trip"', (Term(("castle", "trip")),)),
        ("“castle trip” snow", (Term(("castle", "trip")), Term(("snow",), "snow", begins=True))),
        ("«castle trip»", (Term(("castle", "trip")),)),
        ('"castle tri"*', (Term(("castle", "tri"), begins=True),)),
        ('"never closed', (Term(("never", "closed")),)),
        ("well-being", (Term(("well", "being")),)),
        ("天気予報", (Term(("天気", "気予", "予報")),)),
        ("予", (Term(("予",), begins=True),)),
        ("snow snow ice", (Term(("snow",), "snow"), Term(("ice",), "ic", begins=True))),
        ('"" * - ()', ()),
        ("", ()),
    ],
)
def test_a_query_is_read(query: str, terms: tuple[Term, ...]) -> None:
    assert parse(query) == terms


def test_more_words_than_anybody_means_are_passed_over() -> None:
    assert len(parse(" ".join(f"w{n}" for n in range(40)))) == MOST_TERMS


def test_a_text_that_lacks_one_of_the_words_is_no_hit() -> None:
    assert find("The castle", parse("castle trip")) is None
    assert find("", parse("castle")) is None


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("Trips: a trip, TRIPPED!", "trip", ["Trips", "trip", "TRIPPED"]),
        ("Assemblies and assembly", "assembly", ["Assemblies", "assembly"]),
        ("Café, CAFE\u0301", "cafe", ["Café", "CAFE\u0301"]),
        ("a castle trip, no trip castle", '"castle trip"', ["castle trip"]),
        ("明日の天気予報は雪", "天気予報", ["天気予報"]),
        ("天気 と 天", "天", ["天気", "天"]),
        ("timetables", "timet*", ["timetables"]),
        ("المدرسةُ مغلقة", "مدرسة", ["المدرسةُ"]),
    ],
)
def test_the_words_that_were_looked_for_are_marked(text: str, query: str, marked: list[str]) -> None:
    hit = find(text, parse(query))
    assert hit is not None
    assert [text[start:end] for start, end in hit.spans] == marked


def test_whole_words_say_it_best_and_short_texts_better_than_long_ones() -> None:
    scores = [
        hit.score
        for text in ("swimming", "We go and do many other things, and then swimming", "swim")
        if (hit := find(text, parse("swimming"))) is not None
    ]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3


def test_a_short_text_is_shown_whole_and_a_long_one_around_its_first_mark() -> None:
    short = find("The castle trip", parse("castle"))
    assert short is not None
    assert excerpt("The castle trip", short.spans) == [
        Piece("The ", marked=False), Piece("castle", marked=True), Piece(" trip", marked=False),
    ]  # fmt: skip
    text = "word " * 200 + "castle " + "word " * 200
    hit = find(text, parse("castle"))
    assert hit is not None
    pieces = excerpt(text, hit.spans)
    assert (pieces[0].text, pieces[-1].text) == ("…", "…")
    assert [each.text for each in pieces if each.marked] == ["castle"]
    assert all(word in ("word", "castle") for word in "".join(each.text for each in pieces).strip("…").split())


@given(texts, st.lists(st.text(alphabet="abcdeé 天気", min_size=1, max_size=6), max_size=3))
def test_an_excerpt_is_a_part_of_the_text_with_nothing_changed(text: str, said: list[str]) -> None:
    whole = text.join(said)
    hit = find(whole, parse(" ".join(said)[:100]))
    spans = hit.spans if hit else []
    pieces = excerpt(whole, spans)
    shown = "".join(each.text for each in pieces)
    cut = [each for each in pieces if each == Piece("…", marked=False)]
    assert len(shown) <= EXCERPT + len(cut)
    assert len(whole) > EXCERPT or shown == whole


@given(queries)
def test_what_is_asked_of_the_databases_has_balanced_quotation_marks(query: str) -> None:
    terms = parse(query)
    for asked, mark in ((for_fts5(terms, [["r1"]]), '"'), (for_tsquery(terms, [["r1"]]), "'")):
        assert asked.count(mark) % 2 == 0
        outside = "".join(asked.split(mark)[::2])
        assert set(outside) <= set("() *ANDOR|&<->:")
