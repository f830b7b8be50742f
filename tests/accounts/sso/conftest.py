"""A provider for the tests of a module, and a school that trusts it."""

from collections.abc import AsyncIterator, Iterator
from ipaddress import ip_network

import pytest

from accounts.signing_in import SigningIn
from accounts.sso.fetching import Fetcher
from accounts.sso.providers import Providers
from accounts.sso.signing_on import SigningOn
from rooms.announcing import to_own_room
from tests.accounts.sso.entry import Entry
from tests.harness.provider import Provider
from tests.world import SECRET, World
from web.outside import Outside

LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.fixture(scope="session")
def running_provider() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture(scope="session")
def running_other() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture
def provider(running_provider: Provider) -> Provider:
    """It behaves, until the test tells it not to."""
    running_provider.behave()
    return running_provider


@pytest.fixture
def other_provider(running_other: Provider) -> Provider:
    running_other.behave()
    return running_other


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    outside = Outside(LOOPBACK)
    yield Fetcher(outside)
    await outside.close()


@pytest.fixture
async def entry(world: World, provider: Provider, fetcher: Fetcher) -> AsyncIterator[Entry]:
    """Oakfield, which trusts the provider, with Amara and the learner Zoe on its roster."""
    signing_in = SigningIn(world.database, world.clock, SECRET, to_own_room)
    providers = Providers(fetcher, world.clock.now_ms)
    signing_on = SigningOn(world.database, world.clock, signing_in, providers, SECRET)
    made = Entry(world, provider, signing_on, signing_in)
    made.oakfield = await made.school("oakfield", provider)
    made.amara = await made.person(made.oakfield, "amara", "T1", "teacher")
    made.zoe = await made.person(made.oakfield, "zoe", "L1", "learner", year="9")
    provider.tell(people={"amara": {"sub": "provider-1", "roster": "T1"}, "zoe": {"sub": "provider-2", "roster": "L1"}})
    yield made
    await signing_in.noticing.close()
    signing_in.passwords.close()
