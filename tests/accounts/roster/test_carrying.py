"""A roster in the tables: who is made, who is kept, who goes."""

from accounts.model import group_member, guardian, person, school_group
from tests.accounts.roster.conftest import Office
from tests.accounts.roster.schools import primary, reading, table


async def test_carrying_in_twice_changes_nothing(office: Office) -> None:
    wanted = reading(table(primary(forms="A", size=6, helpers=4)))
    await office.apply(wanted)
    before = [await office.world.rows(each) for each in (person, school_group, group_member, guardian)]
    made = await office.plan(wanted)
    assert made.difference.empty, made.difference
    done = await office.apply(wanted)
    assert done.empty
    assert [await office.world.rows(each) for each in (person, school_group, group_member, guardian)] == before
