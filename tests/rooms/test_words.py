"""Words are cut and folded the same way whoever wrote them, on whatever keyboard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.words import LONGEST_WORD, folded, stem_of, tokens, words

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("Déjà-vu, naïve Łódź; smørrebrød & straße", ["deja", "vu", "naive", "lodz", "smorrebrod", "strasse"]),
        ("The teacher's coats, the teachers’ room", ["the", "teacher", "coats", "the", "teachers", "room"]),
        ("Don't! O'clock", ["don", "t", "o", "clock"]),
        ("Mae'r gwŷr yn y tŷ", ["mae", "r", "gwyr", "yn", "y", "ty"]),
        ("e\u0301cole ECOLE École", ["ecole"] * 3),
        ("المُدَرِّسَة المدرسه مدرســـة", ["المدرسه", "المدرسه", "مدرسه"]),
        ("کی كي", ["كي", "كي"]),
        ("٣٠ ۳۰ 30 ３０ ३०", ["30"] * 5),
        ("天気予報", ["天気", "気予", "予報", "報"]),
        ("iPhone電池", ["iphone", "電池", "池"]),
        ("한국어", ["한국", "국어", "어"]),
        ("ガ", ["ガ"]),
        ("snake_case #tag @name", ["snake", "case", "tag", "name"]),
        ("½ ⑴ ﬁn", ["1⁄2", "1", "fin"]),
        ("!? … — 😀", []),
        ("", []),
    ],
)
def test_a_text_is_cut_into_words(text: str, cut: list[str]) -> None:
    assert words(text) == cut


@pytest.mark.parametrize(
    ("word", "stem"), [("trips", "trip"), ("المدرسه", "مدرسه"), ("والكتاب", "كتاب"), ("الف", "الف"), ("4a", "4a")]
)
def test_english_words_lose_their_endings_and_arabic_ones_their_article(word: str, stem: str) -> None:
    assert stem_of(word) == stem


@given(texts)
def test_the_quick_way_and_the_way_with_places_agree(text: str) -> None:
    assert words(text) == [token.word for token in tokens(text)]


@given(texts)
def test_each_word_is_where_its_place_says_and_can_stand_in_an_index(text: str) -> None:
    for token in tokens(text):
        assert 0 <= token.start < token.end <= len(text)
        assert token.word
        assert not set(token.word) & set(" '\"\\#=*:&|!()<>\0\t\n")


@given(texts)
def test_what_is_written_large_is_the_same_word(text: str) -> None:
    assert all(folded(token.word) == token.word for token in tokens(text.lower()))


def test_a_word_without_end_is_cut_off() -> None:
    assert words("x" * 8000) == ["x" * LONGEST_WORD]
    assert words("é" * 8000) == ["e" * LONGEST_WORD]
