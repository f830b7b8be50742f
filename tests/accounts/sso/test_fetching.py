"""Asking a provider: only where it may be asked, for a short answer, in a short time."""

from ipaddress import ip_network

import pytest

from accounts.sso.faults import ProviderFault
from accounts.sso.fetching import Fetcher, basic, decoded
from tests.harness.provider import Provider
from web.outside import Outside

PATH = "/.well-known/openid-configuration"


async def why(fetcher: Fetcher, url: str) -> str:
    with pytest.raises(ProviderFault) as caught:
        await fetcher.get(url)
    return caught.value.reason


async def test_a_good_answer_comes_whole(fetcher: Fetcher, provider: Provider) -> None:
    assert decoded(await fetcher.get(provider.issuer + PATH))["issuer"] == provider.issuer


async def test_each_bad_answer_has_its_reason(fetcher: Fetcher, provider: Provider) -> None:
    reasons = {
        "huge": "too_large", "moved": "redirect", "packed": "not_json", "gone": "status",
    }  # fmt: skip
    for way, reason in reasons.items():
        provider.tell(ways=[f"{way}:openid-configuration"])
        assert await why(fetcher, provider.issuer + PATH) == reason, way


async def test_a_slow_answer_is_not_waited_for(provider: Provider) -> None:
    provider.tell(ways=["slow:openid-configuration"])
    outside = Outside([ip_network("127.0.0.0/8")])
    assert await why(Fetcher(outside, seconds=0.3), provider.issuer + PATH) == "slow"
    await outside.close()


async def test_where_nobody_listens_nothing_is_reached(fetcher: Fetcher) -> None:
    assert await why(fetcher, "http://127.0.0.1:1/") == "unreachable"
    assert await why(fetcher, "https://nowhere.invalid/") == "unreachable"


@pytest.mark.parametrize(
    "url",
    ["ftp://127.0.0.1/", "file:/etc/passwd", "http://school.example/", "https://", "https://a@127.0.0.1/", "x"],
)
async def test_what_is_no_address_of_a_provider_is_not_asked(fetcher: Fetcher, url: str) -> None:
    assert await why(fetcher, url) == "address"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "169.254.169.254"]
)
async def test_the_machine_s_own_network_is_closed_unless_the_installation_opens_it(
    provider: Provider, host: str
) -> None:
    before = dict(provider.asked)
    outside = Outside()
    assert await why(Fetcher(outside), f"https://{host}:{provider.port}{PATH}") == "address"
    await outside.close()
    assert dict(provider.asked) == before


async def test_a_name_that_leads_to_a_closed_network_is_not_asked(provider: Provider) -> None:
    """`localhost` is a name like any other: what counts is where it leads."""
    outside = Outside([ip_network("10.0.0.0/8")])
    assert await why(Fetcher(outside), f"http://localhost:{provider.port}{PATH}") == "address"
    await outside.close()


async def test_of_several_addresses_of_a_name_one_that_answers_is_enough(provider: Provider) -> None:
    """`localhost` leads to ::1 as well on most machines, where the provider does not listen."""
    outside = Outside([ip_network("127.0.0.0/8"), ip_network("::1/128")])
    assert await Fetcher(outside).get(f"http://localhost:{provider.port}{PATH}")
    await outside.close()


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b'{"a":' * 100_000, b'"x"'])
def test_what_is_no_object_is_not_understood(body: bytes) -> None:
    with pytest.raises(ProviderFault, match="not_json"):
        decoded(body)


def test_name_and_secret_are_encoded_before_they_are_joined() -> None:
    assert basic("a:b", "c d+ü") == "Basic YSUzQWI6YyUyMGQlMkIlQzMlQkM="
