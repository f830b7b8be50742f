"""What a person may settle, and what of it is in their pages."""

import pytest

from accounts.looks.rules import (
    Preferences,
    SchoolLook,
    attributes,
    changed,
    device_cookie,
    live_attributes,
    of_device,
    of_person,
    preferences,
    sees_pictures,
)
from accounts.sessions import Actor
from realtime.refusal import Refusal
from web.look import Brand


def actor(column: str = "{}", year: str | None = None, school: str = "{}") -> Actor:
    return Actor(
        "p1", "k1", 0, "Amara", "head", "s1", "oakfield", "Oakfield", "primary", "Europe/London", strong=False,
        in_school=False, role_called="head", year=year, preferences=column, school_look=school,
    )  # fmt: skip


def test_what_is_usual_is_not_in_the_page() -> None:
    assert attributes(Preferences()) == {}
    assert attributes(Preferences(theme="dark", calm=True, size="130", badges=False)) == {
        "theme": "dark", "calm": "true", "size": "130", "badges": "false",
    }  # fmt: skip


def test_an_open_page_is_told_what_to_take_away_too() -> None:
    told = live_attributes(Preferences(theme="dark"))
    assert told["theme"] == "dark"
    assert told["calm"] is None
    assert "skin" not in told, "pictures that speak come with the next page"


def test_a_form_changes_what_it_names_and_nothing_else() -> None:
    before = Preferences(theme="dark", calm=True)
    assert changed(before, {"contrast": "more", "csrf": "…", "back": "/"}) == Preferences(
        theme="dark", calm=True, contrast="more"
    )
    assert changed(before, {"calm": "false"}) == Preferences(theme="dark")


@pytest.mark.parametrize("wish", [{"theme": "neon"}, {"calm": "perhaps"}, {"size": "5000"}, {"language": "x" * 99}])
def test_what_there_is_not_to_choose_is_refused(wish: dict[str, str]) -> None:
    with pytest.raises(Refusal) as refused:
        changed(Preferences(), wish)
    assert refused.value.message == "One of these choices is not there to choose."


@pytest.mark.parametrize("column", ["", "nonsense", '{"theme":"neon"}', "[]"])
def test_what_cannot_be_read_counts_as_not_settled(column: str) -> None:
    assert preferences(column) == Preferences()


@pytest.mark.parametrize(
    ("skin", "year", "before", "seen"),
    [
        ("auto", "R", 3, True), ("auto", "2", 3, True), ("auto", "3", 3, False), ("auto", None, 3, False),
        ("auto", "R", 0, False), ("pictures", "9", 0, True), ("standard", "R", 3, False),
    ],
)  # fmt: skip
def test_the_youngest_have_pictures_unless_school_or_person_wish_otherwise(
    skin: str, year: str | None, before: int, *, seen: bool
) -> None:
    settled = changed(Preferences(), {"skin": skin})
    assert sees_pictures(settled, SchoolLook(pictures_before=before), year) is seen


def test_a_page_is_of_its_reader_and_of_their_school() -> None:
    look = of_person(actor('{"language":"cy","offline":false}', "1", '{"colour":"ff0000","logo":"abc"}'), pseudo=False)
    assert (look.reader, look.language, look.skin, look.keeps) == ("p1", "cy", "nursery", False)
    assert look.brand.stylesheet == "/brand/ff0000.css"
    assert look.brand.image == "/brand/abc.png"
    assert look.brand.manifest == "/brand/s1.webmanifest"


def test_the_device_remembers_colours_and_nothing_that_tells_more_of_its_last_reader() -> None:
    settled = Preferences(theme="dark", calm=True, font="dyslexic", size="150", language="cy")
    cookie = device_cookie(settled)
    assert of_device(cookie, Brand(), pseudo=False).attributes == {"theme": "dark", "calm": "true"}
    assert "dyslexic" not in cookie
    assert "150" not in cookie


@pytest.mark.parametrize("cookie", [None, "", "theme=neon", "font=dyslexic", "%00", "theme=" + "x" * 5000])
def test_a_cookie_that_somebody_else_wrote_does_no_harm(cookie: str | None) -> None:
    assert of_device(cookie, Brand(), pseudo=False).attributes == {}
