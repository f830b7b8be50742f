"""The look of a school: who may change it, and what everybody then sees."""

import io

import httpx
import pytest
from PIL import Image

from tests.serving import PAGE, Served, hidden

PATH = "/administration/look"
RED = "#ff0000"


def save(client: httpx.Client, logo: bytes | None = None, **fields: str) -> httpx.Response:
    csrf = hidden(client.get(PATH, headers=PAGE).text, "csrf")
    usual = {"csrf": csrf, "name": "Oakfield Primary School", "colour": "#0b6e69", "pictures_before": "3"}
    files = {"logo": ("logo.png", logo or b"", "image/png")}
    return client.post(PATH, data={**usual, **fields}, files=files, headers=PAGE)


def a_logo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 300), "#a8325a").save(out, "PNG")
    return out.getvalue()


def test_name_colour_and_logo_stand_on_every_page_and_are_on_the_record(served: Served) -> None:
    with served.signed_in("amara") as client, served.signed_in("aisha") as learner:
        assert save(client, a_logo(), colour=RED, name="Oakfield School").status_code == 303
        home = learner.get("/", headers=PAGE).text
        assert "Oakfield School" in home
        assert '<link rel="stylesheet" href="/brand/ff0000.css">' in home
        logo = home.split('<a class="brand" href="/"><img src="')[1].split('"')[0]
        answer = httpx.get(served.url + logo)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert Image.open(io.BytesIO(answer.content)).size == (300, 300)
        assert "settings" in client.get("/administration/audit", headers=PAGE).text
        save(client, no_logo="true")
        assert httpx.get(served.url + logo).status_code == 404
        assert "/brand/ff0000.css" not in learner.get("/", headers=PAGE).text


def test_the_manifest_has_the_schools_name_and_colour(served: Served) -> None:
    with served.signed_in("amara") as client:
        save(client, colour="#ffff00")
        page = client.get("/", headers=PAGE).text
        address = page.split('<link rel="manifest" href="')[1].split('"')[0]
        manifest = httpx.get(served.url + address).json()
        assert manifest["name"] == "Oakfield Primary School · Corridor"
        assert manifest["theme_color"] not in ("#ffff00", "#0b6e69"), "as dark as white text on it needs"
        for icon in manifest["icons"]:
            image = Image.open(io.BytesIO(httpx.get(served.url + icon["src"]).content))
            assert f"{image.width}x{image.height}" == icon["sizes"]
        save(client)
    unknown, plain = (httpx.get(f"{served.url}/brand/{who}.webmanifest").json() for who in ("snowhere", "corridor"))
    assert unknown == plain


def test_only_who_may_change_settings_changes_the_look(served: Served) -> None:
    for name, status in (("tom", 403), ("aisha", 403)):
        with served.signed_in(name) as client:
            assert client.get(PATH, headers=PAGE).status_code == status
            assert client.post(PATH, data={"name": "Mine"}, headers=PAGE).status_code == status
    with served.nobody() as nobody:
        assert nobody.post(PATH, data={"name": "Mine"}, headers=PAGE).status_code == 401


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"colour": "red"}, "A colour looks like #0b6e69."), ({"colour": "#12345"}, "A colour looks like #0b6e69."),
        ({"name": "  "}, "A name has 1 to 80 characters."), ({"pictures_before": "-1"}, "One of the numbers"),
        ({"logo": "x"}, "This is not a picture that we can read."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_on_the_page(served: Served, fields: dict[str, str], sentence: str) -> None:
    with served.signed_in("amara") as client:
        logo = fields.pop("logo", None)
        answer = save(client, logo.encode() if logo else None, **fields)
        assert answer.status_code == 400
        assert sentence in answer.text


def test_a_form_that_we_did_not_make_or_that_is_far_too_large_changes_nothing(served: Served) -> None:
    with served.signed_in("amara") as client:
        assert save(client, csrf="made up").status_code == 403
        assert save(client, b"\0" * 3_000_000).status_code == 413


def test_a_schools_own_address_shows_it_once_it_wishes(served: Served) -> None:
    address = "/sign-in?school=oakfield"
    with served.signed_in("amara") as client, served.nobody() as nobody:
        assert "Oakfield Primary School" not in nobody.get(address, headers=PAGE).text
        save(client, open="true")
        assert "Oakfield Primary School" in nobody.get(address, headers=PAGE).text
        save(client)
