"""Verifying an ID token: OpenID Connect Core §3.1.3.7. Pure: the keys and the time are given."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import Key
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry
from msgspec import Struct

from accounts.sso.faults import ProviderFault
from accounts.sso.rules import LONGEST_ID, same

# Signatures by a key of which we know the public half only: never "none", never one made with a shared secret.
KEY_TYPES: Final[Mapping[str, str]] = {
    "RS256": "RSA", "PS256": "RSA", "ES256": "EC", "Ed25519": "OKP", "EdDSA": "OKP",
}  # fmt: skip
SKEW_S: Final = 60
OLDEST_S: Final = 600  # the token is fetched while the person waits
_BROKEN: Final = (JoseError, ValueError, TypeError, KeyError, OverflowError, RecursionError)


class _Registry(JWSRegistry):
    max_header_length = 8192  # some put their certificates in it
    max_signature_length = 2048


_REGISTRY: Final = _Registry(algorithms=list(KEY_TYPES), strict_check_header=False)


class UnknownKey(Exception):  # noqa: N818 - perhaps it is only new
    """No key of the provider's has the name that the token gives."""


class Expected(Struct, frozen=True):
    """What the token has to say. `now_s`: seconds since 1970."""

    issuer: str
    client_id: str
    nonce: str
    now_s: int


def verified(token: str, keys: Sequence[Key], expected: Expected) -> Mapping[str, Any]:
    """The token's claims; ProviderFault if one of them, or the signature, is not right; UnknownKey."""
    try:
        claims = _claims(token, _fitting(token, keys))
        _check(claims, expected)
    except _BROKEN:
        raise ProviderFault("token") from None
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not same(nonce, expected.nonce):
        raise ProviderFault("nonce")
    return claims


def _fitting(token: str, keys: Sequence[Key]) -> Key:
    """The one key that the token can have been signed with."""
    header = jws.extract_compact(token.encode(), registry=_REGISTRY).headers()
    kind, name = KEY_TYPES[header["alg"]], header.get("kid")
    named = [key for key in keys if name is None or key.kid == name]
    if not named:
        raise UnknownKey
    fitting = [key for key in named if key.key_type == kind and key.get("alg") in (None, header["alg"])]
    if len(fitting) != 1:
        raise ValueError("no key, or more than one, fits the token")
    return fitting[0]


def _claims(token: str, key: Key) -> dict[str, Any]:
    with warnings.catch_warnings():
        # "EdDSA" is what providers still write for what RFC 9864 calls "Ed25519"; the key's curve is checked.
        warnings.simplefilter("ignore", SecurityWarning)
        return jwt.decode(token, key, registry=_REGISTRY).claims


def _check(claims: dict[str, Any], expected: Expected) -> None:
    JWTClaimsRegistry(
        now=expected.now_s, leeway=SKEW_S,
        iss={"essential": True, "value": expected.issuer},
        aud={"essential": True, "value": expected.client_id},
        sub={"essential": True}, exp={"essential": True}, iat={"essential": True}, nonce={"essential": True},
    ).validate(claims)  # fmt: skip
    if claims["iat"] < expected.now_s - OLDEST_S - SKEW_S:
        raise ValueError("the token is an old one")
    if len(claims["sub"]) > LONGEST_ID:
        raise ValueError("the subject is too long")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else expected.client_id) != expected.client_id:
        raise ValueError("the token is for somebody else")
