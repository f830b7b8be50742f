"""Letting people in and taking them out, by those who may."""

from uuid import uuid4

import msgspec

from realtime.connection import Caller
from rooms.membership import AddMember, RemoveMember
from rooms.model import member
from rooms.turn import Outcome
from tests.world import School, World, code, done, post


def add(school: School, person: str, *, may_write: bool = True) -> AddMember:
    return AddMember(room=school.staffroom, key=uuid4(), person=person, may_write=may_write)


def take_out(school: School, person: str) -> RemoveMember:
    return RemoveMember(room=school.staffroom, key=uuid4(), person=person)


async def kinds(world: World, of: str) -> list[str]:
    return [each.kind for each in await world.events(of)]


async def test_who_is_let_in_may_write_and_the_room_and_the_person_are_told(world: World) -> None:
    school = await world.school()
    head, new = await world.caller(school, "head", "head"), await world.caller(school, "new", seated=False)
    answer = done(await world.do(head, add(school, new.person)))
    assert (answer["room"], answer["seq"], answer["person"]) == (school.staffroom, 1, new.person)
    told = msgspec.json.decode((await world.events(school.staffroom))[0].body)
    assert told == {"person": new.person, "name": "New", "initials": "N", "role": "teacher", "may_write": True}
    assert [(each.kind, bytes(each.body)) for each in await world.events(new.own_room)] == [
        ("room_joined", b'{"room":"%s"}' % school.staffroom.encode())
    ]
    assert done(await world.do(new, post(school.staffroom)))["seq"] == 2


async def test_a_newcomer_starts_with_nothing_unread(world: World) -> None:
    school = await world.school()
    head, new = await world.caller(school, "head", "head"), await world.caller(school, "new", seated=False)
    await world.do(head, post(school.staffroom))
    await world.do(head, add(school, new.person))
    assert [row.read_seq for row in await world.rows(member, person_id=new.person, room_id=school.staffroom)] == [1]


async def test_letting_in_again_changes_what_one_may_and_keeps_the_read_mark(world: World) -> None:
    school = await world.school()
    head, ben = await world.caller(school, "head", "head"), await world.caller(school, "ben")
    await world.do(head, post(school.staffroom))
    await world.set(member, {"read_seq": 1}, person_id=ben.person, room_id=school.staffroom)
    await world.do(head, add(school, ben.person, may_write=False))
    assert code(await world.do(ben, post(school.staffroom))) == "forbidden"
    assert [row.read_seq for row in await world.rows(member, person_id=ben.person, room_id=school.staffroom)] == [1]


async def test_who_is_taken_out_sees_nothing_any_more(world: World) -> None:
    school = await world.school()
    head, ben = await world.caller(school, "head", "head"), await world.caller(school, "ben")
    done(await world.do(head, take_out(school, ben.person)))
    assert code(await world.do(ben, post(school.staffroom))) == "not_found"
    assert await kinds(world, school.staffroom) == ["member_removed"]
    assert await kinds(world, ben.own_room) == ["room_left"]


async def test_only_those_who_may_administer_let_in_and_take_out(world: World) -> None:
    school = await world.school()
    teacher, new = await world.caller(school, "teacher"), await world.caller(school, "new", seated=False)
    assert code(await world.do(teacher, add(school, new.person))) == "forbidden"
    assert code(await world.do(teacher, take_out(school, teacher.person))) == "forbidden"
    assert code(await world.do(new, add(school, new.person))) == "not_found"
    assert await kinds(world, school.staffroom) == []


async def test_a_person_of_another_school_or_of_none_does_not_exist(world: World) -> None:
    school, other = await world.school(), await world.school("riverside")
    head, stranger = await world.caller(school, "head", "head"), await world.caller(other, "stranger")
    refused: list[Outcome] = [await world.do(head, add(school, each)) for each in (stranger.person, "pnobody")]
    assert [code(each) for each in refused] == ["not_found"] * 2
    assert repr(refused[0].fields()) == repr(refused[1].fields())  # type: ignore[union-attr] # refusals both
    assert await kinds(world, stranger.own_room) == []


async def test_nobody_can_be_taken_out_who_is_not_in(world: World) -> None:
    school = await world.school()
    head: Caller = await world.caller(school, "head", "head")
    outside = await world.caller(school, "outside", seated=False)
    for person in (outside.person, "pnobody"):
        assert code(await world.do(head, take_out(school, person))) == "not_found"
    assert await kinds(world, school.staffroom) == []


async def test_in_and_out_in_one_batch_leaves_all_logs_whole(world: World) -> None:
    school = await world.school()
    head, new = await world.caller(school, "head", "head"), await world.caller(school, "new", seated=False)
    asked = [
        add(school, new.person),
        take_out(school, new.person),
        add(school, new.person),
        take_out(school, new.person),
    ]
    assert [done(each)["seq"] for each in await world.commit(*((head, each) for each in asked))] == [1, 2, 3, 4]
    assert await world.rows(member, person_id=new.person, room_id=school.staffroom) == []
    await world.check_log(school.staffroom)
    await world.check_log(new.own_room)


async def test_nobody_becomes_a_member_who_could_see_nothing(world: World) -> None:
    school = await world.school()
    head = await world.caller(school, "amara", "head")
    child = await world.caller(school, "dev", "learner", seated=False)
    assert code(await world.do(head, add(school, child.person))) == "forbidden"
    assert await world.rows(member, person_id=child.person, room_id=school.staffroom) == []
