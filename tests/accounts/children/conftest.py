"""A class for the tests of children's sign-in."""

from collections.abc import AsyncIterator

import pytest
from argon2 import PasswordHasher

from accounts import passwords
from storage.ids import new_id
from tests.accounts.children.classroom import Classroom, made_in
from tests.serving import Served
from tests.world import World, world_on


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same algorithm with little memory: what hashing costs is not the question here."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
async def classroom(world: World) -> AsyncIterator[Classroom]:
    made = await made_in(world)
    yield made
    made.signing_in.passwords.close()
    await made.signing_in.noticing.close()


@pytest.fixture
async def served_classroom(served: Served) -> AsyncIterator[Classroom]:
    """A class at a new school on the server that runs for the tests of a module."""
    secret = (served.data / "secret").read_bytes()
    async with world_on(f"sqlite:///{served.data / 'corridor.db'}") as world:
        made = await made_in(world, f"school-{new_id('x')}", secret, still=False)
        yield made
        made.signing_in.passwords.close()
        await made.signing_in.noticing.close()
