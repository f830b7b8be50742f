"""Grown-ups write to each other by the same lines: no window of children's, no way around to a child."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from accounts.model import guardian
from realtime.connection import Caller
from rooms.stickies.commands import StartThread
from rooms.turn import Outcome
from storage.clock import Clock
from tests.rooms.oversight.acting import allow
from tests.rooms.stickies.people import Class, class_of, thread
from tests.world import School, World, code, done, post

LATE = datetime(2026, 11, 23, 23, tzinfo=UTC)  # on a Monday in term
IN_SCHOOL = datetime(2026, 11, 23, 10, tzinfo=UTC)
TO_TEACHERS = "guardians_write_to_their_childs_teachers"
TO_GUARDIANS = "staff_write_to_guardians_of_their_learners"


@dataclass(frozen=True)
class Adults:
    """The class, a head, two assistants, the chair and another governor, Ava's mother and another's father."""

    here: Class
    head: Caller
    ta: Caller
    other_ta: Caller
    chair: Caller
    mother: Caller
    father: Caller

    @property
    def school(self) -> School:
        return self.here.school


async def adults(world: World, at: datetime) -> Adults:
    world.clock = Clock(at)
    here = await class_of(world)
    roles = {
        "head": "head", "ta": "ta", "other_ta": "ta", "chair": "governor", "mother": "guardian", "father": "guardian",
    }  # fmt: skip
    people = {name: await world.caller(here.school, name, role, seated=False) for name, role in roles.items()}
    for name, child in (("mother", here.ava), ("father", here.stranger)):
        row = {"guardian_id": people[name].person, "learner_id": child.person, "origin": "name"}
        await world.execute(guardian.insert().values(row))
    return Adults(here, **people)


async def start(world: World, by: Caller, *to: Caller) -> Outcome:
    return await world.do(by, StartThread(room=by.own_room, key=uuid4(), people=tuple(each.person for each in to)))


@pytest.mark.parametrize("at", [LATE, IN_SCHOOL])
async def test_governor_to_chair_and_assistant_to_assistant_at_any_hour(world: World, at: datetime) -> None:
    of = await adults(world, at)
    for one, other in (
        (of.here.governor, of.chair), (of.ta, of.other_ta), (of.chair, of.head), (of.head, of.here.governor),
    ):  # fmt: skip
        made = await thread(world, one, other)
        done(await world.do(one, post(made, "A question")))
        done(await world.do(other, post(made, "An answer")))


async def test_governors_and_guardians_never_reach_a_child(world: World) -> None:
    of = await adults(world, LATE)
    await allow(world, of.school, TO_TEACHERS)
    for by in (of.chair, of.mother, of.father):
        for child in (of.here.ava, of.here.stranger):
            assert code(await start(world, by, child)) == "forbidden"
            assert code(await start(world, child, by)) == "forbidden"
    assert code(await start(world, of.chair, of.head, of.here.ava)) == "forbidden"
    assert code(await start(world, of.here.teacher, of.chair, of.here.ava)) == "forbidden"


async def test_guardians_write_to_nobody_as_it_is_shipped(world: World) -> None:
    of = await adults(world, LATE)
    for one, other in (
        (of.mother, of.here.teacher), (of.here.teacher, of.mother), (of.mother, of.father), (of.mother, of.head),
        (of.head, of.mother), (of.mother, of.chair),
    ):  # fmt: skip
        assert code(await start(world, one, other)) == "forbidden"


async def test_where_the_school_allows_it_guardians_write_to_their_own_childs_teachers_alone(world: World) -> None:
    of = await adults(world, LATE)
    await allow(world, of.school, TO_TEACHERS)
    made = await thread(world, of.mother, of.here.teacher)
    done(await world.do(of.mother, post(made, "Ava is ill")))
    done(await world.do(of.here.teacher, post(made, "Get well soon")))  # whoever is written to may answer
    assert code(await start(world, of.father, of.here.teacher)) == "forbidden"
    for other in (of.head, of.ta, of.chair, of.father):
        assert code(await start(world, of.mother, other)) == "forbidden"


async def test_a_teacher_begins_with_a_guardian_by_a_line_of_its_own(world: World) -> None:
    of = await adults(world, LATE)
    await allow(world, of.school, TO_TEACHERS)
    assert code(await start(world, of.here.teacher, of.mother)) == "forbidden"
    await allow(world, of.school, TO_GUARDIANS)
    made = await thread(world, of.here.teacher, of.mother)
    done(await world.do(of.here.teacher, post(made, "Ava did well today")))
    assert code(await start(world, of.here.teacher, of.father)) == "forbidden"
    assert code(await start(world, of.head, of.mother)) == "forbidden"


async def test_children_wait_for_their_window_while_adults_do_not(world: World) -> None:
    of = await adults(world, IN_SCHOOL)
    made = await thread(world, of.here.ava, of.here.ben)
    assert code(await world.do(of.here.ava, post(made))) == "window_closed"
    taught = await thread(world, of.here.ava, of.here.teacher)
    done(await world.do(of.here.ava, post(taught)))
