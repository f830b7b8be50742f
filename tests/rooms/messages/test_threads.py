"""Threads: replies below a message, flat, with an unread of their own."""

from uuid import uuid4

import msgspec

from realtime.connection import Caller
from rooms import answering
from rooms.answering import Standing
from rooms.messages import history
from rooms.messages.commands import PostMessage
from rooms.messages.history import Asked
from rooms.messages.threads import FollowThread, ReadThread
from tests.world import School, World, code, done, post, remove


def answer(of: str, thread: str, text: str = "Yes") -> PostMessage:
    return PostMessage(room=of, key=uuid4(), text=text, thread=thread)


async def begun(world: World) -> tuple[School, Caller, Caller, str]:
    """A school, two people, and a message of the first that the second answered in a thread."""
    school = await world.school()
    amara, ben = await world.caller(school, "amara"), await world.caller(school, "ben")
    root = done(await world.do(amara, post(school.staffroom, "Trip on Friday?")))["message"]
    done(await world.do(ben, answer(school.staffroom, root)))
    return school, amara, ben, root


async def standing(world: World, who: Caller, here: str) -> Standing | None:
    return (await world.database.read(answering.of_roots, who.person, here, [1])).get(1)


async def test_replies_are_out_of_the_rooms_pages_and_its_unread(world: World) -> None:
    school, amara, ben, _ = await begun(world)
    here = school.staffroom
    page = await world.database.read(history.page, here)
    assert [row.text for row in page.messages] == ["Trip on Friday?"]
    thread = await world.database.read(history.page, here, Asked(root=1))
    assert [row.text for row in thread.messages] == ["Yes"]
    assert await world.database.read(history.unread, amara.person) == {here: 0}
    assert await world.database.read(history.unread, ben.person) == {here: 1}
    assert [each.kind for each in await world.events(here)] == ["message_posted", "reply_posted"]
    await world.check_log(here)


async def test_a_reply_to_a_reply_is_in_the_same_thread_however_often(world: World) -> None:
    school, amara, _, root = await begun(world)
    here, last = school.staffroom, f"m2-{school.staffroom}"
    for _ in range(10):
        last = done(await world.do(amara, answer(here, last)))["message"]
    bodies = [msgspec.json.decode(each.body) for each in await world.events(here)]
    assert {each["thread"] for each in bodies[1:]} == {root}


async def test_each_follower_has_an_unread_of_their_own(world: World) -> None:
    school, amara, ben, root = await begun(world)
    cem = await world.caller(school, "cem")
    here = school.staffroom
    found = await standing(world, amara, here)
    assert found is not None
    assert (found.replies, found.new, found.follows, found.last_seq) == (1, 1, True, 2)
    assert [(await standing(world, who, here) or found).new for who in (ben, cem)] == [0, 0]
    assert await world.database.read(answering.unread, amara.person) == {here: {1: 1}}
    await world.do(amara, ReadThread(room=here, thread=root, seq=2))
    assert await world.database.read(answering.unread, amara.person) == {}
    kinds = [each.kind for each in await world.events(amara.own_room)]
    assert kinds == ["thread_read"]


async def test_one_follows_and_leaves_as_one_likes(world: World) -> None:
    school, amara, ben, root = await begun(world)
    cem = await world.caller(school, "cem")
    here = school.staffroom
    await world.do(amara, FollowThread(room=here, key=uuid4(), thread=root, follows=False))
    await world.do(cem, FollowThread(room=here, key=uuid4(), thread=root))
    await world.do(ben, answer(here, root, "And"))
    assert [(await standing(world, who, here)).new for who in (amara, cem)] == [0, 1]  # type: ignore[union-attr]
    await world.do(amara, answer(here, root, "Still quiet"))
    assert (await standing(world, amara, here)).follows is False  # type: ignore[union-attr]


async def test_a_removed_root_keeps_its_thread_and_a_removed_reply_is_not_counted(world: World) -> None:
    school, amara, ben, root = await begun(world)
    here = school.staffroom
    done(await world.do(ben, answer(here, root, "no, wait")))
    done(await world.do(ben, remove(here, f"m3-{here}")))
    done(await world.do(amara, remove(here, root)))
    done(await world.do(ben, answer(here, root, "after")))
    found = await standing(world, amara, here)
    assert found is not None
    assert (found.replies, found.new) == (2, 2)
    page = await world.database.read(history.page, here)
    assert [row.removed_ms is not None for row in page.messages] == [True]


async def test_there_is_no_thread_below_what_is_not_there(world: World) -> None:
    school, amara, _, _ = await begun(world)
    other = await world.school("riverside")
    stranger = await world.caller(other, "stranger")
    here = school.staffroom
    elsewhere = done(await world.do(stranger, post(other.staffroom)))["message"]
    gone = done(await world.do(amara, post(here)))["message"]
    await world.do(amara, remove(here, gone))
    for of in (f"m9-{here}", elsewhere, gone, "nonsense"):
        assert code(await world.do(amara, answer(here, of))) == "not_found"
    assert code(await world.do(stranger, ReadThread(room=here, thread=f"m1-{here}", seq=1))) == "not_found"
