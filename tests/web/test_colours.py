"""Whatever colour a school wishes, text on it can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.colours import (
    LAMPLIGHT,
    PAPER,
    READABLE,
    VERY_READABLE,
    contrast,
    is_colour,
    readable_by_lamplight,
    readable_on_paper,
)

any_colour = st.integers(0, 0xFFFFFF).map(lambda number: f"{number:06x}")


@given(any_colour, st.sampled_from([READABLE, VERY_READABLE]))
def test_text_can_be_read_by_day_and_by_lamplight(wish: str, least: float) -> None:
    assert min(contrast(readable_on_paper(wish, least), each) for each in PAPER) >= least
    assert min(contrast(readable_by_lamplight(wish, least), each) for each in LAMPLIGHT) >= least


@pytest.mark.parametrize("wish", ["0b6e69", "7d3a6e", "2a5490"])
def test_what_can_be_read_already_stays_as_it_is(wish: str) -> None:
    assert readable_on_paper(wish) == wish


def test_a_colour_keeps_its_hue() -> None:
    red, green, blue = (int(readable_on_paper("ff0000")[at : at + 2], 16) for at in (0, 2, 4))
    assert red > 150
    assert max(green, blue) < 40


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("000000", "ffffff") == pytest.approx(21)
    assert contrast("777777", "ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("ffffff", "777777") == contrast("777777", "ffffff")


@pytest.mark.parametrize("text", ["", "fff", "0B6E69", "0b6e69;", "0b6e6g", "0b6e699"])
def test_six_small_hexadecimal_digits_are_a_colour_and_nothing_else(text: str) -> None:
    assert not is_colour(text)
    assert is_colour("0b6e69")
