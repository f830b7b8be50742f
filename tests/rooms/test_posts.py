"""What a message may say, and how it is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.refusal import Refusal
from rooms.posts import LONGEST_TEXT, clean_text, message_id, seq_of


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Good morning \n", "Good morning"), ("a\r\nb\rc\nd", "a\nb\nc\nd"), ("a\tb", "a\tb"),
        ("a\0b\x07c\x9f", "abc"),
        ("👩‍👧‍👦", "👩‍👧‍👦"), ("می‌خواهم", "می‌خواهم"), ("\u202eabc", "\u202eabc"),
        ("x" * LONGEST_TEXT, "x" * LONGEST_TEXT),
        (" " * 100 + "x" * LONGEST_TEXT, "x" * LONGEST_TEXT),
    ],
)  # fmt: skip
def test_a_text_is_kept_as_it_was_written_without_what_nobody_sees(written: str, kept: str) -> None:
    assert clean_text(written) == kept


@pytest.mark.parametrize("blank", ["", "   ", "\n\n", "\u200b", "\ufeff \u2060", "\0", "\u2028", "\u00a0"])
def test_a_text_with_nothing_to_read_is_refused(blank: str) -> None:
    with pytest.raises(Refusal) as caught:
        clean_text(blank)
    assert caught.value.code == "bad_request"


def test_a_text_that_is_too_long_is_refused_with_the_limit() -> None:
    with pytest.raises(Refusal) as caught:
        clean_text("x" * (LONGEST_TEXT + 1))
    assert caught.value.code == "too_large"
    assert "8000" in caught.value.message


@given(st.text(max_size=200))
def test_cleaning_twice_changes_nothing_more(written: str) -> None:
    try:
        once = clean_text(written)
    except Refusal:
        return
    assert clean_text(once) == once
    assert "\0" not in once


@given(st.integers(1, 10**15))
def test_a_message_s_id_names_its_place(seq: int) -> None:
    assert seq_of(message_id("r4k2c9m1xq0", seq), "r4k2c9m1xq0") == seq


@pytest.mark.parametrize(
    "given_id",
    ["", "m1", "m0-r1", "m01-r1", "m1-r2", "m1-r1 ", "m-1-r1", "m١-r1", "1-r1", "m1-r1\n", "m99999999999999999-r1"],
)
def test_what_is_no_message_of_the_room_does_not_exist(given_id: str) -> None:
    with pytest.raises(Refusal, match="not_found"):
        seq_of(given_id, "r1")
