"""What addresses, sign-ins and people have to look like. Pure."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from realtime.refusal import Refusal
from web import addresses

LONGEST_ADDRESS: Final = 400  # characters
LONGEST_ID: Final = 255  # of a subject, as OpenID Connect Core has it, and of a roster's id
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})

# Values of `acr` by which providers say that a second factor was shown: Entra, OpenID PAPE, REFEDS.
SECOND_FACTOR: Final = frozenset(
    {
        "mfa",
        "http://schemas.microsoft.com/claims/multipleauthn",
        "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
        "https://refeds.org/profile/mfa",
    }
)


def is_address(url: str) -> bool:
    """Whether a provider's address may be used: https, or http to this machine; nothing hidden in it."""
    parts = addresses.split(url) if len(url) <= LONGEST_ADDRESS else None
    return parts is not None and (parts.scheme == "https" or parts.hostname in LOOPBACK)


def check_issuer(url: str) -> str:
    """An issuer as an administrator typed it; Refusal `bad_request` if it cannot be one."""
    url = url.strip()
    if not is_address(url) or urlsplit(url).query:
        raise Refusal("bad_request", "The issuer is an address that begins with https://")
    return url


def challenge(verifier: str) -> str:
    """RFC 7636's S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def with_query(url: str, fields: Mapping[str, str]) -> str:
    """The address with these fields after those that it has."""
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(fields)}"


def same(one: str, other: str) -> bool:
    """Compared in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())


def roster_id(claims: Mapping[str, Any], claim: str) -> str | None:
    """The roster's id that a token carries, if any. Some providers write it as a number."""
    value = claims.get(claim)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63:
        value = str(value)
    usable = isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.isprintable()
    return value if usable else None


def shows_second_factor(claims: Mapping[str, Any]) -> bool:
    """Whether the provider says so, by `amr` (RFC 8176) or by `acr`."""
    methods, context = claims.get("amr"), claims.get("acr")
    by_method = isinstance(methods, list) and "mfa" in methods
    return by_method or (isinstance(context, str) and context in SECOND_FACTOR)
