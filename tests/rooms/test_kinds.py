"""The kinds of room as data: each has a face that is shipped, and words."""

import re

import pytest

from accounts.rights import ROOM_KINDS
from rooms.keeping.rules import next_year_of, successor
from rooms.kinds import ACCENTS, ICONS, TEMPLATES, accent_of, icon_of, parts_for
from tests.harness.program import ROOT


@pytest.mark.parametrize("kind", ROOM_KINDS)
def test_every_kind_has_a_face_and_words(kind: str) -> None:
    made = TEMPLATES[kind]
    assert (made.icon in ICONS, made.accent in ACCENTS) == (True, True)
    assert set(made.follows) <= parts_for(kind)
    words = (ROOT / "accounts/templates/room_words.html").read_text()
    assert len(re.findall(rf'"{kind}": _\(', words)) == 3  # its name, what it is for, its welcome


def test_every_face_that_can_be_chosen_is_shipped() -> None:
    shipped = (ROOT / "web/build-contents.mjs").read_text().split("export const pictures")[0]
    assert [icon for icon in ICONS if f'"{icon}"' not in shipped] == []
    colours = (ROOT / "web/styles/accents.css").read_text()
    assert [accent for accent in ACCENTS if f'[data-accent="{accent}"]' not in colours] == []
    settings = (ROOT / "rooms/keeping/templates/room_settings.html").read_text()
    assert [each for each in (*ICONS, *ACCENTS) if f'"{each}": _(' not in settings] == []


def test_a_room_has_the_face_of_its_kind_until_it_has_its_own() -> None:
    assert (icon_of("club", None), icon_of("club", "trophy"), accent_of("club", None)) == ("users", "trophy", "brick")
    assert (icon_of("person", None), accent_of("person", None)) == ("door-closed", "teal")


@pytest.mark.parametrize(
    ("name", "then"), [("4A", "5A"), ("7X/Ma1", "8X/Ma1"), ("Year 9", "Year 10"), ("Owls", "Owls"), ("", "")]
)
def test_a_group_s_name_a_year_on(name: str, then: str) -> None:
    assert next_year_of(name) == then


def test_only_a_group_that_there_is_comes_after() -> None:
    assert successor("4A", {"4A", "5A"}) == "5A"
    assert successor("6A", {"4A", "5A"}) is None
    assert successor("Owls", {"Owls"}) is None


def test_no_learner_comes_into_rooms_of_staff_with_a_group_and_guardians_into_family_pages_only() -> None:
    for kind in ROOM_KINDS:
        learners, guardians = "learners" in parts_for(kind), "guardians" in parts_for(kind)
        assert learners is (kind not in ("staffroom", "assistants", "department", "governors"))
        assert guardians is (kind == "family")
