import pytest

from tests.accounts.administration.office import Office, open_office
from tests.world import World


@pytest.fixture
async def office(world: World) -> Office:
    return await open_office(world)
