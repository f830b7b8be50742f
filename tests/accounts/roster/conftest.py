"""Rosters carried into a real database."""

from collections.abc import Mapping

import pytest

from accounts.roster import current, runs
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
        loaded = await self.world.database.read(current.load, self.school.id)
        return runs.draft(loaded, wanted, self.world.now_ms, adopt or {})

    async def keep(self, wanted: Wanted, adopt: Mapping[str, str] | None = None) -> tuple[str, Draft, Preview]:
        """Hand in and look; gives the run's id and what was found."""
        made = await self.plan(wanted, adopt)
        found = runs.preview(made, wanted, adopt or {})
        name, now_ms = "people.csv", self.world.now_ms
        run = await self.world.database.write(runs.keep, self.school.id, None, name, b"-", wanted.source, found, now_ms)
        return run, made, found

    async def apply(
        self, wanted: Wanted, *, adopt: Mapping[str, str] | None = None, confirmed: int | None = None,
        expected: str = "", may_raise: bool = True,
    ) -> Preview:  # fmt: skip
        """Hand in, look, carry in."""
        run, made, found = await self.keep(wanted, adopt)
        order = Order(run=run, by=None, confirmed=confirmed, expected=expected, adopt=adopt or {}, may_raise=may_raise)
        await self.world.database.write(
            runs.apply, self.school.id, order, made, found, RoomsFollow(), self.world.now_ms
        )
        return found


@pytest.fixture
async def office(world: World) -> Office:
    return Office(world, await world.school())
