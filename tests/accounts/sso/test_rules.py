"""Addresses of providers, and what tokens say. Nothing here does I/O."""

from typing import Any

import pytest

from accounts.sso.rules import challenge, check_issuer, is_address, roster_id, with_query
from realtime.refusal import Refusal


@pytest.mark.parametrize(
    "url",
    [
        "https://accounts.google.com",
        "https://login.microsoftonline.com/t/v2.0",
        "http://127.0.0.1:8080",
        " https://x.example ",
    ],
)
def test_issuers_are_addresses_with_https_or_of_this_machine(url: str) -> None:
    assert check_issuer(url) == url.strip()


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "http://school.example", "https://", "https:///path", "ftp://x.example", "https://a:b@x.example",
        "https://x.example/#f", "https://x.example/?q=1", "https://x.example:port", "https://exämple.example",
        "https://x.example/a b", "https://x.example\\@evil.example", "https://x.example/" + "a" * 400,
        "http://127.0.0.1.evil.example", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_everything_else_is_no_issuer(url: str) -> None:
    with pytest.raises(Refusal, match="bad_request"):
        check_issuer(url)


def test_an_endpoint_may_have_a_query_and_an_issuer_may_not() -> None:
    assert is_address("https://x.example/token?tenant=1")


def test_the_challenge_is_that_of_the_protocol() -> None:
    """The example of RFC 7636, appendix B."""
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_fields_are_added_to_an_address_with_or_without_some() -> None:
    assert with_query("https://x.example/a", {"b": "c d"}) == "https://x.example/a?b=c+d"
    assert with_query("https://x.example/a?p=1", {"b": "&"}) == "https://x.example/a?p=1&b=%26"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("T1", "T1"), (4711, "4711"), ("0", "0"), ("", None), (None, None), (True, None), (["T1"], None), (-1, None),
        ("T\n1", None), ("x" * 256, None), (1.5, None), (2**70, None), ({"a": 1}, None),
    ],
)  # fmt: skip
def test_a_roster_id_is_one_word_of_the_token(value: Any, found: str | None) -> None:
    assert roster_id({"roster": value}, "roster") == found
