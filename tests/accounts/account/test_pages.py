"""The pages of one's own account, on a real server."""

import httpx
import pytest

from tests.serving import COOKIE, PAGE, PASSWORD, Served, hidden

PATHS = ("/account", "/account/password", "/account/devices", "/account/confirm", "/account/second-step",
         "/account/second-step/app", "/account/second-step/codes")  # fmt: skip
FORMS = ("/account/password", "/account/devices", "/account/confirm", "/account/second-step",
         "/account/second-step/app", "/account/second-step/passkeys")  # fmt: skip
FIREFOX = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"}


def page(client: httpx.Client, path: str) -> str:
    answer = client.get(path, headers=PAGE)
    assert answer.status_code == 200, answer.text
    return answer.text


def send(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    csrf = hidden(page(client, "/account"), "csrf")
    return client.post(path, data={"csrf": csrf, **fields}, headers=PAGE)


def test_whoever_is_not_signed_in_is_asked_to_be_and_led_back(served: Served) -> None:
    with served.nobody() as client:
        for path in PATHS:
            assert client.get(path).headers["location"] == f"/sign-in?back={path}"
        for path in FORMS:
            assert client.post(path, data={}).status_code == 401, path
        assert client.post("/account/second-step/passkeys/options").status_code == 401


def test_a_form_that_we_did_not_make_changes_nothing(served: Served) -> None:
    with served.signed_in("daniel") as client:
        for path in FORMS:
            assert client.post(path, data={"csrf": "made up", "others": "true"}, headers=PAGE).status_code == 403, path


def test_it_says_who_one_is_in_words(served: Served) -> None:
    with served.signed_in("amara") as client:
        found = page(client, "/account")
        for words in ("Amara Okafor", "Head teacher", "Oakfield Primary School", "oakfield", "amara"):
            assert words in found
        assert 'href="/account"' in page(client, "/"), "the menu leads there"


def test_a_learner_is_asked_for_no_second_step(served: Served) -> None:
    with served.signed_in("aisha") as client:
        assert "/account/second-step" not in page(client, "/account")
        assert "You do not need it" in page(client, "/account/second-step")
        assert "tell a grown-up" in page(client, "/account/devices")


def test_devices_are_listed_in_words_and_one_is_ended(served: Served) -> None:
    with served.signed_in("priya") as here, served.nobody(headers=FIREFOX) as there:
        there.post("/api/v1/sessions", json={"school": "oakfield", "name": "priya", "password": PASSWORD})
        listed = page(here, "/account/devices")
        assert "Firefox on Windows" in listed
        assert listed.count("this one") == 1
        assert there.get("/api/v1/me").status_code == 200
        ended = send(here, "/account/devices", session=hidden(listed, "session"))
        assert ended.headers["location"] == "/account/devices?said=signed_out"
        assert there.get("/api/v1/me").status_code == 401
        assert here.get("/api/v1/me").status_code == 200
        assert send(here, "/account/devices", session=hidden(listed, "session")).status_code == 404


def test_all_others_are_ended(served: Served) -> None:
    with served.signed_in("ruth") as here, served.signed_in("ruth") as second, served.signed_in("ruth") as third:
        assert "Sign out all but this one" in page(here, "/account/devices")
        send(here, "/account/devices", others="true")
        assert [each.get("/api/v1/me").status_code for each in (here, second, third)] == [200, 401, 401]


def test_a_password_is_changed_by_who_knows_the_old_one(served: Served) -> None:
    new = "a new one for owen"
    with served.signed_in("owen") as here, served.signed_in("owen") as there:
        refused = send(here, "/account/password", old="wrong one", new=new, again=new)
        assert refused.status_code == 400
        assert "The password is not right." in refused.text
        assert new not in refused.text
        done = send(here, "/account/password", old=PASSWORD, new=new, again=new)
        assert done.headers["location"] == "/account?said=password_changed"
        assert "Your new password is in use" in page(here, done.headers["location"])
        assert there.get("/api/v1/me").status_code == 401
        who = {"school": "oakfield", "name": "owen"}
        assert there.post("/api/v1/sessions", json={**who, "password": PASSWORD}).status_code == 401
        assert there.post("/api/v1/sessions", json={**who, "password": new}).status_code == 201


def test_a_second_step_is_not_touched_before_the_password_was_typed_again(served: Served) -> None:
    with served.signed_in("sandra") as client:
        ask = "/account/confirm?back=%2Faccount%2Fsecond-step"
        assert client.get("/account/second-step/app", headers=PAGE).headers["location"] == f"{ask}%2Fapp"
        for what in ("codes", "remove_app", "remove_passkey"):
            assert send(client, "/account/second-step", do=what).headers["location"] == ask
        assert send(client, "/account/second-step/passkeys", name="x").headers["location"] == ask
        assert client.post("/account/second-step/passkeys/options").status_code == 403


def test_the_password_opens_it_for_this_session_alone(served: Served) -> None:
    with served.signed_in("sandra") as client:
        wrong = send(client, "/account/confirm", password="wrong", back="/account/second-step")
        assert wrong.status_code == 400
        done = send(client, "/account/confirm", password=PASSWORD, back="/account/second-step/app")
        assert done.headers["location"] == "/account/second-step/app"
        assert client.get("/account/second-step/app", headers=PAGE).status_code == 200
        with served.signed_in("sandra") as other:
            other.cookies.set("corridor_confirmed", client.cookies["corridor_confirmed"])
            assert other.get("/account/second-step/app", headers=PAGE).status_code == 303


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/rooms/r1", "", "/accounts"])
def test_it_leads_back_into_the_account_and_nowhere_else(served: Served, back: str) -> None:
    with served.signed_in("harjit") as client:
        assert send(client, "/account/confirm", password=PASSWORD, back=back).headers["location"] == "/account"


def test_recovery_codes_are_shown_once(served: Served) -> None:
    with served.signed_in("harjit") as client:
        assert client.get("/account/second-step/codes", headers=PAGE).headers["location"] == "/account/second-step"
        client.cookies.set("corridor_codes", "s1.forged")
        assert client.get("/account/second-step/codes", headers=PAGE).status_code == 303


def test_nothing_of_it_may_be_kept_by_a_cache(served: Served) -> None:
    with served.signed_in("daniel") as client:
        for path in PATHS[:5]:
            assert client.get(path, headers=PAGE).headers["cache-control"] == "no-store"
        assert COOKIE in client.cookies
