"""Rosters carried into a real database."""

from collections.abc import Mapping

import pytest

from accounts.roster import runs
from accounts.roster.runs import Draft, Order, Preview
from accounts.roster.wanted import Wanted
from rooms.rostering import RoomsFollow
from tests.world import School, World


class Office:
    """Somebody who carries rosters into one school."""

    def __init__(self, world: World, school: School) -> None:
        self.world = world
        self.school = school

    async def plan(self, wanted: Wanted, adopt: Mapping[str, str] | None = None) -> Draft:
        return await self.world.database.read(runs.draft, self.school.id, wanted, self.world.now_ms, adopt or {})

    async def apply(self, wanted: Wanted, *, confirmed: int | None = None, **more: object) -> Preview:
        """Hand in, look, carry in."""
        made = await self.plan(wanted)
        found = runs.preview(made, wanted, {})
        run = await self.world.database.write(
            runs.keep, self.school.id, None, "people.csv", b"-", wanted.source, found, self.world.now_ms
        )
        order = Order(**{"run": run, "by": None, "confirmed": confirmed, "may_raise": True, **more})  # type: ignore[arg-type]
        return await self.world.database.write(
            runs.apply, self.school.id, wanted, order, RoomsFollow(), self.world.now_ms
        )


@pytest.fixture
async def office(world: World) -> Office:
    return Office(world, await world.school())
