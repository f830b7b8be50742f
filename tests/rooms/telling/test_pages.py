"""The pages of notices, the count in the masthead, and the links of mails, at a real server."""

import base64
import os
import re
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.serving import PAGE, Served, hidden, post, serving

NOTICES = "/account/notices"
MAIL = {
    "CORRIDOR_SMTP_HOST": "127.0.0.1", "CORRIDOR_SMTP_PORT": "9", "CORRIDOR_SMTP_TLS": "none",
    "CORRIDOR_SMTP_FROM": "corridor@school.example", "CORRIDOR_ADDRESS": "https://corridor.example",
}  # fmt: skip


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(MAIL) as server:
        yield server


def device(path: str = "one", host: str = "fcm.googleapis.com") -> dict[str, str]:
    public = generate_private_key(SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return {"endpoint": f"https://{host}/fcm/send/{path}", "p256dh": text(public), "auth": text(os.urandom(16))}


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def thread(served: Served, client: httpx.Client, *names: str) -> str:
    me = client.get("/api/v1/me").json()
    people = [served.who(name)["person"] for name in names]
    command = {"room": me["own_room"], "key": str(uuid4()), "people": people}
    answer = client.post("/api/v1/commands/start_thread", json=command)
    assert answer.status_code == 200, answer.text
    made: str = answer.json()["made"]
    return made


def test_a_browser_is_subscribed_and_ended_again(served: Served) -> None:
    with served.signed_in("amara") as client:
        key = client.get("/api/v1/push").json()
        assert key["allowed"]
        point = base64.urlsafe_b64decode(key["key"] + "=")
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
        assert client.get("/api/v1/push").json() == key
        mine = device()
        assert client.post("/api/v1/push", json=mine).json() == {"told": True}
        assert client.post("/api/v1/push", json={**device("two"), "was": mine["endpoint"]}).json() == {"told": True}
        page = client.get(NOTICES, headers=PAGE).text
        assert page.count('name="device"') == 1
        form = {"csrf": hidden(page, "csrf"), "device": hidden(page, "device")}
        with served.signed_in("tom") as other:
            theirs = {**form, "csrf": hidden(other.get(NOTICES, headers=PAGE).text, "csrf")}
            assert other.post(f"{NOTICES}/device", data=theirs).status_code == 303
        assert 'name="device"' in client.get(NOTICES, headers=PAGE).text  # nobody ends another's
        assert client.post(f"{NOTICES}/device", data=form).status_code == 303
        assert 'name="device"' not in client.get(NOTICES, headers=PAGE).text


@pytest.mark.parametrize(
    "said",
    [
        {}, [], "x", {**device(), "endpoint": "http://127.0.0.1:9/x"}, {**device(), "endpoint": "https://evil.example/x"},
        {**device(), "p256dh": "AAAA"}, {**device(), "auth": ""}, {**device(), "auth": 1},
    ],
)  # fmt: skip
def test_what_no_browser_says_is_refused(served: Served, said: object) -> None:
    with served.signed_in("amara") as client:
        assert client.post("/api/v1/push", json=said).status_code == 400
        assert client.post("/api/v1/push", content=b"x" * 100_000).status_code == 413


def test_nobody_subscribes_who_is_not_signed_in_or_not_allowed(served: Served) -> None:
    with served.nobody() as client:
        assert client.post("/api/v1/push", json=device()).status_code == 401
        assert client.get("/api/v1/waiting").status_code == 401
        assert client.get(NOTICES).status_code == 303
    with served.signed_in("aisha") as client:
        assert client.get("/api/v1/push").json() == {"allowed": False, "key": ""}
        assert client.post("/api/v1/push", json=device()).status_code == 403
        assert "does not have devices say" in client.get(NOTICES, headers=PAGE).text


def test_the_count_is_of_stickies_and_of_nothing_else(served: Served) -> None:
    with served.signed_in("amara") as amara, served.signed_in("tom") as tom:
        post(amara, served.staffroom())
        before = tom.get("/api/v1/waiting").json()
        assert set(before) == {"count", "quiet", "changes_in", "threads", "own_room", "own_head", "epoch"}
        room = thread(served, amara, "tom")
        post(amara, room, "Have you got the key?")
        after = tom.get("/api/v1/waiting").json()
        (found,) = [each for each in after["threads"] if each["room"] == room]
        assert found["unread"] == 1
        assert found["by"].startswith("Amara")
        assert after["count"] == (0 if after["quiet"] else before["count"] + 1)


def test_an_address_is_given_and_forgotten(served: Served) -> None:
    with served.signed_in("amara") as client:
        page = client.get(NOTICES, headers=PAGE).text
        form = {"csrf": hidden(page, "csrf"), "address": "amara@school.example", "digest": "daily", "hour": "16"}
        answer = client.post(f"{NOTICES}/mail", data=form)
        assert answer.headers["location"] == f"{NOTICES}?said=asked"
        page = client.get(f"{NOTICES}?said=asked", headers=PAGE).text
        assert "amara@school.example" in page
        assert "We have asked this address" in page
        wrong = client.post(f"{NOTICES}/mail", data={**form, "address": "amara"}, headers=PAGE)
        assert wrong.status_code == 400
        assert "An e-mail address looks like" in wrong.text
        assert client.post(f"{NOTICES}/mail", data={**form, "csrf": "x"}).status_code == 403
        client.post(f"{NOTICES}/mail", data={"csrf": form["csrf"], "forget": "true"})
        assert "amara@school.example" not in client.get(NOTICES, headers=PAGE).text


@pytest.mark.parametrize("what", ["confirm", "stop"])
def test_a_link_that_is_none_of_ours_leads_nowhere(served: Served, what: str) -> None:
    with served.nobody() as client:
        for token in ("x", "a" * 3000, "WyJzdG9wIl0.x"):
            for method in ("GET", "POST"):
                answer = client.request(method, f"/mail/{what}", params={"token": token}, headers=PAGE)
                assert answer.status_code == 404
                assert re.search("used already, or is too old", answer.text)
