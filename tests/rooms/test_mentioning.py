"""Calling on people: who may be called on, who is told, and what is unread."""

from uuid import uuid4

import msgspec

from realtime.connection import Caller
from rooms import mentioning
from rooms.mentioning import mention
from rooms.messages.commands import PostMessage
from rooms.model import member
from rooms.reading import Read
from tests.world import School, World, done, edit, post, remove


async def told(world: World, who: Caller) -> list[dict[str, object]]:
    events = await world.events(who.own_room)
    return [msgspec.json.decode(each.body) for each in events if each.kind == "mentioned"]


async def unread(world: World, who: Caller) -> dict[str, int]:
    return await world.database.read(mentioning.unread, who.person)


async def two(world: World) -> tuple[School, Caller, Caller]:
    school = await world.school()
    return school, await world.caller(school, "amara"), await world.caller(school, "ben")


async def test_who_is_called_on_is_told_in_their_own_room_until_they_have_read_it(world: World) -> None:
    school, amara, ben = await two(world)
    here = school.staffroom
    answer = done(await world.do(amara, post(here, f"Hello @[whoever]({ben.person})")))
    (body,) = [msgspec.json.decode(each.body) for each in await world.events(here)]
    assert body["text"] == f"Hello @[Ben]({ben.person})"
    assert f'data-who="{ben.person}">@Ben</span>' in body["html"]
    assert await told(world, ben) == [{"room": here, "message": answer["message"], "by": amara.person}]
    assert await unread(world, ben) == {here: 1}
    assert await unread(world, amara) == {}
    (row,) = await world.database.read(mentioning.unread_messages, ben.person, 10)
    assert row.seq == answer["seq"]
    await world.do(ben, Read(room=here, seq=answer["seq"]))
    assert await unread(world, ben) == {}


async def test_nobody_outside_the_room_can_be_called_on(world: World) -> None:
    school, amara, _ = await two(world)
    other = await world.caller(await world.school("riverside"), "stranger")
    outside = await world.caller(school, "outside", seated=False)
    here = school.staffroom
    await world.do(amara, post(here, f"@[Stranger]({other.person}) @[Out]({outside.person}) @[All](g1) **x**"))
    (body,) = [msgspec.json.decode(each.body) for each in await world.events(here)]
    assert body["text"] == "@Stranger @Out @All **x**"
    assert "mention" not in body["html"]
    assert await told(world, other) == await told(world, outside) == []
    assert await world.rows(mention) == []


async def test_everyone_is_called_on_only_by_who_may_put_up_notices(world: World) -> None:
    school = await world.school()
    head, ben = await world.caller(school, "head", "head"), await world.caller(school, "ben", "ta")
    here = school.staffroom
    await world.do(ben, post(here, "@[Everyone](room) look"))
    assert await told(world, head) == []
    await world.do(head, post(here, "@[The Bishop](room) look"))
    assert len(await told(world, ben)) == 1
    last = msgspec.json.decode((await world.events(here))[-1].body)
    assert last["text"] == "@[Everyone](room) look"


async def test_an_edit_tells_only_those_who_are_new(world: World) -> None:
    school, amara, ben = await two(world)
    cem = await world.caller(school, "cem")
    here = school.staffroom
    first = done(await world.do(amara, post(here, f"@[Ben]({ben.person})")))["message"]
    done(await world.do(amara, edit(here, first, f"@[Ben]({ben.person}) @[Cem]({cem.person})")))
    assert len(await told(world, ben)) == len(await told(world, cem)) == 1
    done(await world.do(amara, edit(here, first, "nobody")))
    assert await world.rows(mention) == []


async def test_what_is_removed_calls_on_nobody(world: World) -> None:
    school, amara, ben = await two(world)
    here = school.staffroom
    first = done(await world.do(amara, post(here, f"@[Ben]({ben.person})")))["message"]
    done(await world.do(amara, remove(here, first)))
    assert await unread(world, ben) == {}
    assert await world.rows(mention) == []


async def test_a_room_that_somebody_left_has_nothing_unread(world: World) -> None:
    school, amara, ben = await two(world)
    await world.do(amara, post(school.staffroom, f"@[Ben]({ben.person})"))
    await world.execute(member.delete().where(member.c.person_id == ben.person, member.c.room_id == school.staffroom))
    assert await unread(world, ben) == {}


async def test_a_call_in_a_thread_is_unread_until_the_thread_is_read(world: World) -> None:
    school, amara, ben = await two(world)
    here = school.staffroom
    root = done(await world.do(amara, post(here)))["message"]
    call = PostMessage(room=here, key=uuid4(), text=f"@[Ben]({ben.person})", thread=root)
    seq = done(await world.do(amara, call))["seq"]
    await world.do(ben, Read(room=here, seq=seq))
    assert await unread(world, ben) == {here: 1}
