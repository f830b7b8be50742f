"""Where the server may connect when somebody names an address. Pure."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import SplitResult, urlsplit

LONGEST: Final = 2000  # characters
DEFAULT_PORTS: Final = {"https": 443, "http": 80}

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_OPEN_6: Final = IPv6Network("2000::/3")  # all that has been given out; the rest is for special uses
# An IPv4 address within one of these would be reached by way of a machine that unwraps it.
_WRAPPED: Final = (IPv6Network("2002::/16"), IPv6Network("2001::/32"))
# The answers of clouds about the very machine that asks, where they are not link-local.
_METADATA: Final = (ip_network("168.63.129.16/32"), ip_network("192.0.0.192/32"))


def split(url: str) -> SplitResult | None:
    """The parts of a web address in which nothing is hidden: no name or password, no fragment, no odd characters."""
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    strange = not parts.hostname or "%" in parts.hostname or "@" in parts.netloc or parts.fragment
    return None if strange or parts.scheme not in DEFAULT_PORTS else parts


def port_of(parts: SplitResult) -> int:
    return parts.port or DEFAULT_PORTS[parts.scheme]


def may_be_asked(address: str, private: Sequence[Network]) -> bool:
    """Whether the server may connect there: to the open internet, and to private networks that the installation names.

    Else people could have the server knock at other machines of its own network.
    """
    found = _plain(address)
    if found is None:
        return False
    return is_named(address, private) or _is_open(found)


def is_named(address: str, private: Sequence[Network]) -> bool:
    """Whether it is in one of the networks that the installation names."""
    found = _plain(address)
    return found is not None and any(found in network for network in private if network.version == found.version)


def _plain(address: str) -> Address | None:
    """The address itself, whichever way it is written."""
    try:
        found: Address = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def _is_open(address: Address) -> bool:
    if isinstance(address, IPv6Address):
        return address.is_global and address in _OPEN_6 and not any(address in each for each in _WRAPPED)
    return address.is_global and not address.is_multicast and not any(address in each for each in _METADATA)
