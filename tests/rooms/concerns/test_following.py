"""Where the team is talked with, the team is there."""

from accounts.model import person
from rooms.concerns.following import TeamWatch
from tests.rooms.concerns.test_commands import asked, kinds_in, members_of, move, strong, worry
from tests.rooms.stickies.people import class_of
from tests.world import World, done


async def test_who_joins_the_team_comes_into_what_is_open_and_who_leaves_it_goes_everywhere(world: World) -> None:
    here = await class_of(world)
    head = await world.caller(here.school, "head", "head", seated=False)
    await strong(world, here.lead)
    open_one = done(await world.do(here.ava, worry(here.ava)))
    done_one = done(await world.do(here.ben, worry(here.ben)))
    chosen = done(await world.do(here.ava, asked(here.ava, here.teacher)))
    done(await world.do(here.lead, move(here.lead, done_one["concern"], "done")))
    watch = TeamWatch(world.database, world.clock)
    await watch.look()
    await world.set(person, {"role": "dsl"}, id=here.teacher.person)
    await world.set(person, {"role": "teacher"}, id=head.person)
    await watch.look()
    assert await members_of(world, open_one["help"]) == {here.ava.person, here.lead.person, here.teacher.person}
    assert await members_of(world, done_one["help"]) == {here.ben.person, here.lead.person}
    assert await members_of(world, chosen["help"]) == {here.ava.person, here.teacher.person}
    assert "room_left" in await kinds_in(world, head)
    await world.check_log(open_one["help"])
    heard = len(await world.events(here.lead.own_room))
    await watch.look()
    assert len(await world.events(here.lead.own_room)) == heard
