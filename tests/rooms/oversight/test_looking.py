"""Looking into a thread: who may, what it takes, what is shown, and that nobody in the thread can tell."""

from dataclasses import replace
from typing import Any

import pytest

from accounts.audit.reading import LATER_MS, looks_at
from accounts.model import person
from accounts.privacy.exporting import gather
from features import KEEPERS
from realtime.connection import Caller
from realtime.refusal import Refusal
from rooms import reading as read_marks
from rooms.model import member
from rooms.oversight import reading
from rooms.oversight.model import thread_look
from rooms.oversight.rules import LOOK_MS, PAGE
from tests.rooms.oversight.acting import actor, allow, later, look, on_saturday, recall, recorded, strong
from tests.rooms.stickies.people import Class, class_of, thread, together
from tests.world import World, code, done, edit, post, remove


async def talking(world: World, here: Class) -> str:
    """A thread of two learners: one message was changed, one removed."""
    made = await thread(world, here.ava, here.ben)
    first = done(await world.do(here.ava, post(made, "You are rubbish")))["message"]
    done(await world.do(here.ben, post(made, "Stop it", reply_to=first)))
    done(await world.do(here.ava, edit(made, first, "You are great")))
    gone = done(await world.do(here.ava, post(made, "Nobody likes you")))["message"]
    done(await world.do(here.ava, remove(made, gone)))
    return made


async def seen(world: World, by: Caller, room: str, before: int | None = None) -> dict[str, Any]:
    return await world.database.read(reading.of_thread, await actor(world, by), room, before, world.now_ms)


async def listed(world: World, by: Caller, of: Caller) -> dict[str, Any]:
    return await world.database.read(reading.of_person, await actor(world, by), of.person, world.now_ms)


async def hidden(world: World, by: Caller, room: str) -> None:
    """There is no such thread for them: not to look into, not as a page, not in a list."""
    assert code(await world.do(by, look(by, room))) == "not_found"
    with pytest.raises(Refusal) as refused:
        await seen(world, by, room)
    assert refused.value.code == "not_found"


async def test_the_safeguarding_lead_gives_a_reason_and_sees_all_that_was_ever_said(world: World) -> None:
    here = await on_saturday(world)
    made = await talking(world, here)
    before = await seen(world, here.lead, made)
    assert (before["begun"], before["count"]) == (None, 3)
    assert "page" not in before
    answer = done(await world.do(here.lead, look(here.lead, made, "  Ben told his mother\0 ")))
    rows = await world.rows(thread_look)
    assert [(row.id, row.person_id, row.room_id, row.role, row.reason) for row in rows] == [
        (answer["look"], here.lead.person, made, "safeguarding", "Ben told his mother")
    ]
    page = (await seen(world, here.lead, made))["page"]
    assert [[text for _, text in each.versions] for each in page.said] == [
        ["You are rubbish", "You are great"], ["Stop it"], ["Nobody likes you"],
    ]  # fmt: skip
    assert [each.removed_ms is not None for each in page.said] == [False, False, True]
    assert page.said[2].removed_by == here.ava.person
    assert page.said[1].answers == page.said[0].id
    kept = await recorded(world, here.school, "looked_into")
    assert {(by, about) for by, about, _ in kept} == {
        (here.lead.person, here.ava.person), (here.lead.person, here.ben.person),
    }  # fmt: skip
    assert all(detail["room"] == made and detail["look"] == answer["look"] for *_, detail in kept)
    assert "Ben told" not in str(kept)


async def test_nobody_in_the_thread_can_tell(world: World) -> None:
    here = await on_saturday(world)
    made = await talking(world, here)
    places = (made, here.ava.own_room, here.ben.own_room)
    before = [await world.events(of) for of in places]
    marks = await world.rows(member, room_id=made)
    done(await world.do(here.lead, look(here.lead, made)))
    await seen(world, here.lead, made)
    await listed(world, here.lead, here.ava)
    assert [await world.events(of) for of in places] == before
    assert await world.rows(member, room_id=made) == marks
    assert code(await world.do(here.lead, read_marks.Read(room=made, seq=1))) == "not_found"
    assert code(await world.do(here.lead, post(made, "I saw that"))) == "not_found"


async def test_who_was_looked_at_learns_it_four_weeks_later_and_not_why(world: World) -> None:
    here = await on_saturday(world)
    made = await talking(world, here)
    done(await world.do(here.lead, look(here.lead, made, "A secret reason")))
    at = world.now_ms
    now = await world.database.read(looks_at, here.school.id, here.ava.person, None, 10, at + LATER_MS - 1000)
    late = await world.database.read(looks_at, here.school.id, here.ava.person, None, 10, at + LATER_MS + 1000)
    assert now == []
    assert [(row.kind, row.by) for row in late] == [("looked_into", here.lead.person)]
    assert "secret" not in str(late)


async def test_no_copy_of_their_data_tells_them_that_somebody_looked(world: World) -> None:
    here = await on_saturday(world)
    made = await talking(world, here)
    done(await world.do(here.lead, look(here.lead, made, "A secret reason")))
    said = done(await world.do(here.ava, post(made, "Not nice")))["message"]
    done(await world.do(here.lead, recall(here.lead, made, said, quietly=True)))
    for who, tells in ((here.ava, False), (here.ben, False), (here.lead, True)):
        export = await world.database.read(gather, here.school.id, who.person, KEEPERS)
        told = str([(part.name, part.rows) for part in export.parts])
        assert ("looked_into" in told, "secret" in told, "message_recalled" in told) == (tells, tells, tells)


async def test_a_look_is_good_for_half_an_hour_in_one_session(world: World) -> None:
    here = await on_saturday(world)
    made = await talking(world, here)
    done(await world.do(here.lead, look(here.lead, made)))
    assert (await seen(world, here.lead, made))["begun"] is not None
    await world.database.read(reading.require_look, await actor(world, here.lead), made, world.now_ms)
    other = await world.session(here.lead.person)
    await strong(world, here.lead)
    strange = replace(other, strong=True)
    assert (await world.database.read(reading.of_thread, strange, made, None, world.now_ms))["begun"] is None
    later(world, milliseconds=LOOK_MS + 1)
    assert (await seen(world, here.lead, made))["begun"] is None
    with pytest.raises(Refusal):
        await world.database.read(reading.require_look, await actor(world, here.lead), made, world.now_ms)
    assert code(await world.do(here.lead, look(here.lead, made, "  \n "))) == "bad_request"


async def test_nobody_else_has_anything_to_look_into(world: World) -> None:
    here = await on_saturday(world)
    made = await talking(world, here)
    elsewhere = await class_of(world, "riverside")
    await strong(world, elsewhere.lead)
    head = await world.caller(here.school, "hedda", "deputy", seated=False)
    await strong(world, head)
    for each in (here.stranger, here.teacher, here.governor, head, elsewhere.lead, here.ava, here.ben):
        await hidden(world, each, made)
    assert await world.rows(thread_look) == []
    assert await recorded(world, here.school, "looked_into") == []


async def test_it_takes_a_second_step_where_the_school_wants_one(world: World) -> None:
    here = await on_saturday(world)
    made = await talking(world, here)
    weak = await world.caller(here.school, "lena", "dsl", seated=False)
    assert code(await world.do(weak, look(weak, made))) == "second_step"
    await strong(world, weak)
    done(await world.do(weak, look(weak, made)))


async def test_a_learner_cannot_forge_a_look(world: World) -> None:
    here = await on_saturday(world)
    made = await talking(world, here)
    done(await world.do(here.lead, look(here.lead, made)))
    forged = look(here.lead, made)
    assert code(await world.do(here.stranger, forged)) == "not_found"  # in another's own room
    await hidden(world, here.stranger, made)
    for by in (here.ava, here.stranger, here.teacher):
        with pytest.raises(Refusal):
            await world.database.read(reading.desk, await actor(world, by), "", world.now_ms)
        with pytest.raises(Refusal):
            await listed(world, by, here.ben)


async def test_a_teacher_looks_only_where_everybody_is_their_own_learner_and_the_school_allows_it(world: World) -> None:
    here = await on_saturday(world)
    among_own = await talking(world, here)
    await together(world, here.school, here.governor.person, here.ava.person, here.stranger.person)
    with_another = await thread(world, here.ava, here.stranger)
    with_colleague = await thread(world, here.ava, here.lead)
    for room in (with_another, with_colleague):
        done(await world.do(here.ava, post(room, "Hello")))
    await allow(world, here.school, "teachers_look_into_their_learners_threads")
    done(await world.do(here.teacher, look(here.teacher, among_own, role="teaching")))
    for room in (with_another, with_colleague):
        await hidden(world, here.teacher, room)
    found = await listed(world, here.teacher, here.ava)
    assert [each["room"] for each in found["threads"]] == [among_own]
    assert found["steps_in"] is False
    with pytest.raises(Refusal):
        await listed(world, here.teacher, here.stranger)


async def test_threads_of_adults_are_nobodys_unless_the_policy_says_so(world: World) -> None:
    here = await on_saturday(world)
    made = await thread(world, here.teacher, here.governor)
    done(await world.do(here.teacher, post(made, "About the budget")))
    await hidden(world, here.lead, made)
    assert (await listed(world, here.lead, here.teacher))["threads"] == []
    await allow(world, here.school, "safeguarding_looks_into_threads_of_adults")
    done(await world.do(here.lead, look(here.lead, made)))
    assert [each["room"] for each in (await listed(world, here.lead, here.teacher))["threads"]] == [made]


async def test_an_adults_thread_with_a_child_is_seen_also_when_the_adult_has_left(world: World) -> None:
    here = await on_saturday(world)
    made = await thread(world, here.teacher, here.ava)
    done(await world.do(here.teacher, post(made, "Well done")))
    await world.set(person, {"disabled_ms": world.now_ms}, id=here.teacher.person)
    done(await world.do(here.lead, look(here.lead, made)))
    about = await seen(world, here.lead, made)
    assert [each["name"] for each in about["people"]] == ["Ava", "Teacher"]


async def test_the_list_tells_who_how_many_and_when_and_no_text(world: World) -> None:
    here = await on_saturday(world)
    made = await talking(world, here)
    found = await listed(world, here.lead, here.ben)
    assert [(each["room"], each["said"]) for each in found["threads"]] == [(made, 3)]
    assert "rubbish" not in str(found)
    assert found["steps_in"] is True


async def test_a_long_thread_comes_in_pages(world: World) -> None:
    here = await on_saturday(world)
    made = await thread(world, here.ava, here.ben)
    await world.commit(*((here.ava, post(made, f"Number {n}")) for n in range(1, PAGE + 11)))
    done(await world.do(here.lead, look(here.lead, made)))
    newest = (await seen(world, here.lead, made))["page"]
    assert [each.versions[0][1] for each in (newest.said[0], newest.said[-1])] == ["Number 11", f"Number {PAGE + 10}"]
    older = (await seen(world, here.lead, made, newest.older))["page"]
    assert [each.versions[0][1] for each in older.said] == [f"Number {n}" for n in range(1, 11)]
    assert older.older is None
