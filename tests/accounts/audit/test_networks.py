"""Which addresses are in school."""

import pytest

from accounts.audit.networks import in_school

NETWORKS = ("192.0.2.0/24", "2001:db8:5::/48", "203.0.113.7", "nonsense", "", "10.1.2.3/8")


@pytest.mark.parametrize(
    "address",
    ["192.0.2.1", "::ffff:192.0.2.1", "2001:db8:5::1", "2001:DB8:5:0:0::9", "2001:db8:5::1%eth0",
     "203.0.113.7", "10.9.9.9"],
)  # fmt: skip
def test_an_address_of_a_block_is_in_school(address: str) -> None:
    assert in_school(NETWORKS, address)


@pytest.mark.parametrize(
    "address",
    ["192.0.3.1", "2001:db8:6::1", "203.0.113.8", "", "testclient", "192.0.2", "192.0.2.1.1", "192.0.2.1/24", "::1",
     "0192.0.2.1", "\0", "１９２.0.2.1", "::192.0.2.1"],
)  # fmt: skip
def test_another_address_and_what_is_none_are_not(address: str) -> None:
    assert not in_school(NETWORKS, address)


def test_a_school_without_networks_has_nobody_in_school() -> None:
    assert not in_school((), "127.0.0.1")
