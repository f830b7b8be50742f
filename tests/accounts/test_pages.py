"""Signing in and out by page and by the API."""

import re

import httpx
import pytest

from tests.serving import COOKIE, PAGE, PASSWORD, Served, hidden

DEVICE = "corridor_device"


def fill_in(client: httpx.Client, **changed: str) -> httpx.Response:
    """Open the page, fill it in, send it."""
    csrf = hidden(client.get("/sign-in").text, "csrf")
    fields = {"school": "oakfield", "name": "amara", "password": PASSWORD, "back": "/", "csrf": csrf, **changed}
    return client.post("/sign-in", data=fields, headers=PAGE)


def test_the_page_signs_in_and_leads_back(served: Served) -> None:
    with served.nobody() as client:
        answer = fill_in(client, back="/rooms/r1?before=5")
        assert (answer.status_code, answer.headers["location"]) == (303, "/rooms/r1?before=5")
        assert client.get("/", headers=PAGE).status_code == 200


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "\t/x"]
)
def test_it_never_leads_to_another_site(served: Served, back: str) -> None:
    with served.nobody() as client:
        assert fill_in(client, back=back).headers["location"] == "/"


def test_a_wrong_password_gives_the_page_again_with_what_was_written_but_the_password(served: Served) -> None:
    with served.nobody() as client:
        answer = fill_in(client, name='Am"ara<b>', password="not the one")
        assert answer.status_code == 401
        assert "is not right" in answer.text
        assert "Am&#34;ara&lt;b&gt;" in answer.text
        assert 'value="oakfield"' in answer.text
        assert "not the one" not in answer.text
        assert COOKIE not in client.cookies


def test_a_page_that_we_did_not_make_signs_nobody_in(served: Served) -> None:
    with served.nobody() as client, served.nobody() as other:
        foreign = hidden(other.get("/sign-in").text, "csrf")
        for csrf in ("", "made up", foreign):
            answer = fill_in(client, csrf=csrf)
            assert answer.status_code == 403
            assert COOKIE not in client.cookies


def test_the_cookies_are_out_of_reach_of_scripts_and_other_sites(served: Served) -> None:
    with served.nobody() as client:
        given = fill_in(client).headers.get_list("set-cookie")
        assert sorted(each.split("=")[0] for each in given) == [DEVICE, COOKIE]
        for cookie in given:
            assert "HttpOnly" in cookie
            assert "SameSite=lax" in cookie
            assert "Path=/" in cookie
            assert "Secure" not in cookie, "over plain http the browser would not send it back"


def test_whoever_is_signed_in_is_led_on(served: Served) -> None:
    with served.signed_in() as client:
        answer = client.get("/sign-in?back=/rooms/r1", headers=PAGE)
        assert (answer.status_code, answer.headers["location"]) == (303, "/rooms/r1")


def test_whoever_is_not_signed_in_is_asked_to_be(served: Served) -> None:
    with served.nobody() as client:
        assert client.get("/").headers["location"] == "/sign-in"
        assert client.get("/rooms/r1").headers["location"] == "/sign-in?back=/rooms/r1"


def test_signing_out_ends_this_session_and_not_the_others(served: Served) -> None:
    with served.signed_in("tom") as here, served.signed_in("tom") as there:
        token = here.cookies[COOKIE]
        csrf = hidden(here.get("/", headers=PAGE).text, "csrf")
        answer = here.post("/sign-out", data={"csrf": csrf}, headers=PAGE)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        with served.nobody(cookies={COOKIE: token}) as copied:
            assert copied.get("/api/v1/me").status_code == 401
        assert there.get("/api/v1/me").status_code == 200


def test_signing_out_everywhere_ends_all_of_them(served: Served) -> None:
    with served.signed_in("tom") as here, served.signed_in("tom") as there:
        csrf = hidden(here.get("/", headers=PAGE).text, "csrf")
        here.post("/sign-out", data={"csrf": csrf, "everywhere": "true"}, headers=PAGE)
        assert there.get("/api/v1/me").status_code == 401


def test_a_sign_out_that_we_did_not_ask_for_does_nothing(served: Served) -> None:
    with served.signed_in() as client:
        answer = client.post("/sign-out", data={"csrf": "made up"}, headers=PAGE)
        assert answer.status_code == 403
        assert "open for too long" in answer.text
        assert client.get("/api/v1/me").status_code == 200


def test_a_form_that_is_too_large_or_has_too_many_fields_is_refused_as_such(served: Served) -> None:
    with served.signed_in() as client:
        for path in ("/sign-in", "/sign-out", "/forms/post_message"):
            assert client.post(path, content=b"a=" + b"x" * 200_000).status_code == 413, path
            assert client.post(path, content=b"&".join(b"a=1" for _ in range(60))).status_code == 413, path
        assert client.get("/api/v1/me").status_code == 200


def test_the_api_signs_in_and_out(served: Served) -> None:
    with served.nobody() as client:
        who = {"school": "oakfield", "name": "amara", "password": PASSWORD}
        made = client.post("/api/v1/sessions", json=who)
        assert made.status_code == 201
        assert PASSWORD not in made.text
        assert client.cookies[COOKIE] not in made.text
        assert client.delete("/api/v1/sessions").status_code == 204
        assert COOKIE not in client.cookies
        assert client.delete("/api/v1/sessions").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"[]", b"nonsense", b'{"school":"oakfield","name":"amara"}', b"\xff",
        b'{"school":1,"name":"a","password":"b"}',
        b'{"school":"oakfield","name":"amara","password":"x","extra":1}', b"[" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_sign_in_is_a_bad_request(served: Served, body: bytes) -> None:
    with served.nobody() as client:
        answer = client.post("/api/v1/sessions", content=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize(
    ("school", "name"),
    [("oakfield", "amara"), ("oakfield", "nobody"), ("atlantis", "amara"), ("oak\0", "a\0"), ("", "")],
)
def test_the_api_says_the_same_whatever_is_wrong(served: Served, school: str, name: str) -> None:
    with served.nobody() as client:
        answer = client.post("/api/v1/sessions", json={"school": school, "name": name, "password": "wrong"})
        assert answer.status_code == 401
        assert answer.json() == {
            "code": "unauthenticated", "message": "The school, the name or the password is not right.",
            "temporary": False,
        }  # fmt: skip


def test_a_guesser_is_told_to_wait_and_the_person_s_own_device_is_not(served: Served) -> None:
    who = {"school": "riverside", "name": "nia"}
    with served.signed_in("nia", "riverside") as own, served.nobody() as stranger:
        codes = [stranger.post("/api/v1/sessions", json={**who, "password": "wrong"}).status_code for _ in range(6)]
        assert codes == [401] * 5 + [429]
        own.delete("/api/v1/sessions")
        assert own.post("/api/v1/sessions", json={**who, "password": PASSWORD}).status_code == 201


def test_the_sign_in_page_needs_no_script(served: Served) -> None:
    with served.nobody() as client:
        page = client.get("/sign-in?school=oakfield").text
        assert re.search(r'<form method="post" action="/sign-in">', page)
        assert 'value="oakfield"' in page
