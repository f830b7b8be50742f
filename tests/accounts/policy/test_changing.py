"""Changes of policy and roles: judged, audited, and in force from the same transaction on."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar
from uuid import uuid4

import pytest

from accounts import settings as school_settings
from accounts.audit.model import audit_detail, audit_log
from accounts.model import person, policy_change
from accounts.policy import store
from accounts.policy.changing import PolicyChanges
from accounts.policy.rules import Rule, shipped
from accounts.rights import ROLES
from accounts.sessions import Actor
from realtime.connection import Caller
from realtime.refusal import Refusal
from rooms import directory
from rooms.announcing import to_own_rooms
from rooms.doors import caller_of
from rooms.membership import AddMember
from storage.database import Transaction
from tests.world import School, World, post

T = TypeVar("T")
STAFFROOM = "staff_meet_in_the_staffroom"
WITHOUT_OFFICE = Rule(who=("head", "deputy", "teacher"), verbs=("read", "write", "presence"), place="staffroom")


async def strong(world: World, school: School, login: str, role: str) -> Actor:
    """Somebody who has shown a second factor."""
    return replace(await world.session(await world.person(school, login, role)), strong=True)


async def change(world: World, actor: Actor, work: Callable[[PolicyChanges], T]) -> T:
    def within(tx: Transaction) -> T:
        return work(PolicyChanges(tx, actor, to_own_rooms, world.now_ms))

    return await world.database.write(within)


async def refused(world: World, actor: Actor, work: Callable[[PolicyChanges], object]) -> str:
    with pytest.raises(Refusal) as caught:
        await change(world, actor, work)
    return caught.value.code


async def test_a_changed_rule_is_judged_by_in_the_very_next_command(world: World) -> None:
    school = await world.school()
    head, office = await strong(world, school, "amara", "head"), await world.caller(school, "sandra", "office")
    assert not isinstance(await world.do(office, post(school.staffroom)), Refusal)
    await change(world, head, lambda changes: changes.change(STAFFROOM, WITHOUT_OFFICE))
    assert code_of(await world.do(office, post(school.staffroom))) == "not_found"
    assert not isinstance(await world.do(caller_of(head), post(school.staffroom)), Refusal)
    await change(world, head, lambda changes: changes.restore(STAFFROOM))
    assert not isinstance(await world.do(office, post(school.staffroom)), Refusal)


def code_of(outcome: object) -> str:
    return outcome.code if isinstance(outcome, Refusal) else "done"


async def test_everybody_who_is_signed_in_is_told_to_be_judged_again(world: World) -> None:
    school, other = await world.school(), await world.school("riverside")
    head, office = await strong(world, school, "amara", "head"), await world.caller(school, "sandra", "office")
    away, elsewhere = await world.person(school, "owen"), await world.caller(other, "colette")
    await change(world, head, lambda changes: changes.switch(STAFFROOM, on=False))
    assert [event.kind for event in await world.events(office.own_room)] == ["access_changed"]
    assert [event.kind for event in await world.events(head.own_room)] == ["access_changed"]
    assert await world.events("u" + away[1:]) == []
    assert await world.events(elsewhere.own_room) == []
    await world.check_log(office.own_room)


async def test_a_change_is_audited_with_what_was_and_what_is(world: World) -> None:
    school = await world.school()
    head = await strong(world, school, "amara", "head")
    await change(world, head, lambda changes: changes.change(STAFFROOM, WITHOUT_OFFICE))
    row = (await world.rows(audit_log, school_id=school.id, kind="policy_changed"))[0]
    assert row.by == head.person
    detail = json.loads((await world.rows(audit_detail, school_id=school.id, seq=row.seq))[0].body)
    assert detail["of"] == STAFFROOM
    assert detail["before"]["who"] == ["staff"]
    assert detail["after"]["who"] == ["head", "deputy", "teacher"]


@pytest.mark.parametrize("role", sorted(ROLES - {"head", "deputy", "ict_coordinator"}))
async def test_who_may_not_change_the_policy_changes_nothing(world: World, role: str) -> None:
    school = await world.school()
    actor = await strong(world, school, "somebody", role)
    assert await refused(world, actor, lambda changes: changes.switch(STAFFROOM, on=False)) == "forbidden"
    assert await refused(world, actor, lambda changes: changes.make_role("Boss", "head")) == "forbidden"
    assert await world.rows(policy_change) == []


async def test_it_takes_a_second_step_where_the_school_asks_for_one(world: World) -> None:
    school = await world.school()
    weak = await world.session(await world.person(school, "amara", "head"))
    assert await refused(world, weak, lambda changes: changes.switch(STAFFROOM, on=False)) == "second_step"
    without = school_settings.SchoolSettings(second_step=())
    await world.database.write(school_settings.write, school.id, without)
    await change(world, weak, lambda changes: changes.switch(STAFFROOM, on=False))


async def test_nobody_gives_what_they_may_not_do_themselves(world: World) -> None:
    school = await world.school()
    ict = await strong(world, school, "priya", "ict_coordinator")
    looking = Rule(who=("ict_coordinator",), verbs=("look",), place="thread")
    assert await refused(world, ict, lambda changes: changes.add(looking)) == "forbidden"
    teachers = "teachers_look_into_their_learners_threads"
    assert await refused(world, ict, lambda changes: changes.switch(teachers, on=True)) == "forbidden"
    assert await refused(world, ict, lambda changes: changes.make_role("Watcher", "dsl")) == "forbidden"
    head = await strong(world, school, "amara", "head")
    await change(world, head, lambda changes: changes.switch(teachers, on=True))


def switching_off(name: str) -> Callable[[PolicyChanges], None]:
    return lambda changes: changes.switch(name, on=False)


async def test_what_protects_children_cannot_be_switched_off(world: World) -> None:
    school = await world.school()
    head = await strong(world, school, "amara", "head")
    for name, rule in shipped("primary").items():
        if rule.locked:
            assert await refused(world, head, switching_off(name)) == "forbidden"
    assert await world.rows(policy_change) == []


async def test_another_school_s_policy_and_roles_are_its_own(world: World) -> None:
    school, other = await world.school(), await world.school("riverside")
    head, theirs = await strong(world, school, "amara", "head"), await strong(world, other, "colette", "head")
    role = await change(world, theirs, lambda changes: changes.make_role("Mentor", "teacher"))
    await change(world, head, lambda changes: changes.switch(STAFFROOM, on=False))
    assert code_of(await world.do(caller_of(theirs), post(other.staffroom))) == "done"
    assert await refused(world, head, lambda changes: changes.rename_role(role, "Ours")) == "not_found"
    assert await refused(world, head, lambda changes: changes.remove_role(role)) == "not_found"
    assert await refused(world, head, lambda changes: changes.switch_for_role(STAFFROOM, role, on=False)) == "not_found"


async def mentor(world: World, school: School, head: Actor) -> tuple[str, Caller]:
    role = await change(world, head, lambda changes: changes.make_role("Mentor", "teacher"))
    caller = await world.caller(school, "leila")
    await world.set(person, {"role": role}, id=caller.person)
    return role, caller


async def test_an_own_role_begins_as_a_copy_and_may_then_be_given_less(world: World) -> None:
    school = await world.school()
    head = await strong(world, school, "amara", "head")
    role, leila = await mentor(world, school, head)
    assert code_of(await world.do(leila, post(school.staffroom))) == "done"
    await change(world, head, lambda changes: changes.switch_for_role(STAFFROOM, role, on=False))
    assert code_of(await world.do(leila, post(school.staffroom))) == "not_found"
    await change(world, head, lambda changes: changes.switch_for_role(STAFFROOM, role, on=True))
    assert code_of(await world.do(leila, post(school.staffroom))) == "done"


async def test_a_role_that_somebody_has_stays(world: World) -> None:
    school = await world.school()
    head = await strong(world, school, "amara", "head")
    role, leila = await mentor(world, school, head)
    assert await refused(world, head, lambda changes: changes.remove_role(role)) == "bad_request"
    await world.set(person, {"role": "teacher"}, id=leila.person)
    await change(world, head, lambda changes: changes.switch_for_role(STAFFROOM, role, on=False))
    await change(world, head, lambda changes: changes.remove_role(role))
    assert await world.rows(policy_change) == []


async def test_two_roles_of_one_name_would_be_taken_for_each_other(world: World) -> None:
    school = await world.school()
    head = await strong(world, school, "amara", "head")
    await change(world, head, lambda changes: changes.make_role("Mentor", "teacher"))
    assert await refused(world, head, lambda changes: changes.make_role("mentor", "ta")) == "bad_request"


async def test_a_rule_of_the_school_s_own_comes_and_goes(world: World) -> None:
    school = await world.school()
    head = await strong(world, school, "amara", "head")
    rule = Rule(who=("governor",), verbs=("read",), place="classroom")
    name = await change(world, head, lambda changes: changes.add(rule))
    assert (await world.database.read(store.changes_of, school.id))[name] == rule
    await change(world, head, lambda changes: changes.restore(name))
    assert await world.database.read(store.changes_of, school.id) == {}
    assert await refused(world, head, lambda changes: changes.switch(name, on=True)) == "not_found"


async def test_a_process_that_has_the_old_rights_in_mind_reads_the_new_ones(world: World) -> None:
    school = await world.school()
    head = await strong(world, school, "amara", "head")
    before = await world.database.read(store.rights_now, school.id)
    assert await world.database.read(store.rights_now, school.id) is before
    await change(world, head, lambda changes: changes.switch(STAFFROOM, on=False))
    after = await world.database.read(store.rights_now, school.id)
    assert ("teacher", "read", "staffroom") in before.lines
    assert ("teacher", "read", "staffroom") not in after.lines


async def test_people_read_the_name_of_an_own_role_and_never_its_id(world: World) -> None:
    school = await world.school()
    head = await strong(world, school, "amara", "head")
    role, leila = await mentor(world, school, head)
    actor = await world.session(leila.person)
    assert (actor.role, actor.card["role"]) == (role, "Mentor")
    listed = {each["id"]: each["role"] for each in await world.database.read(directory.members, school.staffroom)}
    assert (listed[leila.person], listed[head.person]) == ("Mentor", "head")
    await world.do(caller_of(head), AddMember(room=school.staffroom, key=uuid4(), person=leila.person))
    assert b"Mentor" in bytes((await world.events(school.staffroom))[-1].body)
