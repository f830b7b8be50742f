"""A class for the tests of children's sign-in."""

from collections.abc import AsyncIterator

import pytest

from tests.accounts.children.classroom import Classroom, made_in
from tests.world import World


@pytest.fixture
async def classroom(world: World) -> AsyncIterator[Classroom]:
    made = await made_in(world)
    yield made
    made.signing_in.passwords.close()
    await made.signing_in.noticing.close()
