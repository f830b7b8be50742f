"""Pausing, letting go on, taking back; and that what children and adults write to each other stays."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.audit.log import record
from accounts.model import person
from accounts.pausing import pause as pause_table
from realtime.connection import Caller
from rooms import private
from rooms.model import evidence
from rooms.oversight.commands import ResumeMessaging
from rooms.posts import message
from tests.rooms.oversight.acting import on_saturday, pause, recall, recorded, resume, strong
from tests.rooms.stickies.people import class_of, thread
from tests.world import World, code, done, edit, post, remove


async def kinds(world: World, of: Caller) -> list[str]:
    return [each.kind for each in await world.events(of.own_room)]


async def test_a_pause_of_all_learners_holds_at_once_and_is_undone_at_once(world: World) -> None:
    here = await on_saturday(world)
    made, taught = await thread(world, here.ava, here.ben), await thread(world, here.teacher, here.ava)
    done(await world.do(here.ava, post(made)))
    before = await kinds(world, here.ben)
    answer = done(await world.do(here.lead, pause(here.lead, "learners")))
    for by, room in ((here.ava, made), (here.ben, made), (here.ava, taught)):
        assert code(await world.do(by, post(room))) == "paused"
    done(await world.do(here.teacher, post(taught, "We sort this out on Monday")))
    assert (await kinds(world, here.ben))[len(before) :] == ["access_changed"]
    assert (await world.events(here.ben.own_room))[-1].by == here.ben.person  # not who paused
    await world.check_log(here.lead.own_room)
    again = done(await world.do(here.lead, pause(here.lead, "learners")))
    assert again["pause"] == answer["pause"]
    done(await world.do(here.lead, resume(here.lead, answer["pause"])))
    done(await world.do(here.ava, post(made)))
    assert code(await world.do(here.lead, resume(here.lead, answer["pause"]))) == "not_found"
    row = (await world.rows(pause_table))[0]
    assert (row.paused_by, row.reason, row.ended_by) == (here.lead.person, "A fight at lunch", here.lead.person)
    assert [len(await recorded(world, here.school, kind)) for kind in ("messaging_paused", "messaging_resumed")] == [
        1,
        1,
    ]


async def test_one_person_or_one_thread_is_paused_alone(world: World) -> None:
    here = await on_saturday(world)
    made, taught = await thread(world, here.ava, here.ben), await thread(world, here.ava, here.teacher)
    done(await world.do(here.ava, post(made)))
    of_ava = done(await world.do(here.lead, pause(here.lead, "person", here.ava.person)))
    assert code(await world.do(here.ava, post(made))) == code(await world.do(here.ava, post(taught))) == "paused"
    done(await world.do(here.ben, post(made)))
    done(await world.do(here.lead, resume(here.lead, of_ava["pause"])))
    done(await world.do(here.lead, pause(here.lead, "thread", made)))
    assert code(await world.do(here.ben, post(made))) == "paused"
    done(await world.do(here.ava, post(taught)))


async def test_help_stays_open_while_all_is_paused(world: World) -> None:
    here = await on_saturday(world)
    done(await world.do(here.lead, pause(here.lead, "learners")))
    made = await _help(world, here.ava, here.lead)
    done(await world.do(here.ava, post(made, "I need help")))


@pytest.mark.parametrize("who", ["ava", "teacher", "governor", "foreign"])
async def test_nobody_else_pauses_resumes_or_takes_back(world: World, who: str) -> None:
    here = await on_saturday(world)
    elsewhere = await class_of(world, "riverside")
    await strong(world, elsewhere.lead)
    by: Caller = elsewhere.lead if who == "foreign" else getattr(here, who)
    made = await thread(world, here.ben, here.ava)
    said = done(await world.do(here.ben, post(made)))["message"]
    held = done(await world.do(here.lead, pause(here.lead, "person", here.ava.person)))["pause"]
    assert code(await world.do(by, resume(by, held))) == "not_found"
    assert code(await world.do(by, recall(by, made, said))) == "not_found"
    assert code(await world.do(by, pause(by, "thread", made))) == "not_found"
    assert code(await world.do(by, pause(by, "person", here.ben.person))) == "not_found"
    assert code(await world.do(by, pause(here.lead, "learners"))) == "not_found"  # in another's own room
    if who != "foreign":
        assert code(await world.do(by, pause(by, "learners"))) == "not_found"


async def test_a_pause_takes_a_reason_and_staff_are_not_paused(world: World) -> None:
    here = await on_saturday(world)
    assert code(await world.do(here.lead, pause(here.lead, "learners", reason=" "))) == "bad_request"
    assert code(await world.do(here.lead, pause(here.lead, "person", here.teacher.person))) == "bad_request"
    assert code(await world.do(here.lead, pause(here.lead, "person"))) == "bad_request"
    deputy = await world.caller(here.school, "dora", "deputy", seated=False)
    made = await thread(world, here.ava, here.ben)
    assert code(await world.do(deputy, pause(deputy, "thread", made))) == "not_found"  # which they may not look into
    done(await world.do(deputy, pause(deputy, "learners")))
    assert code(await world.do(deputy, ResumeMessaging(room=deputy.own_room, key=uuid4(), pause="z1"))) == "not_found"


async def test_a_pause_in_another_school_changes_nothing_here(world: World) -> None:
    here, elsewhere = await on_saturday(world), await class_of(world, "riverside")
    await strong(world, elsewhere.lead)
    made = await thread(world, here.ava, here.ben)
    done(await world.do(elsewhere.lead, pause(elsewhere.lead, "learners")))
    done(await world.do(here.ava, post(made)))


async def test_a_message_is_taken_back_everywhere_and_nobody_learns_by_whom(world: World) -> None:
    here = await on_saturday(world)
    made = await thread(world, here.ava, here.ben)
    said = done(await world.do(here.ava, post(made, "Very hurtful")))["message"]
    done(await world.do(here.ben, post(made, "Ouch", reply_to=said)))
    done(await world.do(here.lead, recall(here.lead, made, said)))
    events = await world.events(made)
    assert [each.kind for each in events] == ["message_posted", "message_posted", "message_removed"]
    assert events[-1].by == here.ava.person
    assert b"hurtful" not in b"".join(bytes(each.body) for each in events)
    rows = await world.rows(message, room_id=made)
    assert rows[0].removed_ms is not None
    assert (await kinds(world, here.ava))[-1] == "message_taken_back"
    told = (await world.events(here.ava.own_room))[-1]
    assert here.lead.person not in (told.by, bytes(told.body).decode())
    kept = await world.rows(evidence, room_id=made)
    assert [(row.author_id, row.removed_by, row.reason) for row in kept] == [
        (here.ava.person, here.lead.person, "It hurts")
    ]
    assert "hurtful" in kept[0].body
    assert [(by, of) for by, of, _ in await recorded(world, here.school, "message_recalled")] == [
        (here.lead.person, here.ava.person)
    ]
    assert code(await world.do(here.lead, recall(here.lead, made, said))) == "not_found"
    await world.check_log(made)


async def test_it_can_be_taken_back_without_a_word_and_once_only(world: World) -> None:
    here = await on_saturday(world)
    made = await thread(world, here.teacher, here.ava)
    said = done(await world.do(here.teacher, post(made, "Oh")))["message"]
    asked = recall(here.lead, made, said, quietly=True)
    done(await world.do(here.lead, asked))
    assert done(await world.do(here.lead, asked))["repeat"] is True
    assert "message_taken_back" not in await kinds(world, here.teacher)


async def test_what_a_child_and_an_adult_write_to_each_other_is_taken_away_by_neither(world: World) -> None:
    here = await on_saturday(world)
    made = await thread(world, here.teacher, here.ava)
    by_teacher = done(await world.do(here.teacher, post(made, "See me")))["message"]
    by_ava = done(await world.do(here.ava, post(made, "Why?")))["message"]
    for by, said in ((here.teacher, by_teacher), (here.ava, by_ava)):
        refused = await world.do(by, remove(made, said))
        assert code(refused) == "forbidden"
        assert getattr(refused, "message", "") == private.STAYS
    done(await world.do(here.teacher, edit(made, by_teacher, "See me on Monday")))
    await world.set(person, {"disabled_ms": world.now_ms}, id=here.teacher.person)
    assert code(await world.do(here.ava, remove(made, by_ava))) == "forbidden"  # also when nobody else is there
    assert len(await world.rows(evidence, room_id=made)) == 0


async def test_learners_may_take_away_what_they_wrote_to_each_other_and_adults_too(world: World) -> None:
    here = await on_saturday(world)
    for one, other in ((here.ava, here.ben), (here.teacher, here.governor)):
        made = await thread(world, one, other)
        said = done(await world.do(one, post(made, "Silly")))["message"]
        done(await world.do(one, remove(made, said)))
        assert len(await world.rows(evidence, room_id=made)) == 1


async def _help(world: World, child: Caller, adult: Caller) -> str:
    """A room where a child asks for help."""
    from rooms.membership import put_member, put_room  # noqa: PLC0415

    def make(tx: Any) -> str:
        made = put_room(tx.connection, child.card["school"], "help", "", world.now_ms)
        for each in (child.person, adult.person):
            put_member(tx.connection, made, each, world.now_ms, may_write=True)
        record(tx, child.card["school"], "group_made", world.now_ms, by=None)
        return made

    return await world.database.write(make)
