"""ID tokens of every kind of key that we take, and of those that we do not."""

import base64
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from accounts.sso.faults import ProviderFault
from accounts.sso.providers import _key
from accounts.sso.tokens import Expected, UnknownKey, verified
from tests.harness.openid_program import by_public_key

NOW = 1_800_000_000
EXPECTED = Expected("https://provider.example", "corridor", "a nonce", NOW)
CLAIMS: dict[str, Any] = {
    "iss": "https://provider.example", "aud": "corridor", "sub": "provider-1", "nonce": "a nonce", "iat": NOW,
    "exp": NOW + 300,
}  # fmt: skip
RSA = RSAKey.generate_key(2048, auto_kid=True)
MAKERS: dict[str, Key] = {
    "RS256": RSA, "PS256": RSA, "ES256": ECKey.generate_key("P-256", auto_kid=True),
    "Ed25519": OKPKey.generate_key("Ed25519", auto_kid=True),
}  # fmt: skip


def public(key: Key) -> Key:
    """As it arrives from the provider."""
    found = _key({**key.as_dict(private=False), "kid": str(key.kid)})
    assert found is not None
    return found


def token(key: Key, alg: str, *, kid: str | None = "own", **claims: Any) -> str:
    header = {"alg": alg, **({} if kid is None else {"kid": key.kid if kid == "own" else kid})}
    return jwt.encode(header, {**CLAIMS, **claims}, key, algorithms=[alg])


@pytest.mark.parametrize("alg", MAKERS)
def test_each_kind_of_signature_that_we_take_is_verified(alg: str) -> None:
    assert verified(token(MAKERS[alg], alg), [public(each) for each in MAKERS.values()][1:], EXPECTED) == CLAIMS


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # by the one who signs; who verifies must not warn
def test_the_older_name_of_ed25519_is_taken_too() -> None:
    key = MAKERS["Ed25519"]
    assert verified(token(key, "EdDSA"), [public(key)], EXPECTED) == CLAIMS


@pytest.mark.parametrize("alg", ["RS384", "RS512", "ES512"])
def test_other_signatures_are_not_taken(alg: str) -> None:
    made = token(ECKey.generate_key("P-521") if alg == "ES512" else RSA, alg, kid=str(RSA.kid))
    with pytest.raises(ProviderFault, match="token"):
        verified(made, [public(RSA)], EXPECTED)


@pytest.mark.parametrize("header", [b'{"alg":"none"}', b'{"alg":"None"}', b'{"alg":""}', b'{"alg":["RS256"]}', b"{}"])
def test_a_token_that_nobody_signed_is_nothing(header: bytes) -> None:
    _, claims, signature = token(RSA, "RS256").split(".")
    for end in ("", signature):
        with pytest.raises(ProviderFault, match="token"):
            verified(
                f"{base64.urlsafe_b64encode(header).rstrip(b'=').decode()}.{claims}.{end}", [public(RSA)], EXPECTED
            )


def test_the_public_half_of_a_key_is_no_secret() -> None:
    with pytest.raises(ProviderFault, match="token"):
        verified(by_public_key(token(RSA, "RS256"), RSA), [public(RSA)], EXPECTED)


def test_a_token_of_a_key_that_is_not_known_says_so() -> None:
    with pytest.raises(UnknownKey):
        verified(token(RSA, "RS256", kid="a new one"), [public(RSA)], EXPECTED)


def test_a_token_that_names_no_key_is_good_if_there_is_but_one_that_fits() -> None:
    made = token(RSA, "RS256", kid=None)
    assert verified(made, [public(RSA), public(MAKERS["ES256"])], EXPECTED) == CLAIMS
    with pytest.raises(ProviderFault, match="token"):
        verified(made, [public(RSA), public(RSAKey.generate_key(2048, auto_kid=True))], EXPECTED)


def test_a_key_made_for_one_signature_is_not_used_for_another() -> None:
    only = _key({**RSA.as_dict(private=False), "kid": str(RSA.kid), "alg": "PS256"})
    assert only is not None
    with pytest.raises(ProviderFault, match="token"):
        verified(token(RSA, "RS256"), [only], EXPECTED)


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_token_that_leaves_a_claim_out_is_refused(claim: str) -> None:
    claims = {name: value for name, value in CLAIMS.items() if name != claim}
    made = jwt.encode({"alg": "RS256", "kid": str(RSA.kid)}, claims, RSA, algorithms=["RS256"])
    with pytest.raises(ProviderFault, match="token"):
        verified(made, [public(RSA)], EXPECTED)


@pytest.mark.parametrize(("seconds", "good"), [(-299, True), (299, True), (301 + 60, False)])
def test_clocks_may_differ_by_a_minute(seconds: int, good: bool) -> None:
    expected = Expected(EXPECTED.issuer, EXPECTED.client_id, EXPECTED.nonce, NOW + seconds)
    made = token(RSA, "RS256", iat=NOW + min(seconds, 0) + 59)
    if good:
        assert verified(made, [public(RSA)], expected)
    else:
        with pytest.raises(ProviderFault):
            verified(made, [public(RSA)], expected)


@pytest.mark.parametrize("made", ["", "a", "a.b.c", "....", "ü.ü.ü", "e30.e30.e30", "eyJhbGciOiJSUzI1NiJ9.e30.AAAA"])
def test_what_is_no_token_is_refused(made: str) -> None:
    with pytest.raises(ProviderFault, match="token"):
        verified(made, [public(RSA)], EXPECTED)


@pytest.mark.parametrize("claims", [{"exp": "soon"}, {"exp": True}, {"iss": ["https://provider.example"]}, {"sub": ""}])
def test_claims_of_another_kind_are_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(ProviderFault, match="token"):
        verified(token(RSA, "RS256", **claims), [public(RSA)], EXPECTED)
