"""A child asks, reports and tells; the team and whom they chose hear of it, and nobody else anything."""

from uuid import UUID, uuid4

import pytest

from accounts.model import person, role, school
from accounts.model import session as session_table
from realtime.connection import Caller
from rooms.concerns.commands import AskHelp, MoveConcern, ReportMessage, TellWorry
from rooms.concerns.model import concern, concern_context, concern_step
from rooms.concerns.rules import NEEDS_HELP
from rooms.membership import create_room, put_member
from rooms.model import event, member, room
from rooms.posts import message
from storage.database import Transaction
from tests.rooms.stickies.people import Class, class_of, thread
from tests.world import World, code, done, edit, post, remove


def asked(by: Caller, to: Caller | None = None, text: str | None = None, key: UUID | None = None) -> AskHelp:
    return AskHelp(room=by.own_room, key=key or uuid4(), to=None if to is None else to.person, text=text)


def worry(by: Caller, text: str = "Something is on my mind") -> TellWorry:
    return TellWorry(room=by.own_room, key=uuid4(), text=text)


def report(of: str, found: str, words: str | None = None, key: UUID | None = None) -> ReportMessage:
    return ReportMessage(room=of, key=key or uuid4(), message=found, words=words)


def move(by: Caller, of: str, state: str = "looking", outcome: str | None = None) -> MoveConcern:
    return MoveConcern(room=by.own_room, key=uuid4(), concern=of, state=state, outcome=outcome)  # type: ignore[arg-type]


async def strong(world: World, *people: Caller) -> None:
    """They have shown a second factor."""
    for each in people:
        await world.set(session_table, {"strong": True}, id=each.session)


async def members_of(world: World, of: str) -> set[str]:
    return {row.person_id for row in await world.rows(member, room_id=of)}


async def kinds_in(world: World, of: Caller) -> list[str]:
    return [each.kind for each in await world.events(of.own_room)]


async def reported(world: World, here: Class) -> tuple[str, str]:
    """Their classroom, in which Ben wrote something; gives it and the message."""
    of = await world.database.write(create_room, here.school.id, "classroom", "5B", world.now_ms)
    for each in (here.ava, here.ben, here.teacher):
        await world.database.write(_enter, of, each.person, world.now_ms)
    found = done(await world.do(here.ben, post(of, "You are stupid")))["message"]
    return of, found


def _enter(tx: Transaction, of: str, who: str, now_ms: int) -> None:
    put_member(tx.connection, of, who, now_ms, may_write=True)


async def test_help_goes_to_the_adult_who_was_chosen_and_both_can_write(world: World) -> None:
    here = await class_of(world)
    said = done(await world.do(here.ava, asked(here.ava, here.teacher, "I feel sick")))
    assert await members_of(world, said["help"]) == {here.ava.person, here.teacher.person}
    assert [row.text for row in await world.rows(message, room_id=said["help"])] == ["I feel sick"]
    done(await world.do(here.teacher, post(said["help"], "I am coming")))
    done(await world.do(here.ava, post(said["help"], "Thank you")))
    assert await kinds_in(world, here.teacher) == ["concern_changed", "room_joined"]
    assert await kinds_in(world, here.lead) == ["concern_changed"]
    await world.check_log(said["help"])
    for each in (here.ava, here.teacher, here.lead):
        await world.check_log(each.own_room)


async def test_help_of_the_team_reaches_all_of_it_and_needs_no_words(world: World) -> None:
    here = await class_of(world)
    head = await world.caller(here.school, "head", "head", seated=False)
    said = done(await world.do(here.ava, asked(here.ava)))
    assert await members_of(world, said["help"]) == {here.ava.person, here.lead.person, head.person}
    assert [row.text for row in await world.rows(message, room_id=said["help"])] == [NEEDS_HELP]


async def test_a_second_call_goes_into_the_same_room_and_opens_it_again_when_it_was_done(world: World) -> None:
    here = await class_of(world)
    await strong(world, here.lead)
    first = done(await world.do(here.ava, asked(here.ava)))
    again = done(await world.do(here.ava, asked(here.ava, text="Please")))
    assert (again["concern"], again["help"]) == (first["concern"], first["help"])
    done(await world.do(here.lead, move(here.lead, first["concern"], "done", "We talked.")))
    third = done(await world.do(here.ava, asked(here.ava)))
    assert third["help"] == first["help"]
    assert third["concern"] != first["concern"]
    assert [row.state for row in await world.rows(concern)].count("received") == 1


async def test_the_same_call_sent_twice_happens_once_however_long_ago(world: World) -> None:
    here = await class_of(world)
    key = uuid4()
    first = done(await world.do(here.ava, asked(here.ava, text="Help", key=key)))
    assert done(await world.do(here.ava, asked(here.ava, text="Help", key=key)))["repeat"]
    assert code(await world.do(here.ava, asked(here.ava, text="Other words", key=key))) == "key_conflict"
    await world.execute(event.delete().where(event.c.room_id == here.ava.own_room))  # what was long ago is trimmed
    late = done(await world.do(here.ava, asked(here.ava, text="Help", key=key)))
    assert late["concern"] == first["concern"]
    assert len(await world.rows(message, room_id=first["help"])) == 1


async def test_two_of_the_same_in_one_commit_happen_once(world: World) -> None:
    here = await class_of(world)
    of, found = await reported(world, here)
    key = uuid4()
    outcomes = await world.commit((here.ava, report(of, found, key=key)), (here.ava, report(of, found, key=key)))
    assert len({done(each)["concern"] for each in outcomes}) == 1
    assert len(await world.rows(concern_step)) == 1
    assert code(await world.do(here.ava, report(of, found, "Other words", key=key))) == "key_conflict"


async def test_a_worry_reaches_the_team_alone(world: World) -> None:
    here = await class_of(world)
    said = done(await world.do(here.ava, worry(here.ava)))
    assert await members_of(world, said["help"]) == {here.ava.person, here.lead.person}
    assert await kinds_in(world, here.teacher) == []
    assert done(await world.do(here.ava, asked(here.ava)))["help"] != said["help"]


@pytest.mark.parametrize("whom", ["ben", "stranger", "governor", "other_teacher", "elsewhere", "herself"])
async def test_who_is_no_adult_of_theirs_cannot_be_asked(world: World, whom: str) -> None:
    here = await class_of(world)
    elsewhere = await class_of(world, "elmwood")
    other = await world.caller(here.school, "other", "teacher", seated=False)
    people = {"ben": here.ben, "stranger": here.stranger, "governor": here.governor, "other_teacher": other,
              "elsewhere": elsewhere.lead, "herself": here.ava}  # fmt: skip
    assert code(await world.do(here.ava, asked(here.ava, people[whom]))) == "not_found"
    assert await world.rows(concern) == []


async def test_nobody_asks_in_anothers_name(world: World) -> None:
    here = await class_of(world)
    command = AskHelp(room=here.ben.own_room, key=uuid4())
    assert code(await world.do(here.ava, command)) == "not_found"
    assert code(await world.do(here.ava, AskHelp(room=here.school.staffroom, key=uuid4()))) == "not_found"


async def test_a_pause_a_closed_window_and_a_switch_stop_nothing_of_it(world: World) -> None:
    here = await class_of(world)
    of, found = await reported(world, here)
    features = '{"features":{"threads":{"on":"nobody"},"files":{"on":"nobody"},"reactions":{"on":"nobody"}}}'
    await world.set(school, {"settings": features, "rights_version": 99}, id=here.school.id)
    said = done(await world.do(here.ava, asked(here.ava)))
    done(await world.do(here.ava, post(said["help"], "And one more thing")))
    done(await world.do(here.ava, report(of, found)))
    done(await world.do(here.ava, worry(here.ava)))


async def test_whoever_is_reported_hears_nothing(world: World) -> None:
    here = await class_of(world)
    of, found = await reported(world, here)
    before = [await world.rows(room, id=each) for each in (of, here.ben.own_room)]
    heard = await kinds_in(world, here.ben)
    world.published.clear()
    said = done(await world.do(here.ava, report(of, found, "He says it every day")))
    assert [await world.rows(room, id=each) for each in (of, here.ben.own_room)] == before
    assert await kinds_in(world, here.ben) == heard
    assert {each.room for each in world.published} == {here.ava.own_room, here.lead.own_room}
    assert "help" not in said
    assert here.ben.person not in "".join(bytes(each.body).decode() for each in world.published)


async def test_what_was_reported_stays_whatever_becomes_of_it(world: World) -> None:
    here = await class_of(world)
    of, found = await reported(world, here)
    for n in range(8):
        done(await world.do(here.ava, post(of, f"Answer {n}")))
    done(await world.do(here.ben, edit(of, found, "You are so stupid")))
    said = done(await world.do(here.ava, report(of, found)))
    frozen = await world.rows(concern_context, concern_id=said["concern"])
    done(await world.do(here.ben, edit(of, found, "You are nice")))
    done(await world.do(here.ben, remove(of, found)))
    assert await world.rows(concern_context, concern_id=said["concern"]) == frozen
    assert [row.text for row in frozen] == ["You are so stupid", *(f"Answer {n}" for n in range(5))]
    assert [row.reported for row in frozen] == [True, False, False, False, False, False]
    assert "You are stupid" in frozen[0].versions


async def test_what_its_author_took_away_first_can_still_be_reported(world: World) -> None:
    here = await class_of(world)
    of, found = await reported(world, here)
    done(await world.do(here.ben, remove(of, found)))
    said = done(await world.do(here.ava, report(of, found)))
    (frozen,) = await world.rows(concern_context, concern_id=said["concern"])
    assert (frozen.text, frozen.removed) == ("You are stupid", True)


async def test_what_one_cannot_see_cannot_be_reported(world: World) -> None:
    here = await class_of(world)
    of, found = await reported(world, here)
    assert code(await world.do(here.stranger, report(of, found))) == "not_found"
    assert code(await world.do(here.ava, report(here.ava.own_room, found))) == "not_found"
    assert code(await world.do(here.ava, report(of, f"m9999-{of}"))) == "not_found"
    await world.set(member, {"from_seq": 100}, room_id=of, person_id=here.ava.person)
    assert code(await world.do(here.ava, report(of, found))) == "not_found"
    elsewhere = await class_of(world, "elmwood")
    assert code(await world.do(elsewhere.ava, report(of, found))) == "not_found"


async def test_ones_own_message_is_not_reported(world: World) -> None:
    here = await class_of(world)
    of, found = await reported(world, here)
    assert code(await world.do(here.ben, report(of, found))) == "bad_request"


async def test_what_the_lead_wrote_does_not_reach_the_lead(world: World) -> None:
    here = await class_of(world)
    head = await world.caller(here.school, "head", "head", seated=False)
    deputy = await world.caller(here.school, "deputy", "deputy", seated=False)
    await strong(world, here.lead, head, deputy)
    of = await thread(world, here.lead, here.ava)
    found = done(await world.do(here.lead, post(of, "Come to me alone")))["message"]
    heard = await kinds_in(world, here.lead)
    said = done(await world.do(here.ava, report(of, found)))
    assert await kinds_in(world, here.lead) == heard
    assert code(await world.do(here.lead, move(here.lead, said["concern"]))) == "not_found"
    done(await world.do(head, move(head, said["concern"])))
    await world.set(person, {"role": "office"}, id=head.person)
    again = done(await world.do(here.ava, report(of, found)))  # nobody else is in the team: the leaders stand in
    assert await kinds_in(world, here.lead) == heard
    assert "concern_changed" in await kinds_in(world, deputy)
    done(await world.do(deputy, move(deputy, again["concern"], "done")))


async def test_the_child_hears_how_it_stands(world: World) -> None:
    here = await class_of(world)
    await strong(world, here.lead)
    of, found = await reported(world, here)
    said = done(await world.do(here.ava, report(of, found)))
    done(await world.do(here.lead, move(here.lead, said["concern"], "looking")))
    done(await world.do(here.lead, move(here.lead, said["concern"], "done", "We talked with everybody.")))
    states = [bytes(each.body).decode() for each in await world.events(here.ava.own_room)]
    assert ['"done"' in each for each in states if said["concern"] in each] == [False, False, True]
    assert "talked" not in "".join(states)
    (row,) = await world.rows(concern)
    assert (row.state, row.outcome) == ("done", "We talked with everybody.")
    assert [each.what for each in await world.rows(concern_step)] == ["asked", "looking", "done"]


@pytest.mark.parametrize("who", ["ava", "ben", "teacher", "governor", "elsewhere"])
async def test_nobody_but_the_team_moves_it(world: World, who: str) -> None:
    here = await class_of(world)
    elsewhere = await class_of(world, "elmwood")
    of, found = await reported(world, here)
    said = done(await world.do(here.ava, report(of, found)))
    by = elsewhere.lead if who == "elsewhere" else getattr(here, who)
    await strong(world, by)
    assert code(await world.do(by, move(by, said["concern"]))) == "not_found"
    assert code(await world.do(by, move(by, "c0000000000"))) == "not_found"


async def test_the_team_needs_its_second_factor_and_the_adult_who_was_asked_does_not(world: World) -> None:
    here = await class_of(world)
    said = done(await world.do(here.ava, asked(here.ava, here.teacher)))
    assert code(await world.do(here.lead, move(here.lead, said["concern"]))) == "second_step"
    done(await world.do(here.teacher, move(here.teacher, said["concern"])))
    other = done(await world.do(here.ava, asked(here.ava)))
    assert code(await world.do(here.teacher, move(here.teacher, other["concern"]))) == "not_found"


async def test_a_role_that_the_school_copied_from_the_lead_is_in_the_team(world: World) -> None:
    here = await class_of(world)
    second = await world.caller(here.school, "second", "teacher", seated=False)
    await world.execute(
        role.insert().values(id="o1", school_id=here.school.id, name="Deputy DSL", base="dsl", created_ms=1)
    )
    await world.set(school, {"rights_version": 7}, id=here.school.id)
    await world.set(person, {"role": "o1"}, id=second.person)
    said = done(await world.do(here.ava, worry(here.ava)))
    assert second.person in await members_of(world, said["help"])
    await strong(world, second)
    done(await world.do(second, move(second, said["concern"])))


async def test_hundreds_of_calls_are_one_concern_and_the_last_is_heard(world: World) -> None:
    here = await class_of(world)
    for start in range(0, 300, 100):
        outcomes = await world.commit(*((here.ava, asked(here.ava, text=f"Call {start + n}")) for n in range(100)))
        assert all(isinstance(each, dict) for each in outcomes)
    assert len(await world.rows(concern)) == 1
    done(await world.do(here.ben, asked(here.ben)))
    last = done(await world.do(here.ava, asked(here.ava, text="The last one")))
    assert (await world.rows(message, room_id=last["help"]))[-1].text == "The last one"
