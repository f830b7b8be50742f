"""Putting reactions on messages and taking them away."""

from uuid import uuid4

import msgspec
import pytest

from accounts.model import person
from realtime.connection import Caller
from realtime.hub import Ask
from rooms.live import PLAIN, LiveRooms
from rooms.messages import history
from rooms.model import member, room
from rooms.reactions.commands import React, Unreact
from rooms.reactions.model import in_full, plain, reaction
from rooms.reactions.rules import ICONS, Reaction, plainly
from tests.world import School, World, code, done, post, remove


def react(of: str, message: str, kind: Reaction = "thanks") -> React:
    return React(room=of, key=uuid4(), message=message, reaction=kind)


def unreact(of: str, message: str, kind: Reaction = "thanks") -> Unreact:
    return Unreact(room=of, key=uuid4(), message=message, reaction=kind)


async def talk(world: World) -> tuple[School, Caller, Caller, str]:
    """Amara has written something in the staffroom; Ben is there."""
    school = await world.school()
    amara, ben = await world.caller(school, "amara"), await world.caller(school, "ben")
    return school, amara, ben, done(await world.do(amara, post(school.staffroom)))["message"]


async def test_a_reaction_is_an_event_of_the_room_and_stands_on_the_message(world: World) -> None:
    school, amara, ben, message = await talk(world)
    here = school.staffroom
    assert done(await world.do(ben, react(here, message)))["message"] == message
    event = (await world.events(here))[-1]
    assert (event.kind, event.by) == ("reaction_added", ben.person)
    assert msgspec.json.decode(event.body) == {"message": message, "reaction": "thanks", "alone": True}
    chips = await world.database.read(in_full, here, [1], ben.person)
    assert chips == {1: [{"kind": "thanks", "mine": True, "count": 1, "people": [{"id": ben.person, "name": "Ben"}]}]}
    assert await world.database.read(plain, here, [1], amara.person) == {1: [{"kind": "thanks", "mine": False}]}


async def test_one_of_each_kind_is_enough(world: World) -> None:
    school, _, ben, message = await talk(world)
    here = school.staffroom
    for kind in ("smile", "smile", "question"):
        done(await world.do(ben, react(here, message, kind)))
    assert [row.kind for row in await world.rows(reaction)] == ["question", "smile"]
    assert [event.kind for event in await world.events(here)] == ["message_posted", "reaction_added", "reaction_added"]
    await world.check_log(here)


async def test_the_same_command_twice_is_one_reaction_and_says_so(world: World) -> None:
    school, _, ben, message = await talk(world)
    command = react(school.staffroom, message)
    first, again = await world.commit((ben, command), (ben, command))
    assert (done(first)["repeat"], done(again)["repeat"]) == (False, True)
    assert len(await world.rows(reaction)) == 1


async def test_one_takes_away_one_s_own_and_no_other(world: World) -> None:
    school, amara, ben, message = await talk(world)
    here = school.staffroom
    await world.do(ben, react(here, message))
    done(await world.do(amara, unreact(here, message)))  # changes nothing: it is Ben's
    assert len(await world.rows(reaction)) == 1
    done(await world.do(ben, unreact(here, message)))
    assert await world.rows(reaction) == []
    assert (await world.events(here))[-1].kind == "reaction_removed"


async def test_what_is_removed_loses_its_reactions_and_takes_none(world: World) -> None:
    school, amara, ben, message = await talk(world)
    here = school.staffroom
    await world.do(ben, react(here, message))
    await world.do(amara, remove(here, message))
    assert await world.rows(reaction) == []
    assert code(await world.do(ben, react(here, message))) == "not_found"


async def test_reactions_are_not_unread_messages(world: World) -> None:
    school, amara, ben, message = await talk(world)
    await world.set(member, {"read_seq": 1}, person_id=amara.person, room_id=school.staffroom)
    await world.do(ben, react(school.staffroom, message))
    assert sum((await world.database.read(history.unread, amara.person)).values()) == 0


@pytest.mark.parametrize("kind", ["", "thumbs_down", "THANKS", "❤", None, 7])
def test_there_are_no_other_reactions_than_the_kind_ones(kind: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"room": "r1", "key": str(uuid4()), "message": "m1-r1", "reaction": kind}, React)


async def test_nobody_from_elsewhere_reacts_or_learns_that_there_is_a_message(world: World) -> None:
    school, _amara, ben, message = await talk(world)
    here, other = school.staffroom, await world.school("riverside")
    stranger = await world.caller(other, "stranger")
    outsider = await world.caller(school, "outsider", seated=False)
    learner = await world.caller(school, "aisha", "learner", seated=False)
    for each in (stranger, outsider, learner):
        assert code(await world.do(each, react(here, message))) == "not_found"
    for forged in ("nonsense", f"m9-{here}", f"m1-{other.staffroom}", "m1-rnowhere"):
        assert code(await world.do(ben, react(here, forged))) == "not_found"
    await world.set(room, {"closed_ms": world.now_ms}, id=here)
    assert code(await world.do(ben, react(here, message))) == "room_closed"
    await world.set(room, {"closed_ms": None}, id=here)
    await world.set(person, {"left_ms": 1}, id=ben.person)
    assert code(await world.do(ben, react(here, message))) == "forbidden"
    assert await world.rows(reaction) == []


async def test_who_may_see_nothing_of_the_past_reacts_to_nothing_of_it(world: World) -> None:
    school, _, ben, message = await talk(world)
    await world.set(member, {"from_seq": 2}, person_id=ben.person)
    assert code(await world.do(ben, react(school.staffroom, message))) == "not_found"


async def test_learners_are_told_that_a_kind_is_there_and_never_who_or_how_many(world: World) -> None:
    school, amara, ben, message = await talk(world)
    here = school.staffroom
    await world.do(amara, react(here, message))
    await world.do(ben, react(here, message))
    await world.do(ben, unreact(here, message))
    await world.do(amara, unreact(here, message))
    told = [plainly(each) for each in (await world.events(here))[1:]]
    assert [(each.kind, each.by, msgspec.json.decode(each.body)) for each in told] == [
        ("reaction_added", "", {"message": message, "reaction": "thanks"}),
        ("reaction_added", "", {}),
        ("reaction_removed", "", {}),
        ("reaction_removed", "", {"message": message, "reaction": "thanks"}),
    ]


@pytest.mark.parametrize(("role", "audience"), [("learner", PLAIN), ("guardian", PLAIN), ("teacher", "home")])
async def test_the_hub_sends_learners_and_guardians_the_plain_events(world: World, role: str, audience: str) -> None:
    school, amara, _, message = await talk(world)
    await world.do(amara, react(school.staffroom, message))
    rooms = LiveRooms(world.database, world.clock, (), {"reaction_added": plainly})
    who = await world.caller(school, "who", role, seated=False)
    admitted = await rooms.admit(Ask(who.person, who.session, (who.own_room,)))
    assert admitted[who.own_room].audience == audience
    event = (await world.events(school.staffroom))[-1]
    assert rooms.view(event, audience).by == ("" if audience == PLAIN else amara.person)


def test_there_are_about_six_and_each_has_an_icon() -> None:
    assert len(ICONS) == len(set(ICONS.values())) == 6
