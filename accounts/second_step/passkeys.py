"""WebAuthn: what a browser is asked, and whether its answer holds. No database."""

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import Request
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from realtime.refusal import Refusal
from storage.rows import AnyRow

CHALLENGE_S: Final = 300
LONGEST_ANSWER: Final = 20_000  # characters of JSON; a real one has about two thousand
REFUSED: Final = "The passkey did not fit. Try again, or use another way."

# Whatever is wrong with an answer that a stranger made up: the library's own errors, and those it lets through.
_WRONG: Final = (WebAuthnException, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Site:
    """Where Corridor is, as the browser knows it: the host name without its port, and the origins of its pages."""

    host: str
    origins: tuple[str, ...]

    @property
    def fit(self) -> bool:
        """Browsers make passkeys for names, not for numbers."""
        try:
            ip_address(self.host.strip("[]"))
        except ValueError:
            return bool(self.host)
        return False


def site_of(request: Request, origins: frozenset[str]) -> Site:
    """By the same rule as the door: the origins on the list, or the one host that was asked."""
    netloc = request.headers.get("host", "")
    try:
        host = urlsplit(f"//{netloc}").hostname or ""
    except ValueError:
        host = ""
    return Site(host, tuple(origins) or (f"{request.url.scheme}://{netloc}",))


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a browser has to sign. `purpose` says for what: its answer is good for nothing else."""

    challenge: bytes
    expires_ms: int

    @property
    def text(self) -> str:
        return bytes_to_base64url(self.challenge)


class Challenges:
    """Signed, and bound to a device or a session; showing.spend_challenge sees to it that none is answered twice."""

    def __init__(self, secret: bytes) -> None:
        self._serializer = URLSafeSerializer(secret, salt="passkey challenge")

    def make(self, device: str, purpose: str, now_ms: int) -> tuple[Challenge, str]:
        """A new one, and the text by which it comes back."""
        made = Challenge(secrets.token_bytes(32), now_ms + CHALLENGE_S * 1000)
        return made, str(self._serializer.dumps([made.text, device, purpose, made.expires_ms]))

    def read(self, text: str, device: str, purpose: str, now_ms: int) -> Challenge:
        """Refusal `bad_request` if it is forged, too old, another device's or for another purpose."""
        try:
            challenge, of, made_for, expires_ms = self._serializer.loads(text)
            found = Challenge(base64url_to_bytes(challenge), expires_ms)
        except (BadSignature, ValueError, TypeError):
            raise Refusal("bad_request", REFUSED) from None
        if (of, made_for) != (device, purpose) or expires_ms <= now_ms:
            raise Refusal("bad_request", REFUSED)
        return found


def creation_options(
    site: Site, challenge: Challenge, person_id: str, login: str, name: str, known: Iterable[AnyRow]
) -> dict[str, Any]:
    """For navigator.credentials.create: a passkey that names its owner by itself, and asks for a finger or a PIN."""
    options = generate_registration_options(
        rp_id=site.host,
        rp_name="Corridor",
        user_id=person_id.encode(),
        user_name=login,
        user_display_name=name,
        challenge=challenge.challenge,
        timeout=CHALLENGE_S * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(base64url_to_bytes(each.id)) for each in known],
    )
    return _builtins(options)


def request_options(site: Site, challenge: Challenge) -> dict[str, Any]:
    """For navigator.credentials.get: whichever passkey of this site the person chooses."""
    options = generate_authentication_options(
        rp_id=site.host,
        challenge=challenge.challenge,
        timeout=CHALLENGE_S * 1000,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _builtins(options)


def _builtins(options: Any) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(options_to_json(options))
    return made


def verify_new(answer: str, site: Site, challenge: Challenge) -> VerifiedRegistration:
    """The new passkey; Refusal `bad_request` if the answer does not hold."""
    try:
        return verify_registration_response(
            credential=_decoded(answer),
            expected_challenge=challenge.challenge,
            expected_rp_id=site.host,
            expected_origin=list(site.origins),
            require_user_verification=True,
        )
    except _WRONG:
        raise Refusal("bad_request", REFUSED) from None


def verify(answer: str, site: Site, challenge: Challenge, known: AnyRow) -> VerifiedAuthentication:
    """The answer of a known passkey; Refusal `unauthenticated` if it does not hold or the counter did not go on."""
    try:
        credential = _decoded(answer)
        handle = credential["response"].get("userHandle")
        if handle is not None and base64url_to_bytes(handle) != known.person_id.encode():
            raise ValueError("somebody else's")
        return verify_authentication_response(
            credential=credential,
            expected_challenge=challenge.challenge,
            expected_rp_id=site.host,
            expected_origin=list(site.origins),
            credential_public_key=base64url_to_bytes(known.public_key),
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except _WRONG:
        raise Refusal("unauthenticated", REFUSED) from None


def passkey_of(answer: str) -> str:
    """Which passkey an answer claims to be of."""
    try:
        return str(_decoded(answer)["id"])[:1000].replace("\0", "")
    except _WRONG:
        raise Refusal("unauthenticated", REFUSED) from None


def _decoded(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError("too long")
    decoded = json.loads(answer)
    if not isinstance(decoded, dict):
        raise TypeError("no object")
    return decoded
