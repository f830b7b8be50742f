"""Threads of stickies: who may begin one, who may answer, and who hears of it."""

from typing import Any
from uuid import uuid4

import msgspec
from msgspec import structs

from accounts.calendar.model import load
from accounts.model import person, policy_change
from accounts.policy import store
from accounts.policy.rules import shipped
from accounts.windows.model import window_once
from realtime.connection import Caller
from rooms.directory import rooms_of
from rooms.model import member
from rooms.stickies.commands import StartThread
from rooms.turn import Outcome
from tests.rooms.stickies.people import class_of, thread, together
from tests.world import World, code, done, post


async def test_two_people_have_one_thread(world: World) -> None:
    here = await class_of(world)
    made = await thread(world, here.ava, here.teacher)
    assert await thread(world, here.teacher, here.ava) == made
    done(await world.do(here.ava, post(made, "Today I read my story aloud")))
    done(await world.do(here.teacher, post(made, "I heard! Well done")))
    assert await thread(world, here.ava, here.teacher) == made
    await world.check_log(made)


async def test_nobody_hears_of_a_thread_before_something_is_said(world: World) -> None:
    here = await class_of(world)
    made = await thread(world, here.ava, here.teacher)
    assert await _listed(world, here.teacher) == await _listed(world, here.ava) == []
    assert await world.events(here.teacher.own_room) == []
    done(await world.do(here.ava, post(made, "Hello")))
    assert await _listed(world, here.teacher) == [(made, "Ava")]
    assert await _listed(world, here.ava) == [(made, "Teacher")]
    assert [each.kind for each in await world.events(here.teacher.own_room)] == ["room_joined"]


async def test_whoever_may_not_begin_is_refused_and_nothing_is_made(world: World) -> None:
    here = await class_of(world)
    for by, to in ((here.ava, here.stranger), (here.governor, here.ava), (here.teacher, here.stranger)):
        assert code(await _start(world, by, to)) == "forbidden"
    assert code(await _start(world, here.ava, here.ava)) == "bad_request"
    elsewhere = await class_of(world, "riverside")
    assert code(await _start(world, here.ava, elsewhere.teacher)) == "not_found"


async def test_a_third_person_knows_nothing_of_it(world: World) -> None:
    here = await class_of(world)
    made = await thread(world, here.ava, here.teacher)
    done(await world.do(here.ava, post(made, "Hello")))
    for each in (here.ben, here.lead, here.stranger):
        assert code(await world.do(each, post(made, "And I?"))) == "not_found"


async def test_who_is_written_to_may_answer_even_if_they_may_not_begin(world: World) -> None:
    here = await class_of(world)
    await _switch_off(world, here.school.id, "learners_write_to_their_own_teachers")
    assert code(await _start(world, here.ava, here.teacher)) == "forbidden"
    made = await thread(world, here.teacher, here.ava)
    assert code(await world.do(here.ava, post(made, "First"))) == "forbidden"  # to say the first word is to begin
    done(await world.do(here.teacher, post(made, "How was your day?")))
    done(await world.do(here.ava, post(made, "Good")))


async def test_in_a_thread_of_several_everybody_may_write_to_everybody(world: World) -> None:
    here = await class_of(world)
    assert code(await _start(world, here.lead, here.ava, here.stranger)) == "forbidden"  # the two may not meet there
    made = await thread(world, here.teacher, here.ava, here.ben)
    done(await world.do(here.teacher, post(made, "You two will be our readers")))
    await together(world, here.school, here.teacher.person, here.stranger.person)


async def test_a_relation_that_ends_ends_the_writing_and_not_the_reading(world: World) -> None:
    here = await class_of(world)
    made = await thread(world, here.ava, here.teacher)
    done(await world.do(here.ava, post(made, "Hello")))
    await world.set(person, {"disabled_ms": 1}, id=here.teacher.person)
    assert code(await world.do(here.ava, post(made, "Still there?"))) == "forbidden"
    assert await _listed(world, here.ava) == [(made, "Teacher")]


async def test_who_was_taken_out_writes_no_more(world: World) -> None:
    here = await class_of(world)
    made = await thread(world, here.teacher, here.lead)
    done(await world.do(here.teacher, post(made, "About Ava")))
    await world.set(member, {"until_ms": 1}, room_id=made, person_id=here.lead.person)
    assert code(await world.do(here.lead, post(made, "Yes?"))) == "not_found"
    assert code(await world.do(here.teacher, post(made, "Hello?"))) == "forbidden"


async def test_the_window_of_the_first_word_is_asked_about_when_it_is_said(world: World) -> None:
    here = await class_of(world)
    await _close_all(world, here.school.id)
    made = await thread(world, here.ava, here.ben)
    assert code(await world.do(here.ava, post(made, "Psst"))) == "window_closed"
    assert (await world.database.read(load, here.school.id)).zone == "Europe/London"


async def _start(world: World, by: Caller, *people: Caller) -> Outcome:
    named = tuple(each.person for each in people)
    return await world.do(by, StartThread(room=by.own_room, key=uuid4(), people=named))


async def _listed(world: World, who: Caller) -> list[tuple[str, str]]:
    actor = await world.session(who.person)
    listed = await world.database.read(rooms_of, actor, world.now_ms)
    return [(each.id, each.name) for each in listed if each.kind == "thread"]


async def _switch_off(world: World, school_id: str, rule: str) -> None:
    await _change(world, school_id, rule, on=False)


async def _close_all(world: World, school_id: str) -> None:
    """As in an exam week."""
    held = {"id": "e1", "school_id": school_id, "opens": False, "from_ms": 0, "until_ms": world.now_ms + 10**9}
    row = {**held, "why": "Exams", "made_by": "p0", "made_ms": 0}
    await world.execute(window_once.insert().values(row))
    await world.database.write(lambda tx: store.changed(tx, school_id, lambda *_: None, world.now_ms))


async def _change(world: World, school_id: str, rule: str, **fields: Any) -> None:
    body = msgspec.json.encode(structs.replace(shipped("primary")[rule], **fields)).decode()
    row = {"school_id": school_id, "rule": rule, "body": body, "changed_by": "p0", "changed_ms": 0}
    await world.execute(policy_change.insert().values(row))
    await world.database.write(lambda tx: store.changed(tx, school_id, lambda *_: None, world.now_ms))
