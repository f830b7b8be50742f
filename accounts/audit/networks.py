"""Whether an address is one of the school's own. Pure."""

import ipaddress
from collections.abc import Iterable


def in_school(networks: Iterable[str], address: str) -> bool:
    """True if `address` lies in one of these CIDR blocks; False for whatever is no address or no block."""
    found = _address(address)
    if found is None:
        return False
    return any(found in block for each in networks if (block := _block(each)) is not None)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """A server that listens on IPv6 sees IPv4 visitors as ::ffff:192.0.2.1; they are who they are."""
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, ipaddress.IPv6Address) else found


def _block(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None
