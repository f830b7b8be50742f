"""Names, passwords, zones and waits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import rules
from realtime.refusal import Refusal


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Amara", "amara"),
        (" AMARA ", "amara"),
        ("ＡＭＡＲＡ", "amara"),
        ("Straße", "strasse"),
        ("Zoe\u0308", "zo\u00eb"),
    ],
)
def test_a_sign_in_name_is_the_same_however_it_is_typed(typed: str, kept: str) -> None:
    assert rules.fold_login(typed) == kept


@given(st.text())
def test_a_folded_name_can_be_asked_of_any_database(name: str) -> None:
    assert "\0" not in rules.fold_login(name)


@pytest.mark.parametrize("slug", ["oakfield", "st-marys-2", "ab", "a" * 40])
def test_a_plain_short_name_is_accepted(slug: str) -> None:
    assert rules.check_slug(slug) == slug


@pytest.mark.parametrize(
    "slug", ["", "a", "a" * 41, "Oakfield", "oak field", "2nd", "-oak", "öak", "oak/field", "oak\n"]
)
def test_another_short_name_is_refused(slug: str) -> None:
    with pytest.raises(Refusal, match="bad_request"):
        rules.check_slug(slug)


def test_a_name_is_kept_on_one_line() -> None:
    assert rules.check_name("  Amara \n  Okafor ") == "Amara Okafor"


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\0b", "a\u202eb", "\u200b"])
def test_a_name_that_could_not_be_shown_is_refused(name: str) -> None:
    with pytest.raises(Refusal, match="bad_request"):
        rules.check_name(name)


@pytest.mark.parametrize(("length", "good"), [(7, False), (8, True), (256, True), (257, False)])
def test_a_password_has_eight_to_256_characters(length: int, good: bool) -> None:
    if good:
        assert rules.check_password("x" * length) == "x" * length
    else:
        with pytest.raises(Refusal, match="bad_request"):
            rules.check_password("x" * length)


def test_only_known_roles_phases_and_zones_are_accepted() -> None:
    assert rules.check_role("teacher") == "teacher"
    assert rules.check_phase("primary") == "primary"
    assert rules.check_zone("Europe/London") == "Europe/London"
    for check in (rules.check_role, rules.check_phase, rules.check_zone):
        with pytest.raises(Refusal) as caught:
            check("Atlantis")
        assert "Atlantis" in caught.value.message


def test_the_waits_begin_after_five_wrong_passwords_and_double_to_a_quarter_of_an_hour() -> None:
    assert [rules.wait_after(n) for n in range(16)] == [0] * 5 + [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_the_wait_stays_bounded_however_long_the_guessing() -> None:
    assert rules.wait_after(10_000) == rules.LONGEST_WAIT_S


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Amara Okafor", "AO"),
        ("Aisha", "A"),
        ("Anna Maria van Berg", "AB"),
        ("élodie", "É"),
        ("“Bee” Stone", "S"),
        ("!", "?"),
    ],
)
def test_initials_are_the_first_letters_of_the_first_and_last_word(name: str, letters: str) -> None:
    assert rules.initials(name) == letters


@pytest.mark.parametrize(
    ("year", "first", "younger"),
    [
        ("N", 3, True), ("R", 3, True), ("1", 3, True), ("2", 3, True), ("3", 3, False), ("13", 3, False),
        ("R", 0, False), ("1", 1, False), ("R", 1, True), (None, 3, False), ("?", 3, False),
    ],
)  # fmt: skip
def test_children_below_a_year_are_younger_and_those_without_a_year_are_not(
    year: str | None, first: int, younger: bool
) -> None:
    assert rules.younger_than(year, first) is younger
