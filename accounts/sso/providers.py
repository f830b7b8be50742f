"""What providers say of themselves, and their keys: asked once an hour, and again when a key is not known."""

import asyncio
import warnings
from collections import OrderedDict
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

import msgspec
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key
from msgspec import Struct

from accounts.sso.faults import ProviderFault
from accounts.sso.fetching import Fetcher, basic
from accounts.sso.rules import is_address

DISCOVERY: Final = "/.well-known/openid-configuration"
FRESH_MS: Final = 3600 * 1000
FIRST_AGAIN_MS: Final = 30 * 1000  # until then nobody can have the keys fetched anew
MOST_PROVIDERS: Final = 1000  # remembered at once
MOST_KEYS: Final = 100
AT_ONCE: Final = 16  # questions to one provider, so that a slow one keeps nobody else's school waiting
RSA_BITS: Final = range(2048, 8193)


class Metadata(Struct, frozen=True):
    """The part of OpenID Connect Discovery §3 that is used here."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    response_types_supported: tuple[str, ...] = ("code",)
    authorization_response_iss_parameter_supported: bool = False


class Known:
    """A provider as it is remembered."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()  # one question at a time: six hundred who come at once need one answer
        self.at_once = asyncio.Semaphore(AT_ONCE)
        self.metadata: Metadata | None = None
        self.metadata_ms = 0
        self.keys: list[Key] | None = None
        self.keys_ms = 0


class Providers:
    """Every answer is asked of the issuer's own address, and judged before it is kept."""

    def __init__(self, fetcher: Fetcher, now_ms: Callable[[], int]) -> None:
        self._fetcher = fetcher
        self._now_ms = now_ms
        self._known: OrderedDict[str, Known] = OrderedDict()

    async def about(self, issuer: str) -> Metadata:
        """What the provider says of itself; ProviderFault if it is no usable one."""
        known = self._remembered(issuer)
        async with known.lock:
            if known.metadata is None or self._now_ms() - known.metadata_ms > FRESH_MS:
                body = await self._fetcher.get(issuer.rstrip("/") + DISCOVERY)
                known.metadata, known.metadata_ms = _metadata(body, issuer), self._now_ms()
            return known.metadata

    async def keys(self, issuer: str, *, again: bool = False) -> list[Key]:
        """The keys that it signs with; `again`: fetched anew, if that was not done just now."""
        metadata = await self.about(issuer)
        known = self._remembered(issuer)
        async with known.lock:
            age_ms = self._now_ms() - known.keys_ms
            if known.keys is None or age_ms > (FIRST_AGAIN_MS if again else FRESH_MS):
                known.keys, known.keys_ms = _keys(await self._fetcher.get(metadata.jwks_uri)), self._now_ms()
            return known.keys

    async def redeem(self, issuer: str, client_id: str, secret: str, fields: dict[str, str]) -> str:
        """Exchange a code for an ID token; ProviderFault if there is none."""
        metadata = await self.about(issuer)
        form = {"grant_type": "authorization_code", **fields}
        headers = {}
        if "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            headers["Authorization"] = basic(client_id, secret)
        else:
            form |= {"client_id": client_id, "client_secret": secret}
        async with self._remembered(issuer).at_once:
            status, answer = await self._fetcher.post(metadata.token_endpoint, form, headers)
        return _id_token(status, answer)

    def forget(self, issuer: str) -> None:
        """Ask it anew next time."""
        self._known.pop(issuer, None)

    def _remembered(self, issuer: str) -> Known:
        known = self._known.setdefault(issuer, Known())
        self._known.move_to_end(issuer)
        if len(self._known) > MOST_PROVIDERS:
            self._known.popitem(last=False)
        return known


def _id_token(status: int, answer: dict[str, Any]) -> str:
    token = answer.get("id_token")
    if status == HTTPStatus.OK and isinstance(token, str):
        return token
    raise ProviderFault("refused" if answer.get("error") in ("invalid_client", "unauthorized_client") else "token")


def _metadata(body: bytes, issuer: str) -> Metadata:
    """The issuer must be the one that was asked, or one provider could speak for another."""
    try:
        found = msgspec.json.decode(body, type=Metadata)
    except msgspec.ValidationError:
        raise ProviderFault("not_it") from None
    except (msgspec.DecodeError, RecursionError):
        raise ProviderFault("not_json") from None
    if found.issuer != issuer:
        raise ProviderFault("issuer")
    if not all(map(is_address, (found.authorization_endpoint, found.token_endpoint, found.jwks_uri))):
        raise ProviderFault("address")
    methods = found.token_endpoint_auth_methods_supported
    if "code" not in found.response_types_supported or not {"client_secret_basic", "client_secret_post"} & set(methods):
        raise ProviderFault("not_it")
    return found


class _KeySet(Struct):
    keys: list[dict[str, Any]]


def _keys(body: bytes) -> list[Key]:
    """Those of its keys that sign with an algorithm that we take; the others are left alone."""
    try:
        listed = msgspec.json.decode(body, type=_KeySet).keys
    except (msgspec.DecodeError, RecursionError):
        raise ProviderFault("keys") from None
    found = [key for each in listed[:MOST_KEYS] if (key := _key(each)) is not None]
    if not found:
        raise ProviderFault("keys")
    return found


def _key(given: dict[str, Any]) -> Key | None:
    """Only its public half; None if it is of a kind that we do not take, or too short."""
    public: dict[str, str | list[str]] = {
        name: value for name, value in given.items() if name in _PUBLIC and isinstance(value, str)
    }
    if public.get("kty") not in ("RSA", "EC", "OKP") or public.get("use", "sig") != "sig":
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # about short keys, which are not taken
            key = import_key(public)
        return key if _strong(key) else None
    except (JoseError, ValueError, TypeError):
        return None


_PUBLIC: Final = frozenset({"kty", "kid", "use", "alg", "n", "e", "crv", "x", "y"})


def _strong(key: Key) -> bool:
    match key:
        case RSAKey():
            return key.public_key.key_size in RSA_BITS
        case ECKey():
            return key.curve_name == "P-256"
        case OKPKey():
            return key.curve_name == "Ed25519"
        case _:
            return False
