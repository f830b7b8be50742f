"""Reactions and pins in exports and erasures."""

from uuid import uuid4

from accounts.privacy.keepers import Subject
from rooms.pins.commands import PinMessage
from rooms.pins.model import pin
from rooms.pins.privacy import PinKeeper
from rooms.reactions.commands import React
from rooms.reactions.model import reaction
from rooms.reactions.privacy import ReactionKeeper
from tests.world import World, done, post


async def test_reactions_go_with_their_person_and_pins_stay_with_the_room(world: World) -> None:
    school = await world.school()
    here = school.staffroom
    head, ben = await world.caller(school, "head", "head"), await world.caller(school, "ben")
    message = done(await world.do(ben, post(here)))["message"]
    for who in (head, ben):
        done(await world.do(who, React(room=here, key=uuid4(), message=message, reaction="agree")))
    done(await world.do(head, PinMessage(room=here, key=uuid4(), message=message)))
    of = Subject(head.person, school.id, "staff", "Head", "", "head")
    for keeper, name in ((ReactionKeeper(), "reactions"), (PinKeeper(), "pins")):
        (part,) = await world.database.read(keeper.hand_out, of)
        assert (part.name, [row["message"] for row in part.rows]) == (name, [message])
        await world.database.write(keeper.erase, of, ben.person, world.now_ms)
    assert [row.person_id for row in await world.rows(reaction)] == [ben.person]
    assert len(await world.rows(pin)) == 1
