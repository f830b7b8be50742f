"""The second step by form and by the API, on a real server."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pyotp
import pytest

from tests.accounts.second_step.authenticator import Authenticator
from tests.serving import COOKIE, PAGE, PASSWORD, Served, hidden

TICKET = "corridor_ticket"
STEP = "/sign-in/second-step"


class Leila:
    """A teacher with an app, recovery codes and a passkey, set up by the pages on `localhost`."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.url = served.url.replace("127.0.0.1", "localhost")
        self.key = Authenticator(host="localhost", origin=self.url)
        with self.client() as client:
            client.post("/api/v1/sessions", json=self.who())
            self._set_up(client)

    def who(self, password: str = PASSWORD) -> dict[str, str]:
        return {"school": "oakfield", "name": "leila", "password": password}

    def client(self) -> httpx.Client:
        """Nobody's. By hand, for httpx keeps the cookies of `localhost` from the server of that name."""
        return httpx.Client(base_url=self.url, timeout=30)

    def _set_up(self, client: httpx.Client) -> None:
        csrf = hidden(client.get("/account/second-step", headers=PAGE).text, "csrf")
        client.post("/account/confirm", data={"csrf": csrf, "password": PASSWORD}, headers=PAGE)
        page = client.get("/account/second-step/app", headers=PAGE).text
        self.app = pyotp.TOTP("".join(re.findall(r"<span>([A-Z2-7]{4})</span>", page)))
        fields = {"csrf": csrf, "offer": hidden(page, "offer"), "code": self.app.now()}
        shown = client.post("/account/second-step/app", data=fields, headers=PAGE, follow_redirects=True).text
        self.codes = re.findall(r"<code>(.{5}-.{5})</code>", shown)
        asked = client.post("/account/second-step/passkeys/options", json={}).json()
        answer = {"challenge": asked["challenge"], "credential": self.key.create(asked["options"])}
        made = client.post("/account/second-step/passkeys", data={"csrf": csrf, "name": "My key", **answer})
        assert made.headers["location"] == "/account/second-step?said=added"

    def code(self) -> str:
        """A recovery code that was not used: an app's would have to be waited for."""
        return str(self.codes.pop())

    def first_step(self, client: httpx.Client, **changed: str) -> httpx.Response:
        csrf = hidden(client.get("/sign-in").text, "csrf")
        fields = {**self.who(), "back": "/rooms/r1", "csrf": csrf, **changed}
        return client.post("/sign-in", data=fields, headers=PAGE)

    def second_step(self, client: httpx.Client, code: str, **changed: str) -> httpx.Response:
        csrf = hidden(client.get(f"{STEP}?back=/rooms/r1").text, "csrf")
        return client.post(STEP, data={"csrf": csrf, "back": "/rooms/r1", "code": code, **changed}, headers=PAGE)


@pytest.fixture(scope="module")
def leila(served: Served) -> Leila:
    return Leila(served)


@pytest.fixture
def client(leila: Leila) -> Iterator[httpx.Client]:
    with leila.client() as made:
        yield made


def test_the_form_leads_by_the_second_step_to_where_one_wanted_to_go(leila: Leila, client: httpx.Client) -> None:
    asked = leila.first_step(client)
    assert (asked.status_code, asked.headers["location"]) == (303, f"{STEP}?back=%2Frooms%2Fr1")
    assert COOKIE not in client.cookies
    done = leila.second_step(client, leila.code())
    assert (done.status_code, done.headers["location"]) == (303, "/rooms/r1")
    assert client.get("/api/v1/me").status_code == 200
    assert TICKET not in client.cookies


def test_the_ticket_is_out_of_reach_of_scripts_and_of_the_other_pages(leila: Leila, client: httpx.Client) -> None:
    given = next(each for each in leila.first_step(client).headers.get_list("set-cookie") if TICKET in each)
    assert all(part in given for part in ("HttpOnly", "SameSite=lax", "Path=/sign-in;", "Max-Age=300"))


def test_a_wrong_password_is_refused_as_anybody_s(leila: Leila, client: httpx.Client) -> None:
    refused = client.post("/api/v1/sessions", json=leila.who("wrong"))
    assert refused.json() == client.post("/api/v1/sessions", json={**leila.who("wrong"), "name": "nobody"}).json()


def test_a_wrong_code_gives_the_page_again_with_the_reason(leila: Leila, client: httpx.Client) -> None:
    leila.first_step(client)
    again = leila.second_step(client, "00000-00000")
    assert again.status_code == 401
    assert "used before" in again.text
    assert COOKIE not in client.cookies
    assert leila.second_step(client, leila.code()).status_code == 303


def test_without_a_ticket_the_page_is_that_of_the_first_step(leila: Leila, client: httpx.Client) -> None:
    assert client.get(STEP).headers["location"] == "/sign-in"
    csrf = hidden(client.get("/sign-in").text, "csrf")
    late = client.post(STEP, data={"csrf": csrf, "code": leila.codes[0]}, headers=PAGE)
    assert (late.status_code, COOKIE in client.cookies) == (401, False)
    assert "too long" in late.text


def test_a_page_that_we_did_not_make_is_of_no_use(leila: Leila, client: httpx.Client) -> None:
    leila.first_step(client)
    assert leila.second_step(client, leila.codes[0], csrf="made up").status_code == 403
    assert COOKIE not in client.cookies


def test_another_site_cannot_send_either_step(leila: Leila, client: httpx.Client) -> None:
    evil = {"Origin": "https://evil.example"}
    for path in (STEP, "/sign-in/passkey", "/sign-in/passkey/options", "/api/v1/sessions/second-step"):
        assert client.post(path, json={}, headers=evil).status_code == 403, path


def test_the_api_says_what_is_missing_and_takes_it(leila: Leila, client: httpx.Client) -> None:
    asked = client.post("/api/v1/sessions", json=leila.who())
    assert asked.status_code == 401
    told: dict[str, Any] = asked.json()
    assert (told["code"], told["second_step"]) == ("unauthenticated", ["totp", "passkey", "recovery"])
    step = {"ticket": told["ticket"], "code": leila.code()}
    with leila.client() as elsewhere:
        assert elsewhere.post("/api/v1/sessions/second-step", json=step).status_code == 401
    done = client.post("/api/v1/sessions/second-step", json=step)
    assert (done.status_code, done.json()) == (201, {"signed_in": True})
    assert client.get("/api/v1/me").json()["person"]["name"] == "Leila Haddad"
    assert client.post("/api/v1/sessions/second-step", json=step).status_code == 401


@pytest.mark.parametrize("body", [b"", b"[]", b'{"ticket":"x"}', b'{"ticket":1,"code":2}', b"\xff", b"[" * 5000])
def test_what_is_no_second_step_is_a_bad_request(leila: Leila, client: httpx.Client, body: bytes) -> None:
    assert client.post("/api/v1/sessions/second-step", content=body).status_code == 400


def passkey_form(leila: Leila, client: httpx.Client) -> dict[str, str]:
    csrf = hidden(client.get("/sign-in").text, "csrf")
    asked = client.post("/sign-in/passkey/options", json={}).json()
    return {
        "csrf": csrf, "back": "/rooms/r1", "challenge": asked["challenge"],
        "credential": leila.key.get(asked["options"]),
    }  # fmt: skip


def test_a_passkey_signs_in_without_name_and_password(leila: Leila, client: httpx.Client) -> None:
    fields = passkey_form(leila, client)
    done = client.post("/sign-in/passkey", data=fields, headers=PAGE)
    assert (done.status_code, done.headers["location"]) == (303, "/rooms/r1")
    assert client.get("/api/v1/me").json()["person"]["name"] == "Leila Haddad"
    app = client.get("/account/second-step/app", headers=PAGE)
    assert app.status_code == 200, "who has just shown a finger is not asked for the password"
    client.cookies.delete(COOKIE)
    replayed = client.post("/sign-in/passkey", data=fields, headers=PAGE)
    assert replayed.status_code == 401
    assert "did not fit" in replayed.text


def test_a_passkey_shown_on_one_device_is_of_no_use_on_another(leila: Leila, client: httpx.Client) -> None:
    fields = passkey_form(leila, client)
    with leila.client() as elsewhere:
        fields["csrf"] = hidden(elsewhere.get("/sign-in").text, "csrf")
        assert elsewhere.post("/sign-in/passkey", data=fields, headers=PAGE).status_code == 400
        assert COOKIE not in elsewhere.cookies


def test_nonsense_instead_of_a_passkey_is_refused_kindly(leila: Leila, client: httpx.Client) -> None:
    for credential in ("", "[]", "{}", "x" * 50_000, '{"id":"\\u0000"}', '{"id":"AA","response":{}}'):
        fields = {**passkey_form(leila, client), "credential": credential}
        assert client.post("/sign-in/passkey", data=fields, headers=PAGE).status_code == 401, credential[:20]


def test_on_an_address_without_a_name_there_are_no_passkeys(served: Served) -> None:
    with served.nobody() as client:
        assert client.post("/sign-in/passkey/options", json={}).status_code == 400
