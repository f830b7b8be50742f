"""The calendar in the tables, on both databases."""

from datetime import date

import pytest

from accounts.calendar import model
from accounts.calendar.rules import Days
from realtime.refusal import Refusal
from tests.accounts.roster.conftest import Office
from tests.accounts.roster.schools import reading
from tests.world import World

TERM = Days("", "term", "Autumn", date(2026, 9, 2), date(2026, 12, 18))


async def test_what_is_written_is_read_and_only_by_the_own_school(world: World) -> None:
    school, other = await world.school(), await world.school("riverside")
    made = await world.database.write(model.add, school.id, TERM)
    found = await world.database.read(model.load, school.id)
    assert [(each.id, each.name, each.starts_on, each.origin) for each in found.days] == [
        (made, "Autumn", date(2026, 9, 2), "name")
    ]
    assert (found.zone, found.country, found.subdivision) == ("Europe/London", "GB", "ENG")
    assert (await world.database.read(model.load, other.id)).days == ()
    with pytest.raises(Refusal, match="not_found"):
        await world.database.write(model.remove, other.id, made)
    await world.database.write(model.remove, school.id, made)
    assert (await world.database.read(model.load, school.id)).days == ()


async def test_the_roster_s_own_terms_are_changed_by_the_roster_only(world: World) -> None:
    office = Office(world, await world.school())
    await office.apply(reading("kind,name,starts,ends\nterm,Autumn,02/09/2026,18/12/2026\n", "terms.csv"))
    entry = (await world.database.read(model.load, office.school.id)).days[0]
    assert (entry.origin, entry.ends_on) == ("roster", date(2026, 12, 18))
    with pytest.raises(Refusal, match="not_found"):
        await world.database.write(model.remove, office.school.id, entry.id)
    await office.apply(reading("kind,name,starts,ends\nterm,Spring,04/01/2027,26/03/2027\n", "terms.csv"))
    assert [each.name for each in (await world.database.read(model.load, office.school.id)).days] == ["Spring"]
