"""What is remembered of providers, for how long, and what is not believed."""

import asyncio
import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from accounts.sso.faults import ProviderFault
from accounts.sso.fetching import Fetcher
from accounts.sso.providers import FRESH_MS, MOST_PROVIDERS, Providers, _key, _metadata
from tests.harness.provider import Provider

HOUR = FRESH_MS + 1


class Now:
    """A clock that the test moves."""

    ms = 1_000_000

    def __call__(self) -> int:
        return self.ms


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def providers(fetcher: Fetcher, now: Now) -> Providers:
    return Providers(fetcher, now)


async def fault(providers: Providers, issuer: str) -> str:
    with pytest.raises(ProviderFault) as caught:
        await providers.keys(issuer)
    return caught.value.reason


def asked(provider: Provider) -> tuple[int, int]:
    return provider.asked.get("openid-configuration", 0), provider.asked.get("keys", 0)


async def test_six_hundred_who_come_at_once_ask_once(providers: Providers, provider: Provider) -> None:
    before = asked(provider)
    await asyncio.gather(*(providers.keys(provider.issuer) for _ in range(600)))
    assert asked(provider) == (before[0] + 1, before[1] + 1)


async def test_after_an_hour_it_is_asked_again(providers: Providers, provider: Provider, now: Now) -> None:
    await providers.keys(provider.issuer)
    before = asked(provider)
    now.ms += HOUR
    await providers.keys(provider.issuer)
    assert asked(provider) == (before[0] + 1, before[1] + 1)


async def test_unknown_keys_cannot_make_us_ask_without_end(providers: Providers, provider: Provider, now: Now) -> None:
    await providers.keys(provider.issuer)
    before = asked(provider)[1]
    now.ms += 29_000
    for _ in range(50):
        await providers.keys(provider.issuer, again=True)
    assert asked(provider)[1] == before
    now.ms += 2_000
    for _ in range(50):
        await providers.keys(provider.issuer, again=True)
    assert asked(provider)[1] == before + 1


async def test_no_more_providers_are_remembered_than_there_is_room_for(providers: Providers) -> None:
    for number in range(MOST_PROVIDERS + 50):
        assert await fault(providers, f"ftp://provider-{number}.example") == "address"
    assert len(providers._known) == MOST_PROVIDERS


async def test_a_provider_that_fails_is_asked_again_by_the_next_one(providers: Providers, provider: Provider) -> None:
    provider.tell(ways=["gone:keys"])
    assert await fault(providers, provider.issuer) == "status"
    provider.behave()
    assert await providers.keys(provider.issuer)


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        ({"issuer": "https://evil.example"}, "issuer"),
        ({"issuer": 7}, "not_it"),
        ({"token_endpoint": None}, "not_it"),
        ({"token_endpoint": "http://school.example/token"}, "address"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "address"),
        ({"jwks_uri": "file:/etc/passwd"}, "address"),
        ({"response_types_supported": ["id_token"]}, "not_it"),
        ({"token_endpoint_auth_methods_supported": ["private_key_jwt"]}, "not_it"),
    ],
)
async def test_a_document_that_is_not_right_is_not_believed(
    providers: Providers, provider: Provider, says: dict[str, object], reason: str
) -> None:
    provider.tell(wrong={"discovery": says})
    assert await fault(providers, provider.issuer) == reason


def test_a_document_that_is_no_document_is_not_understood() -> None:
    for body in (b"<html>", b"", b"\xff"):
        with pytest.raises(ProviderFault, match="not_json"):
            _metadata(body, "https://provider.example")


def test_only_keys_that_sign_well_enough_are_taken() -> None:
    good: list[Any] = [
        RSAKey.generate_key(2048).as_dict(private=False), ECKey.generate_key("P-256").as_dict(private=False),
        OKPKey.generate_key("Ed25519").as_dict(private=False),
    ]  # fmt: skip
    bad: list[Any] = [
        short_key(), ECKey.generate_key("P-521").as_dict(private=False),
        OKPKey.generate_key("X25519").as_dict(private=False), OctKey.generate_key(256).as_dict(private=True),
        {**good[0], "use": "enc"}, {"kty": "RSA", "n": "!", "e": "AQAB"}, {"kty": "RSA"}, {"kty": []}, {},
    ]  # fmt: skip
    assert [_key(dict(each)) is not None for each in good] == [True, True, True]
    assert [_key(dict(each)) for each in bad] == [None] * len(bad)


def short_key() -> dict[str, str]:
    numbers = rsa.generate_private_key(65537, 1024).public_key().public_numbers()
    modulus = base64.urlsafe_b64encode(numbers.n.to_bytes(128, "big")).rstrip(b"=").decode()
    return {"kty": "RSA", "n": modulus, "e": "AQAB"}


async def test_a_private_half_that_a_provider_lets_slip_is_not_kept() -> None:
    key = _key(dict(RSAKey.generate_key(2048).as_dict(private=True)))
    assert key is not None
    assert not key.is_private
