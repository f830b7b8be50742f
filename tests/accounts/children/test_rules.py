"""Pictures are distinct, dealt out fairly, and only known ones count."""

from hypothesis import given
from hypothesis import strategies as st

from accounts.children.rules import LENGTH, OWN, SECRET, deal_own, deal_secret, picked, picks
from tests.harness.program import ROOT


def test_no_picture_means_two_things() -> None:
    assert len({*OWN, *SECRET}) == len(OWN) + len(SECRET)
    assert len(OWN) >= 40, "a full class, each child with a picture of their own"
    assert len(SECRET) ** LENGTH == 1728


def test_every_picture_is_built_and_has_its_word() -> None:
    built = (ROOT / "web/build-contents.mjs").read_text()
    words = (ROOT / "accounts/children/templates/pictures.html").read_text()
    for name in (*OWN, *SECRET):
        assert f'"{name}",' in built, name
        assert f'"{name}": (_(' in words, name


@given(st.sets(st.sampled_from(OWN), max_size=len(OWN) - 1))
def test_nobody_is_dealt_what_another_child_has(taken: set[str]) -> None:
    for choose in (lambda free: free[0], lambda free: free[-1]):
        assert deal_own(taken, choose) not in taken


def test_a_class_of_more_children_than_pictures_still_gets_pictures() -> None:
    assert deal_own(set(OWN), lambda free: free[0]) in OWN


def test_a_secret_is_three_choices_each_of_all_the_pictures() -> None:
    asked = []

    def choose(free: object) -> str:
        asked.append(free)
        return "cat"

    assert deal_secret(choose) == ("cat", "cat", "cat")
    assert asked == [SECRET] * 3


@given(st.text())
def test_of_what_is_sent_only_our_pictures_count_and_no_more_than_three(text: str) -> None:
    assert picks(text) == ()
    assert picks(f"{text} apple") in ((), ("apple",))
    assert len(picks("apple " * 50)) == LENGTH


def test_a_tap_is_put_to_those_before_it() -> None:
    assert picked({"picked": "", "add": "cat"}) == ("cat",)
    assert picked({"picked": "cat drum", "add": "cat"}) == ("cat", "drum", "cat")
    assert picked({"picked": "cat drum key", "add": "moon"}) == ("cat", "drum", "key"), "three are enough"
    assert picked({"picked": "cat drum", "again": "1"}) == ()
    assert picked({"picked": "cat", "add": "dragon"}) == ("cat",)
