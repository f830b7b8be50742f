"""A passkey's answer holds only for the question, the site and the key that it was made for."""

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.requests import Request

from accounts.second_step import passkeys
from accounts.second_step.passkeys import CHALLENGE_S, Challenge, Challenges, Site, site_of, verify, verify_new
from realtime.refusal import Refusal
from storage.rows import AnyRow
from tests.accounts.second_step.authenticator import Authenticator, text

SITE = Site("corridor.example", ("https://corridor.example",))
NOW_MS = 1_000_000
CHALLENGES = Challenges(b"a secret")


def challenge() -> Challenge:
    return CHALLENGES.make("d1", "sign in", NOW_MS)[0]


def registered(key: Authenticator) -> AnyRow:
    """The row that keeps this key."""
    asked = challenge()
    made = verify_new(key.create(creation(asked)), SITE, asked)
    row = SimpleNamespace(person_id="p1", public_key=text(made.credential_public_key), sign_count=made.sign_count)
    return cast("AnyRow", row)


def creation(asked: Challenge) -> dict[str, Any]:
    return passkeys.creation_options(SITE, asked, "p1", "amara", "Amara Okafor", [])


def shown(key: Authenticator, asked: Challenge, **changed: Any) -> str:
    return key.get(passkeys.request_options(SITE, asked), **changed)


def refused(answer: str, asked: Challenge, known: AnyRow) -> bool:
    with pytest.raises(Refusal) as caught:
        verify(answer, SITE, asked, known)
    return caught.value.code == "unauthenticated"


def test_a_browser_is_asked_for_a_key_that_names_its_owner_and_verifies_them() -> None:
    asked = challenge()
    options = creation(asked)
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["rp"]["id"] == "corridor.example"
    assert options["challenge"] == asked.text
    asked_to_show = passkeys.request_options(SITE, asked)
    assert asked_to_show["userVerification"] == "required"
    assert not asked_to_show["allowCredentials"], "whichever key of this site the person has"


@pytest.mark.parametrize("count", [0, 7, None])
def test_the_right_answer_holds(count: int | None) -> None:
    key, asked = Authenticator(count=count), challenge()
    known = registered(key)
    assert verify(shown(key, asked), SITE, asked, known).new_sign_count == (0 if count is None else count + 1)


@pytest.mark.parametrize(
    "key",
    [
        Authenticator(origin="https://evil.example"), Authenticator(origin="http://corridor.example"),
        Authenticator(origin="https://corridor.example:8443"), Authenticator(host="evil.example"),
        Authenticator(host="example"), Authenticator(verifies=False),
    ],
    ids=["origin", "scheme", "port", "host", "parent", "nobody verified"],
)  # fmt: skip
def test_neither_making_nor_showing_holds_from_elsewhere_or_unverified(key: Authenticator) -> None:
    asked = challenge()
    with pytest.raises(Refusal, match="bad_request"):
        verify_new(key.create(creation(asked)), SITE, asked)
    good = Authenticator()
    known = registered(good)
    good.origin, good.host, good.verifies = key.origin, key.host, key.verifies
    assert refused(shown(good, asked), asked, known)


def test_an_answer_to_another_question_does_not_hold() -> None:
    key = Authenticator()
    known = registered(key)
    assert refused(shown(key, challenge()), challenge(), known)
    asked = challenge()
    with pytest.raises(Refusal):
        verify_new(key.create(creation(challenge())), SITE, asked)
    with pytest.raises(Refusal):
        verify_new(shown(key, asked), SITE, asked)


def test_a_counter_that_stands_still_or_goes_back_is_a_copied_key() -> None:
    key = Authenticator(count=5)
    known = registered(key)
    for count in (4, 3):  # one more is added
        key.count, asked = count, challenge()
        assert refused(shown(key, asked), asked, known)


def test_another_s_signature_and_another_s_name_do_not_hold() -> None:
    key, other = Authenticator(), Authenticator()
    known, asked = registered(key), challenge()
    other.create(creation(asked))
    assert refused(shown(other, asked), asked, known)
    assert refused(shown(key, asked, userHandle=text(b"p2")), asked, known)
    assert refused(shown(key, asked, signature=text(b"no signature")), asked, known)


NO_SIGNATURE = {"clientDataJSON": "AA", "authenticatorData": "AA", "signature": "A"}


@pytest.mark.parametrize(
    "answer",
    ["", "null", "[]", "{}", "nonsense", "[" * 9000, "x" * 30_000, '{"id":1}', '{"id":"a","response":{"userHandle":5}}',
     '{"id":"a","response":{"userHandle":"é"}}', '{"id":"a","rawId":"a","type":"public-key","response":[]}',
     json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": NO_SIGNATURE})],
)  # fmt: skip
def test_nonsense_is_refused_and_breaks_nothing(answer: str) -> None:
    known, asked = registered(Authenticator()), challenge()
    assert refused(answer, asked, known)
    with pytest.raises(Refusal):
        verify_new(answer, SITE, asked)
    response = {"clientDataJSON": text(b"5"), "attestationObject": text(b"\xa1\x00")}
    with pytest.raises(Refusal):
        verify_new(json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": response}), SITE, asked)


def test_a_challenge_is_for_one_device_one_purpose_and_five_minutes() -> None:
    foreign = Challenges(b"another secret").make("d1", "sign in", NOW_MS)[1]
    made, sent = CHALLENGES.make("d1", "sign in", NOW_MS)
    assert CHALLENGES.read(sent, "d1", "sign in", NOW_MS + CHALLENGE_S * 1000 - 1) == made
    wrong = [
        (sent, "d2", "sign in", NOW_MS), (sent, "d1", "add k1", NOW_MS),
        (sent, "d1", "sign in", NOW_MS + CHALLENGE_S * 1000), (sent + "x", "d1", "sign in", NOW_MS),
        ("", "d1", "sign in", NOW_MS), (foreign, "d1", "sign in", NOW_MS),
    ]  # fmt: skip
    for given in wrong:
        with pytest.raises(Refusal, match="bad_request"):
            CHALLENGES.read(*given)


def request(host: str, scheme: str = "https") -> Request:
    headers = [(b"host", host.encode())]
    return Request({"type": "http", "scheme": scheme, "path": "/", "query_string": b"", "headers": headers})


def test_the_site_is_the_host_that_was_asked_and_its_origins_are_those_of_the_door() -> None:
    assert site_of(request("corridor.example:8443"), frozenset()) == Site(
        "corridor.example", ("https://corridor.example:8443",)
    )
    listed = frozenset({"https://corridor.example"})
    assert site_of(request("evil.example"), listed).origins == ("https://corridor.example",)
    assert site_of(request("localhost:8000", "http"), frozenset()).origins == ("http://localhost:8000",)


@pytest.mark.parametrize(
    ("host", "fit"), [("corridor.example", True), ("localhost:80", True), ("127.0.0.1:80", False), ("[::1]", False),
                      ("", False), ("[", False)],
)  # fmt: skip
def test_passkeys_are_made_for_names_and_not_for_numbers(host: str, fit: bool) -> None:
    assert site_of(request(host), frozenset()).fit is fit
