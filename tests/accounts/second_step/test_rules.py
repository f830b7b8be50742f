"""Codes as RFC 6238 makes them, near enough to now, and never twice."""

import base64

import pytest

from accounts.second_step.rules import (
    ALPHABET,
    fold_code,
    fold_recovery,
    is_app_code,
    show_recovery,
    step_at,
    step_of,
)

# RFC 6238, appendix B: the secret is the ASCII of these figures; of its eight digits the last six are ours.
KEY = base64.b32encode(b"12345678901234567890").decode()
VECTORS = [(59, "94287082"), (1111111109, "07081804"), (1234567890, "89005924"), (20000000000, "65353130")]


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert step_of(KEY, code[2:], seconds * 1000, after=0) == seconds // 30


@pytest.mark.parametrize(
    ("drift_s", "taken"), [(0, True), (29, True), (30, True), (-30, True), (60, False), (-60, False)]
)
def test_a_phone_may_be_wrong_by_one_step_and_no_more(drift_s: int, taken: bool) -> None:
    at_s = 1234567890  # the beginning of a step
    assert (step_of(KEY, "005924", (at_s + drift_s) * 1000, after=0) is not None) is taken


def test_a_step_is_taken_once() -> None:
    now_ms = 1234567890_000
    assert step_of(KEY, "005924", now_ms, after=step_at(now_ms) - 1) == step_at(now_ms)
    assert step_of(KEY, "005924", now_ms, after=step_at(now_ms)) is None


@pytest.mark.parametrize("code", ["", "005925", "5924", "0005924", "abcdef"])
def test_what_is_no_code_of_now_is_none(code: str) -> None:
    assert step_of(KEY, code, 1234567890_000, after=0) is None


@pytest.mark.parametrize(
    ("typed", "folded"),
    [("123 456", "123456"), (" 123-456\n", "123456"), ("١٢٣٤٥٦", "123456"), ("１２３４５６", "123456"),
     ("A1B2C-3D4E5", "a1b2c3d4e5"),
     ("\0", ""), ("", "")],
)  # fmt: skip
def test_a_code_is_read_however_it_is_typed(typed: str, folded: str) -> None:
    assert fold_code(typed) == folded


def test_six_figures_are_an_app_s_and_the_rest_is_not() -> None:
    assert is_app_code("123456")
    assert not any(is_app_code(each) for each in ("12345", "1234567", "a1b2c3", "a1b2c3d4e5", ""))


def test_letters_that_look_like_figures_are_read_as_such() -> None:
    assert fold_recovery("oil00") == "01100"
    assert fold_recovery(ALPHABET) == ALPHABET, "no letter of a code of ours means another"


def test_a_recovery_code_is_shown_in_two_halves_and_read_as_one() -> None:
    assert show_recovery("a1b2c3d4e5") == "a1b2c-3d4e5"
    assert fold_code(show_recovery("a1b2c3d4e5")) == "a1b2c3d4e5"
