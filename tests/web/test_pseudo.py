"""The made-up languages: longer, marked, and true to their placeholders."""

import pytest

from web.pseudo import CLOSED, LONGER, OPENED, Pseudo, strange, tag_of


def test_a_sentence_is_longer_marked_and_strange() -> None:
    said = strange("Sign in with a card")
    assert said.startswith(OPENED)
    assert said.endswith(CLOSED)
    assert len(said) >= len("Sign in with a card") * (1 + LONGER)
    assert "Sign" not in said


@pytest.mark.parametrize("mirrored", [False, True])
def test_placeholders_stay_what_they_are(*, mirrored: bool) -> None:
    assert strange("Hello, %(name)s: 5%% of {count}", mirrored=mirrored) % {"name": "Amara"}
    assert "Amara" in strange("Hello, %(name)s", mirrored=mirrored) % {"name": "Amara"}
    assert "{count}" in strange("{count} new", mirrored=mirrored)


def test_plurals_have_their_forms() -> None:
    pseudo = Pseudo("ltr")
    assert pseudo.ngettext("one", "many", 1) == strange("one")
    assert pseudo.ngettext("one", "many", 2) == strange("many")


@pytest.mark.parametrize(
    ("wish", "tag"), [("en-XA", "en-xa"), ("en-xb", "en-xb"), ("en", None), (None, None), ("xa", None)]
)
def test_a_made_up_language_is_known_by_its_tag(wish: str | None, tag: str | None) -> None:
    assert tag_of(wish) == tag
