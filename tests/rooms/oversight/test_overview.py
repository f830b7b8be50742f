"""What a class teacher sees of the class's stickies: numbers, and nothing that tells with whom or what."""

from typing import Any

import pytest

from realtime.connection import Caller
from realtime.refusal import Refusal
from rooms.membership import put_member, put_room
from rooms.oversight import overview
from rooms.oversight.rules import Said, Traffic, partner, traffic
from storage.database import Transaction
from tests.rooms.oversight.acting import actor, later, on_saturday
from tests.rooms.stickies.people import class_of, thread, together
from tests.world import World, done, post


async def counts(world: World, by: Caller, group: str) -> dict[str, Traffic]:
    found: dict[str, Any] = await world.database.read(
        overview.of_class, await actor(world, by), group, world.now_ms
    )  # fmt: skip
    return {each["name"]: each["counts"] for each in found["learners"]}


async def test_it_counts_who_sent_and_received_how_much_and_with_how_many(world: World) -> None:
    here = await on_saturday(world)
    group = await together(world, here.school, here.teacher.person, here.ava.person, here.ben.person)
    friends, taught = await thread(world, here.ava, here.ben), await thread(world, here.ava, here.teacher)
    done(await world.do(here.ava, post(friends, "Long ago")))
    later(world, days=14)
    for by, room in ((here.ava, friends), (here.ben, friends), (here.ava, taught), (here.teacher, taught)):
        done(await world.do(by, post(room, "Words that nobody sees")))
    found = await counts(world, here.teacher, group)
    assert found["Ava"] == Traffic(2, 3, 2, 2, {"classmates": {here.ben.person}, "own_teachers": {here.teacher.person}})
    assert (found["Ben"].sent_month, found["Ben"].received_month) == (1, 2)
    later(world, days=20)
    found = await counts(world, here.teacher, group)
    assert (found["Ava"].sent_week, found["Ava"].sent_month) == (0, 2)


async def test_what_was_said_where_help_is_asked_for_is_not_counted(world: World) -> None:
    here = await on_saturday(world)
    group = await together(world, here.school, here.teacher.person, here.ava.person)

    def make(tx: Transaction) -> str:
        made = put_room(tx.connection, here.school.id, "help", "", world.now_ms)
        for each in (here.ava, here.lead):
            put_member(tx.connection, made, each.person, world.now_ms, may_write=True)
        return made

    made = await world.database.write(make)
    done(await world.do(here.ava, post(made, "Please help")))
    assert (await counts(world, here.teacher, group))["Ava"] == Traffic()


async def test_only_for_own_classes(world: World) -> None:
    here = await on_saturday(world)
    elsewhere = await class_of(world, "riverside")
    group = await together(world, here.school, here.teacher.person, here.ava.person)
    other = await world.caller(here.school, "other", "teacher", seated=False)
    for by in (other, here.ava, here.governor, elsewhere.teacher, elsewhere.lead):
        with pytest.raises(Refusal) as refused:
            await counts(world, by, group)
        assert refused.value.code in ("forbidden", "not_found")


def test_a_partner_is_told_as_coarsely_as_it_can_be() -> None:
    assert partner("staff", {"own_teacher"}) == "own_teachers"
    assert partner("staff", set()) == "other_staff"
    assert partner("learner", {"same_class", "same_year"}) == "classmates"
    assert partner("learner", {"same_year"}) == "other_learners"
    assert partner("guardian", set()) == "others"


def test_of_people_who_are_no_learners_of_the_class_nothing_is_counted() -> None:
    said = [Said("r1", "p2", 1, 2)]
    found = traffic(["p1"], said, {"r1": ["p1", "p2"]}, {("p1", "p2"): "classmates"})
    assert found == {"p1": Traffic(0, 0, 1, 2, {"classmates": {"p2"}})}
