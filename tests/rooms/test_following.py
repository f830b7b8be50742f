"""A room that follows a group has the group's people, and keeps its history."""

from typing import Any

from sqlalchemy import insert

from accounts.model import group_member, person, school_group
from accounts.sessions import own_room_of
from rooms import following
from rooms.membership import AddMember, create_own_room, create_room
from rooms.model import member
from storage.database import Transaction
from tests.world import School, World, post

HOUR = 3_600_000


class Class5A:
    """A class with a room that follows it."""

    def __init__(self, world: World, school: School, room: str) -> None:
        self.world, self.school, self.room = world, school, room

    async def put(self, who: str, part: str = "learner", origin: str = "roster", **when: int) -> None:
        row = {"group_id": "g1", "person_id": who, "part": part, "origin": origin, **when}
        await self.world.execute(insert(group_member).values(row))

    async def take(self, who: str) -> None:
        await self.world.execute(group_member.delete().where(group_member.c.person_id == who))

    async def follow(self) -> None:
        def work(tx: Transaction) -> None:
            following.groups_changed(tx, self.school.id, ["g1"], self.world.now_ms)

        await self.world.database.write(work)

    async def seats(self) -> dict[str, tuple[bool, bool]]:
        """Who is in the room: (may write, may administer)."""
        rows = await self.world.rows(member, room_id=self.room)
        return {row.person_id: (row.may_write, row.may_administer) for row in rows}

    async def kinds(self, of: str | None = None) -> list[str]:
        return [event.kind for event in await self.world.events(of or self.room)]


async def class_5a(world: World) -> Class5A:
    school = await world.school()

    def make(tx: Transaction) -> str:
        group: dict[str, Any] = {"id": "g1", "school_id": school.id, "kind": "class", "name": "5A", "created_ms": 1}
        tx.connection.execute(insert(school_group).values(group))
        return create_room(tx, school.id, "classroom", "5A", world.now_ms, group_id="g1")

    return Class5A(world, school, await world.database.write(make))


async def test_people_of_the_group_come_and_its_teachers_keep_the_room(world: World) -> None:
    here = await class_5a(world)
    tom, ta = await world.person(here.school, "tom"), await world.person(here.school, "meg", "ta")
    aisha = await world.person(here.school, "aisha", "learner", seated=False)
    await here.put(tom, "teacher")
    await here.put(ta, "assistant")
    await here.put(aisha)
    await here.follow()
    assert await here.seats() == {tom: (True, True), ta: (True, False), aisha: (True, False)}
    assert await here.kinds() == ["member_added"] * 3
    assert (await here.kinds(own_room_of(aisha)))[-1] == "room_joined"
    await world.check_log(here.room)
    await world.check_log(own_room_of(aisha))


async def test_to_follow_again_changes_nothing(world: World) -> None:
    here = await class_5a(world)
    await here.put(await world.person(here.school, "tom"), "teacher")
    await here.follow()
    before = await world.events(here.room)
    await here.follow()
    assert await world.events(here.room) == before


async def test_who_leaves_the_group_leaves_the_room_and_the_room_keeps_what_they_said(world: World) -> None:
    here = await class_5a(world)
    aisha = await world.caller(here.school, "aisha", "learner", seated=False)
    await here.put(aisha.person)
    await here.follow()
    await world.do(aisha, post(here.room, "I was here"))
    await here.take(aisha.person)
    await here.follow()
    assert await here.seats() == {}
    assert await here.kinds() == ["member_added", "message_posted", "member_removed"]
    assert (await here.kinds(aisha.own_room))[-1] == "room_left"
    assert getattr(await world.do(aisha, post(here.room)), "code", None) == "not_found"


async def test_a_read_mark_survives_a_change_of_part(world: World) -> None:
    here = await class_5a(world)
    tom = await world.person(here.school, "tom")
    await here.put(tom, "assistant")
    await here.follow()
    await world.set(member, {"read_seq": 7}, room_id=here.room, person_id=tom)
    await here.put(tom, "teacher")
    await here.follow()
    assert [(row.may_administer, row.read_seq) for row in await world.rows(member, room_id=here.room)] == [(True, 7)]


async def test_who_was_let_in_by_name_stays_whatever_the_group_does(world: World) -> None:
    here = await class_5a(world)
    head, guest = await world.caller(here.school, "amara", "head"), await world.person(here.school, "guest")
    await here.put(head.person, "teacher")
    await here.follow()
    await world.do(head, AddMember(room=here.room, key=post(here.room).key, person=guest, may_write=False))
    await here.put(guest, "teacher")
    await here.follow()
    await here.take(guest)
    await here.follow()
    assert (await here.seats())[guest] == (False, False)


async def test_a_cover_is_there_in_its_time_and_not_outside_of_it(world: World) -> None:
    here = await class_5a(world)
    cover = await world.caller(here.school, "owen", "cover_teacher")
    await here.put(cover.person, "teacher", "cover", from_ms=world.now_ms + HOUR, until_ms=world.now_ms + 2 * HOUR)
    await here.follow()
    assert await here.seats() == {}
    await world.set(group_member, {"from_ms": world.now_ms - HOUR}, person_id=cover.person)
    await here.follow()
    assert await here.seats() == {cover.person: (True, True)}
    assert not isinstance(await world.do(cover, post(here.room)), Exception)
    await world.set(member, {"until_ms": world.now_ms - 1}, person_id=cover.person, room_id=here.room)
    assert getattr(await world.do(cover, post(here.room)), "code", None) == "not_found"  # before any room followed
    await world.set(group_member, {"until_ms": world.now_ms - 1}, person_id=cover.person)
    await here.follow()
    assert await here.seats() == {}


async def test_closed_accounts_have_no_seat(world: World) -> None:
    here = await class_5a(world)
    aisha = await world.person(here.school, "aisha", "learner", seated=False)
    await here.put(aisha)
    for closed in ({"off_ms": world.now_ms - 1}, {"disabled_ms": 1}, {"starts_ms": world.now_ms + HOUR}):
        await world.set(person, {"off_ms": None, "disabled_ms": None, "starts_ms": None, **closed}, id=aisha)
        await here.follow()
        assert await here.seats() == {}, closed


async def test_groups_of_another_school_move_nobody(world: World) -> None:
    here, other = await class_5a(world), await world.school("riverside")
    await here.put(await world.person(here.school, "tom"), "teacher")

    def work(tx: Transaction) -> None:
        following.groups_changed(tx, other.id, ["g1"], world.now_ms)

    await world.database.write(work)
    assert await here.seats() == {}


async def test_many_people_in_one_go(world: World) -> None:
    here = await class_5a(world)
    people = [{"id": f"p{n}x", "school_id": here.school.id, "login": f"l{n}", "name": f"L{n}", "role": "learner",
               "created_ms": 1} for n in range(60)]  # fmt: skip
    await world.execute(insert(person).values(people))
    await world.database.write(lambda tx: [create_own_room(tx, here.school.id, str(each["id"]), 1) for each in people])
    for each in people:
        await here.put(str(each["id"]))
    await here.follow()
    assert len(await here.seats()) == 60
    await world.check_log(here.room)
