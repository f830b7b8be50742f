"""Which addresses the server may connect to. Nothing here does I/O."""

from ipaddress import ip_network

import pytest

from web.addresses import may_be_asked, port_of, split


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("8.8.8.8", True), ("2001:4860:4860::8888", True), ("127.0.0.1", False), ("::1", False), ("10.1.2.3", False),
        ("192.168.1.1", False), ("172.16.0.1", False), ("169.254.169.254", False), ("100.64.0.1", False),
        ("::ffff:10.0.0.1", False), ("fe80::1%eth0", False), ("fd00::1", False), ("0.0.0.0", False), ("::", False),
        ("224.0.0.1", False), ("255.255.255.255", False), ("ff02::1", False), ("fec0::1", False),
        ("::127.0.0.1", False), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False), ("2001:0:7f00:1::", False),
        ("168.63.129.16", False), ("fd00:ec2::254", False), ("nonsense", False), ("", False),
    ],
)  # fmt: skip
def test_only_the_open_internet_is_asked(address: str, asked: bool) -> None:
    assert may_be_asked(address, []) is asked


def test_an_installation_may_open_networks_of_its_own() -> None:
    private = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]
    assert may_be_asked("10.1.2.3", private)
    assert may_be_asked("::ffff:10.1.2.3", private)
    assert may_be_asked("fd00::1", private)
    assert not may_be_asked("192.168.1.1", private)


@pytest.mark.parametrize(
    "url",
    [
        "", "x", "ftp://a.example/", "file:/etc/passwd", "https://", "https:///a", "https://a@b.example/", "https://%5b/",
        "https://a:b@c.example/", "https://a.example/#f", "https://a.example:port/", "https://exämple.example/",
        "https://a.example/ b", "https://a.example\\@b.example/", "https://a.example/" + "a" * 2000,
        "javascript:alert(1)", "https://a.example/\r\nHost: b",
    ],
)  # fmt: skip
def test_an_address_with_something_hidden_in_it_is_none(url: str) -> None:
    assert split(url) is None


@pytest.mark.parametrize(("url", "port"), [("http://a.example", 80), ("https://a.example/b?c", 443), ("http://a:8", 8)])
def test_an_address_leads_to_a_port(url: str, port: int) -> None:
    parts = split(url)
    assert parts is not None
    assert port_of(parts) == port
