"""Languages: which one a request wants, and that every language says everything."""

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from starlette.requests import Request

from realtime.refusal import SENTENCES
from tests.harness.program import ROOT
from tests.serving import PAGE, Served
from web import i18n

CATALOGUES = sorted(i18n.FOLDER.glob("*/LC_MESSAGES/*.po"))
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
PACKAGES = ("accounts", "rooms", "web", "realtime")


# Told to programs by the API and to whoever installs; no page of ours leads a person to them.
FOR_PROGRAMS = {
    "A command by HTTP has no id.",
    "A position is a whole number above nought.",
    "A school's short name has 2 to 40 small letters, figures and hyphens.",
    "A second step takes ticket and code.",
    "A session takes school, name and password.",
    "Hello was already said.",
    "There is no such command.",
    "There is no such person at this school.",
    "This message does not exist.",
    "This person is not in the room.",
    "This request comes from another site.",
    "This version of Corridor speaks protocol 1.",
    "Too many rooms are open in this window.",
    "rooms takes a list such as r12:481,u7:97.",
}


def templates() -> list[Path]:
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("templates/*.html")]
    assert len(found) > 5
    return sorted(found)


def said_in_templates() -> set[str | tuple[str, str]]:
    """Everything that templates have translated; plurals as a pair."""
    said: set[str | tuple[str, str]] = set()
    for path in templates():
        for _, message, _, _ in extract(
            "jinja2.ext:babel_extract", BytesIO(path.read_bytes()), options={"silent": "false"}
        ):
            said.add(message if isinstance(message, str) else (message[0], message[1]))
    return said


def said_in_refusals() -> set[str]:
    """The sentences of refusals that are written out in the source; those made of parts are for whoever installs."""
    said = set(SENTENCES.values())
    assert not said & FOR_PROGRAMS
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            said |= set(_sentences(ast.parse(path.read_text())))
    assert said >= FOR_PROGRAMS, f"nobody says {FOR_PROGRAMS - said} any more"
    return said - FOR_PROGRAMS


def _sentences(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Refusal" and len(node.args) > 1:
            for part in ast.walk(node.args[1]):
                if (
                    isinstance(part, ast.Constant)
                    and isinstance(part.value, str)
                    and not isinstance(node.args[1], ast.JoinedStr)
                ):
                    yield part.value


def faults(catalogue: Catalog, said: set[str | tuple[str, str]]) -> Iterator[str]:
    """What a catalogue does not say, or says with other placeholders."""
    known = {each.id if isinstance(each.id, str) else (each.id[0], each.id[1]): each for each in catalogue if each.id}
    for message in sorted(said, key=str):
        found = known.get(message)
        if found is None or found.fuzzy:
            yield f"{message!r} is not translated"
            continue
        translations = [found.string] if isinstance(found.string, str) else list(found.string or [])
        if not translations or not all(translations):
            yield f"{message!r} is not translated"
        ids = {message} if isinstance(message, str) else set(message)
        wanted = set().union(*(placeholders(each) for each in ids))
        for translation in translations:
            extra = placeholders(translation) - wanted
            missing = wanted - placeholders(translation) if isinstance(message, str) else set()
            if extra or missing:
                yield f"{message!r} has other placeholders in {translation!r}"


def placeholders(text: str) -> set[str]:
    return {one or other for one, other in PLACEHOLDER.findall(text)}


def test_the_templates_have_something_to_say() -> None:
    said = said_in_templates()
    assert {"Sign in", "Come in", "People"} <= said
    assert any(isinstance(each, tuple) for each in said)


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_every_language_says_everything_that_templates_say(path: Path) -> None:
    with path.open("rb") as file:
        assert list(faults(read_po(file, locale=path.parts[-3]), said_in_templates())) == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_every_language_says_every_refusal(path: Path) -> None:
    with path.open("rb") as file:
        assert list(faults(read_po(file, locale=path.parts[-3]), set(said_in_refusals()))) == []


def test_telephone_numbers_are_read_from_left_to_right_in_every_language() -> None:
    """Else a page in Arabic shows 0800 1111 as 1111 0800."""
    links = [link for path in templates() for link in re.findall(r"<a [^>]*href=.tel:", path.read_text())]
    assert len(links) > 3
    assert all('dir="ltr"' in link for link in links)


def test_there_is_a_language_of_each_direction() -> None:
    assert len(CATALOGUES) >= 2
    assert {i18n.direction(each) for each in i18n.catalogues()} == {"ltr", "rtl"}


def test_a_missing_or_mangled_translation_would_be_found() -> None:
    catalogue = Catalog(locale="cy")
    catalogue.add("Hello, %(name)s", "Helo, %(enw)s")
    catalogue.add("Empty", "")
    catalogue.add("Old", "Hen", flags=["fuzzy"])
    found = list(faults(catalogue, {"Hello, %(name)s", "Empty", "Old", "New"}))
    assert len(found) == 4


def request(query: str = "", accept: str = "", cookie: str = "") -> Request:
    headers = [(b"accept-language", accept.encode("latin-1")), (b"cookie", cookie.encode())]
    return Request({"type": "http", "query_string": query.encode(), "headers": headers})


@pytest.mark.parametrize(
    ("given", "language"),
    [
        (request(), "en"), (request(accept="cy"), "cy"), (request(accept="cy-GB,en;q=0.8"), "cy"),
        (request(accept="en;q=0.3,ar;q=0.9"), "ar"), (request(accept="tlh,cy;q=0.1"), "cy"),
        (request(accept="tlh"), "en"),
        (request("lang=ar", "cy"), "ar"), (request("lang=tlh", "cy"), "cy"), (request("lang=../../etc", ""), "en"),
        (request("", "cy", "corridor_language=ar"), "ar"), (request("lang=cy", "", "corridor_language=ar"), "cy"),
        (request(accept="cy;q=x,ar"), "ar"), (request(accept="," * 400 + "ar"), "ar"), (request(accept="CY-gb"), "cy"),
        (request(accept=";;;q=,,"), "en"),
    ],
)  # fmt: skip
def test_the_language_is_the_chosen_one_else_the_browser_s_first_that_there_is(given: Request, language: str) -> None:
    assert i18n.language_of(given) == language


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("cy", "ltr"), ("ar", "rtl")])
def test_the_direction_of_writing_is_known(language: str, direction: str) -> None:
    assert i18n.direction(language) == direction


def test_a_page_is_in_the_reader_s_language_and_says_so(served: Served) -> None:
    with served.nobody() as client:
        arabic = client.get("/sign-in", headers={**PAGE, "Accept-Language": "ar"})
        assert '<html lang="ar" dir="rtl">' in arabic.text
        assert arabic.headers["content-language"] == "ar"
        assert "Accept-Language" in arabic.headers["vary"]
        assert "Come in" in client.get("/sign-in", headers={**PAGE, "Accept-Language": "en"}).text
        assert "Come in" not in arabic.text
