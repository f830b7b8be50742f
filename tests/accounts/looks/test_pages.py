"""My settings, on a real server: in the page before it is drawn, on every device, without script."""

import re

import httpx
import pytest

from tests.serving import PAGE, PASSWORD, Served, hidden

PATH = "/account/settings"


def settle(client: httpx.Client, **fields: str) -> httpx.Response:
    csrf = hidden(client.get(PATH, headers=PAGE).text, "csrf")
    return client.post(PATH, data={"csrf": csrf, **fields}, headers=PAGE)


def switch(client: httpx.Client, *, accept: str = "text/html", **fields: str) -> httpx.Response:
    csrf = hidden(client.get(PATH, headers=PAGE).text, "csrf")
    return client.post("/look", data={"csrf": csrf, **fields}, headers={"Accept": accept})


def html_of(client: httpx.Client, path: str = "/") -> str:
    """The page's first tag."""
    found = re.search(r"<html [^>]*>", client.get(path, headers=PAGE).text)
    assert found is not None
    return found[0]


def test_what_is_settled_is_in_every_page_on_every_device(served: Served) -> None:
    with served.signed_in("daniel") as here, served.signed_in("daniel") as there:
        assert settle(here, theme="dark", calm="true", size="130", language="cy").status_code == 303
        for client in (here, there):
            for path in ("/", f"/rooms/{served.staffroom()}", "/account", "/nowhere"):
                tag = html_of(client, path)
                for part in ('lang="cy"', 'data-theme="dark"', 'data-calm="true"', 'data-size="130"'):
                    assert part in tag, (path, tag)
        settle(here, theme="auto", size="100", badges="true", offline="true", language="")
        assert html_of(there) == '<html lang="en" dir="ltr">', "a box without its tick means no"


def test_what_cannot_be_chosen_is_said_on_the_page_and_changes_nothing(served: Served) -> None:
    with served.signed_in("priya") as client:
        for wrong in ({"theme": "neon"}, {"language": "tlh"}):
            answer = settle(client, **wrong)
            assert answer.status_code == 400
            assert "One of these choices is not there to choose." in answer.text
        assert "data-theme" not in html_of(client)


def test_a_quick_switch_changes_one_thing_and_leads_back(served: Served) -> None:
    with served.signed_in("owen") as client:
        answer = switch(client, theme="dark", back="/account")
        assert (answer.status_code, answer.headers["location"]) == (303, "/account")
        assert switch(client, accept="application/json", calm="true").status_code == 204
        assert 'data-theme="dark" data-calm="true"' in html_of(client)
        assert switch(client, theme="auto", back="https://evil.example/").headers["location"] == "/"


def test_nobody_switches_for_somebody_else(served: Served) -> None:
    with served.signed_in("megan") as client:
        assert client.post("/look", data={"theme": "dark"}, headers=PAGE).status_code == 403
        assert client.post(PATH, data={"theme": "dark"}, headers=PAGE).status_code == 403
        elsewhere = {**PAGE, "Origin": "https://evil.example"}
        assert client.post("/look", data={"theme": "dark"}, headers=elsewhere).status_code == 403
    with served.nobody() as nobody:
        assert nobody.get(PATH, headers=PAGE).headers["location"] == f"/sign-in?back={PATH}"
        assert nobody.post(PATH, data={}).status_code == 401


def test_before_anybody_signs_in_the_device_remembers(served: Served) -> None:
    with served.nobody() as client:
        client.post("/look", data={"theme": "dark", "font": "dyslexic", "back": "/sign-in"}, headers=PAGE)
        client.post("/look", data={"contrast": "more"}, headers=PAGE)
        assert html_of(client, "/sign-in").endswith('data-theme="dark" data-contrast="more">')
        assert client.post("/look", data={"theme": "neon"}, headers=PAGE).status_code == 400
        signed_in = client.post("/api/v1/sessions", json={"school": "riverside", "name": "samir", "password": PASSWORD})
        assert signed_in.status_code == 201
        assert "data-theme" not in html_of(client), "a person has their own settings, not the device's"


def test_the_device_shows_the_school_that_its_people_come_from(served: Served) -> None:
    with served.nobody() as client:
        assert "Hillcrest" not in client.get("/sign-in", headers=PAGE).text
        client.post("/api/v1/sessions", json={"school": "hillcrest", "name": "victor", "password": PASSWORD})
        csrf = hidden(client.get("/", headers=PAGE).text, "csrf")
        client.post("/sign-out", data={"csrf": csrf})
        assert "Hillcrest Academy" in client.get("/sign-in", headers=PAGE).text


def test_a_page_says_whose_it_is_and_whether_it_may_be_kept(served: Served) -> None:
    with served.signed_in("leila") as client:
        me = served.who("leila")["person"]
        assert client.get("/", headers=PAGE).headers["corridor-reader"] == me
        assert "corridor-offline" not in client.get("/", headers=PAGE).headers
        settle(client, badges="true")
        assert client.get("/", headers=PAGE).headers["corridor-offline"] == "no"
    with served.nobody() as nobody:
        assert "corridor-reader" not in nobody.get("/sign-in", headers=PAGE).headers


@pytest.mark.parametrize("path", ["/styleguide", "/styleguide?lang=en-XA"])
def test_the_page_of_components_is_not_there_for_schools(served: Served, path: str) -> None:
    with served.signed_in("sandra") as client:
        assert client.get(path, headers=PAGE).status_code == 404
        assert "⟦" not in client.get("/?lang=en-XA", headers=PAGE).text
