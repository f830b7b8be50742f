"""What the board knows by itself."""

import pytest

from accounts.rights import Kind
from rooms.stickies.rules import COLOURS, mark, place_of, section, usual_colour


def test_a_thread_without_a_colour_has_always_the_same() -> None:
    assert usual_colour("r12a") == usual_colour("r12a")
    assert {usual_colour(f"r{each}") for each in "0123456789abcdefghijklmnopqrstuvwxyz"} == set(COLOURS)


def test_a_mark_is_read_back_and_what_is_none_is_nothing() -> None:
    assert place_of(mark(1_700_000_000_000, "r12a")) == (1_700_000_000_000, "r12a")
    for text in ("", ".", "12", "12.", ".r1", "x.r1", "-1.r1", "9" * 30 + ".r1", "²³.r1"):
        assert place_of(text) is None


@pytest.mark.parametrize(
    ("asker", "kind", "relations", "expected"),
    [
        ("learner", "staff", {"own_teacher", "same_house"}, "teachers"),
        ("learner", "staff", set(), "trusted"),
        ("learner", "learner", {"same_class"}, "classmates"),
        ("staff", "learner", {"own_learner"}, "learners"),
        ("staff", "staff", {"manages"}, "colleagues"),
        ("governor", "governor", set(), "governors"),
        ("guardian", "staff", {"ward_teacher"}, "teachers"),
        ("staff", "guardian", set(), "families"),
        ("staff", None, set(), "others"),
    ],
)
def test_people_stand_where_they_are_looked_for(
    asker: Kind, kind: Kind | None, relations: set[str], expected: str
) -> None:
    assert section(asker, kind, relations) == expected
