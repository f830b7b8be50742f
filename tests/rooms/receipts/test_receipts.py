"""Sent, delivered, read: told to the author once for each change, as far as the relation allows, and to nobody else."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import select

from accounts.model import person
from realtime.connection import Caller
from rooms import log
from rooms.grants import load
from rooms.model import event, member, room
from rooms.posts import message
from rooms.private import seat_note
from rooms.reading import Read, ReadAll
from rooms.receipts.commands import Received
from rooms.receipts.model import own_rooms
from rooms.receipts.pages import _read as readers_of
from rooms.receipts.showing import of_messages
from rooms.showing import Showing
from rooms.turn import Outcome
from storage.clock import Clock
from tests.rooms.stickies.people import class_of, thread
from tests.world import World, code, done, post, remove

SATURDAY = datetime(2026, 11, 28, 10, tzinfo=UTC)
TOLD = ("sticky_delivered", "sticky_read")


async def got(world: World, who: Caller, of: str, seq: int) -> Outcome:
    return await world.do(who, Received(room=of, seq=seq))


async def reads(world: World, who: Caller, of: str, seq: int) -> Outcome:
    return await world.do(who, Read(room=of, seq=seq))


async def told(world: World, who: Caller) -> list[tuple[str, Any]]:
    """What somebody has heard of their own stickies: the kind, and what it says besides the room."""
    events = [each for each in await world.events(who.own_room) if each.kind in TOLD]
    bodies = [msgspec.json.decode(each.body) for each in events]
    return [
        (each.kind, {name: value for name, value in body.items() if name != "room"})
        for each, body in zip(events, bodies, strict=True)
    ]


async def states(world: World, who: Caller, of: str) -> list[dict[str, Any]]:
    """What somebody is shown of each message of their own."""
    actor = await world.session(who.person)

    def read(connection: Any) -> Sequence[dict[str, Any]]:
        grant = load(connection, [(0, actor.person, actor.session, of, None)], world.now_ms)[0]
        rows = connection.execute(select(message).where(message.c.room_id == of).order_by(message.c.seq)).all()
        shown = of_messages(Showing(connection, actor, grant, of, world.now_ms, "en"), rows)
        return [shown[seq] for seq in sorted(shown)]

    return list(await world.database.read(read))


async def test_the_author_hears_that_it_was_delivered_and_read(world: World) -> None:
    here = await class_of(world)
    of = await thread(world, here.ava, here.teacher)
    done(await world.do(here.ava, post(of, "We saw a heron today")))
    assert [each["state"] for each in await states(world, here.ava, of)] == ["sent"]
    done(await got(world, here.teacher, of, 1))
    assert await told(world, here.ava) == [("sticky_delivered", {"upto": 1})]
    assert [each["state"] for each in await states(world, here.ava, of)] == ["delivered"]
    done(await reads(world, here.teacher, of, 1))
    assert (await told(world, here.ava))[1:] == [("sticky_read", {"upto": 1, "person": here.teacher.person})]
    assert await states(world, here.ava, of) == [{"state": "read", "last": True}]
    await world.check_log(here.ava.own_room)


async def test_reading_twenty_at_once_is_one_event_and_saying_it_again_is_none(world: World) -> None:
    here = await class_of(world)
    of = await thread(world, here.ava, here.teacher)
    await world.commit(*((here.ava, post(of, f"Number {n}")) for n in range(20)))
    for _ in range(2):
        done(await got(world, here.teacher, of, 20))
        done(await reads(world, here.teacher, of, 20))
    assert [kind for kind, _ in await told(world, here.ava)] == ["sticky_delivered", "sticky_read"]
    assert [each["last"] for each in await states(world, here.ava, of)] == [False] * 19 + [True]


async def test_marks_only_move_forward_and_never_past_the_head(world: World) -> None:
    here = await class_of(world)
    of = await thread(world, here.ava, here.teacher)
    done(await world.do(here.ava, post(of, "One")))
    assert done(await got(world, here.teacher, of, 10**12))["seq"] == 1
    assert done(await got(world, here.teacher, of, 0))["seq"] == 1
    done(await world.do(here.ava, post(of, "Two")))
    assert [each["state"] for each in await states(world, here.ava, of)] == ["delivered", "sent"]


async def test_what_was_read_has_been_delivered_also_by_reading_all(world: World) -> None:
    here = await class_of(world)
    of = await thread(world, here.ava, here.teacher)
    done(await world.do(here.ava, post(of, "Hello")))
    done(await world.do(here.teacher, ReadAll(room=here.teacher.own_room, marks=(f"{of}:1",))))
    assert await told(world, here.ava) == [("sticky_read", {"upto": 1, "person": here.teacher.person})]
    done(await got(world, here.teacher, of, 1))
    assert len(await told(world, here.ava)) == 1


async def test_children_learn_nothing_of_each_other(world: World) -> None:
    world.clock = Clock(SATURDAY)  # when children may write to each other
    here = await class_of(world)
    of = await thread(world, here.ava, here.ben)
    done(await world.do(here.ava, post(of, "Are you coming?")))
    before = await _tables(world, here.ava, of)
    done(await got(world, here.ben, of, 1))
    done(await reads(world, here.ben, of, 1))
    assert await told(world, here.ava) == []
    assert await _tables(world, here.ava, of) == before
    assert await states(world, here.ava, of) == [{"state": "sent", "last": True}]
    found = dict(await _readers(world, here.ava, of))
    found.pop("changes_at")  # of her own quiet hours
    assert found == {"room": of, "read": [], "readers": []}


async def test_in_a_group_a_child_learns_of_the_adult_alone(world: World) -> None:
    world.clock = Clock(SATURDAY)  # when children may write to each other
    here = await class_of(world)
    of = await thread(world, here.teacher, here.ava, here.ben)
    done(await world.do(here.teacher, post(of, "You two will be our readers")))
    done(await world.do(here.ava, post(of, "Thank you")))
    done(await got(world, here.ben, of, 2))
    assert await told(world, here.ava) == await told(world, here.teacher) == []
    done(await reads(world, here.ben, of, 2))
    assert await told(world, here.ava) == []
    assert await told(world, here.teacher) == [("sticky_read", {"upto": 1, "person": here.ben.person})]
    assert await states(world, here.teacher, of) == [{"state": "sent", "read_by": 1, "of": 2, "last": True}]
    done(await got(world, here.ava, of, 2))
    assert (await told(world, here.teacher))[1:] == [("sticky_delivered", {"upto": 1})]
    done(await reads(world, here.teacher, of, 2))
    assert await told(world, here.ava) == [("sticky_read", {"upto": 2, "person": here.teacher.person})]
    assert await states(world, here.ava, of) == [{"state": "read", "last": True}]


async def test_who_is_not_in_it_cannot_say_or_ask_anything(world: World) -> None:
    here = await class_of(world)
    of = await thread(world, here.ava, here.teacher)
    done(await world.do(here.ava, post(of, "Hello")))
    for each in (here.lead, here.stranger):
        assert code(await got(world, each, of, 1)) == "not_found"
    assert code(await got(world, here.teacher, "r00000000", 1)) == "not_found"
    assert await told(world, here.ava) == []


async def test_it_is_said_of_stickies_alone(world: World) -> None:
    school = await world.school()
    one = await world.caller(school, "one")
    done(await world.do(one, post(school.staffroom)))
    assert code(await got(world, one, school.staffroom, 1)) == "bad_request"
    assert await world.rows(seat_note) == []


async def test_what_was_taken_away_is_told_of_no_more(world: World) -> None:
    here = await class_of(world)
    of = await thread(world, here.teacher, here.lead)
    made = done(await world.do(here.teacher, post(of, "Oh")))["message"]
    done(await world.do(here.teacher, remove(of, made)))
    done(await got(world, here.lead, of, 2))
    assert await told(world, here.teacher) == []


async def test_a_policy_that_forbids_it_hushes_the_server_from_the_next_mark_on(world: World) -> None:
    here = await class_of(world)
    of = await thread(world, here.teacher, here.governor)
    done(await world.do(here.teacher, post(of, "The figures")))
    done(await got(world, here.governor, of, 1))
    await world.set(person, {"role": "visitor"}, id=here.teacher.person)
    done(await reads(world, here.governor, of, 1))
    assert [kind for kind, _ in await told(world, here.teacher)] == ["sticky_delivered"]


async def test_the_own_room_of_an_author_is_trimmed(world: World) -> None:
    here = await class_of(world)
    of = await thread(world, here.ava, here.teacher)
    await world.set(room, {"last_seq": log.OWN_ROOM_KEEPS * 2 - 2}, id=here.ava.own_room)
    done(await world.do(here.ava, post(of, "Hello")))
    done(await got(world, here.teacher, of, 1))
    done(await reads(world, here.teacher, of, 1))
    floor = (await world.rows(room, id=here.ava.own_room))[0].floor
    assert floor == log.OWN_ROOM_KEEPS


async def test_two_people_who_read_at_once_are_told_of_in_their_own_rooms(world: World) -> None:
    here = await class_of(world)
    of = await thread(world, here.ava, here.teacher)
    other = await thread(world, here.ben, here.teacher)
    done(await world.do(here.ava, post(of, "A")))
    done(await world.do(here.ben, post(other, "B")))
    await world.commit(
        (here.teacher, Received(room=of, seq=1)), (here.teacher, Received(room=other, seq=1)),
        (here.teacher, Read(room=of, seq=1)), (here.teacher, Read(room=other, seq=1)),
    )  # fmt: skip
    for each in (here.ava, here.ben):
        assert [kind for kind, _ in await told(world, each)] == ["sticky_delivered", "sticky_read"]
        await world.check_log(each.own_room)
    await world.check_log(here.teacher.own_room)


async def test_the_own_rooms_of_a_thread_are_held_before_anything_is_done(world: World) -> None:
    here = await class_of(world)
    of = await thread(world, here.ava, here.teacher)
    found = await world.database.read(own_rooms, [of, here.school.staffroom, here.ava.own_room])
    assert sorted(found) == sorted([here.ava.own_room, here.teacher.own_room])


async def _tables(world: World, who: Caller, of: str) -> Any:
    """All that somebody could count or time by: their own room and the thread."""
    heads = [(await world.rows(room, id=each))[0].last_seq for each in (who.own_room, of)]
    mine = await world.rows(member, person_id=who.person)
    return heads, mine, await world.rows(event, room_id=who.own_room)


async def _readers(world: World, who: Caller, of: str) -> Any:
    actor = await world.session(who.person)
    return await world.database.read(readers_of, actor, of, world.now_ms, "en")
