"""Everybody connected hears at the moment, once, and not before; and of what a school changes, soon."""

from uuid import uuid4

import pytest

from accounts import settings
from accounts.model import school
from rooms.enrolling import seat
from rooms.membership import put_member, put_room
from rooms.oversight.commands import PauseMessaging, ResumeMessaging
from storage.database import Transaction
from tests.rooms.opening.clock import BEFORE, LATER, OPENS, SetClock, for_once, ms, stand_still
from tests.rooms.opening.listening import Listener, listeners, server
from tests.rooms.stickies.people import class_of, thread
from tests.world import World, code, done, post, until

CLOSED = {"open": False, "code": "window_closed", "opens_at": OPENS, "changes_at": OPENS}


async def test_who_comes_hears_how_it_stands_and_at_the_moment_that_it_opened(world: World) -> None:
    clock = stand_still(world)
    here = await class_of(world)
    of = await thread(world, here.ava, here.ben)
    hub, watching = server(world)
    ava, ben = await listeners(hub, of, [here.ava, here.ben])
    await watching.look()
    assert ava.told == ben.told == [(of, {**CLOSED, "now": "2026-11-23T15:29:59.000+00:00"}, True)]
    clock.ms = ms(OPENS) - 1
    await watching.look()
    assert len(ava.told) == 1
    clock.set(OPENS)
    await watching.look()
    room, body, first = ava.told[-1]
    assert (room, body["open"], body["code"], body["opens_at"], first) == (of, True, None, None, False)
    assert body["now"] == "2026-11-23T15:30:00.000+00:00"
    assert body["changes_at"] == "2026-11-24T08:45:00+00:00"
    await watching.look()
    await watching.look()
    assert (ava.opens, ben.opens) == ([False, True], [False, True])
    clock.set("2026-11-24T08:45:00+00:00")
    await watching.look()
    assert ava.opens == [False, True, False]
    await hub.stop()


async def test_what_was_prepared_goes_by_itself_when_the_clock_comes_to_it(world: World) -> None:
    """The server's own clock runs; the look that prepares it is the last one."""
    clock = stand_still(world)
    here = await class_of(world)
    of = await thread(world, here.ava, here.ben)
    hub, watching = server(world)
    (ava,) = await listeners(hub, of, [here.ava])
    clock.ms = ms(OPENS) - 30
    await watching.look()
    assert ava.opens == [False]
    await _turns()
    assert ava.opens == [False]  # the timer has rung, perhaps; the clock has not come to it
    clock.set(OPENS)
    await until(lambda: ava.opens == [False, True])
    await hub.stop()


async def _turns() -> None:
    seen = 0

    def enough() -> bool:
        nonlocal seen
        seen += 1
        return seen > 200

    await until(enough)


async def test_what_is_told_agrees_with_what_is_judged(world: World) -> None:
    clock = stand_still(world)
    here = await class_of(world)
    of = await thread(world, here.ava, here.ben)
    hub, watching = server(world)
    (ava,) = await listeners(hub, of, [here.ava])
    await watching.look()
    assert code(await world.do(here.ava, post(of, "Too early"))) == "window_closed"
    clock.set(OPENS)
    done(await world.do(here.ava, post(of, "In time")))
    await watching.look()
    assert ava.opens == [False, True]
    clock.ms = ms("2026-11-24T08:45:00+00:00")
    assert code(await world.do(here.ava, post(of, "Too late"))) == "window_closed"
    (posted,) = [each for each in await world.events(of) if each.kind == "message_posted"]
    assert posted.at == "2026-11-23T15:30:00.000+00:00"
    await hub.stop()


async def test_an_exception_of_the_school_is_heard_of(world: World) -> None:
    clock = stand_still(world, "2026-11-23T11:00:00+00:00")
    here = await class_of(world)
    of = await thread(world, here.ava, here.ben)
    hub, watching = server(world)
    (ava,) = await listeners(hub, of, [here.ava])
    await watching.look()
    await for_once(world, here.school, opens=True, since="2026-11-23T11:00:00+00:00", until="2026-11-23T12:00:00+00:00")
    await watching.look()
    assert ava.opens == [False, True]
    assert ava.told[-1][1]["changes_at"] == "2026-11-23T12:00:00+00:00"
    clock.set("2026-11-23T12:00:00+00:00")
    await watching.look()
    assert ava.opens == [False, True, False]
    await hub.stop()


async def test_a_pause_is_heard_of_where_no_clock_has_a_say_too(world: World) -> None:
    stand_still(world)
    here = await class_of(world)
    with_teacher = await thread(world, here.ava, here.teacher)

    def classroom(tx: Transaction) -> str:
        made = put_room(tx.connection, here.school.id, "classroom", "5A", world.now_ms)
        put_member(tx.connection, made, here.ben.person, world.now_ms, may_write=True)
        return made

    class_room = await world.database.write(classroom)
    await world.database.write(seat, here.school.staffroom, here.governor.person, world.now_ms)
    hub, watching = server(world)
    (ava,) = await listeners(hub, with_teacher, [here.ava])
    teacher = await Listener(hub, here.teacher).open(with_teacher)
    (ben,) = await listeners(hub, class_room, [here.ben])
    governor = await Listener(hub, here.governor).open(here.school.staffroom)
    await watching.look()
    held = done(await world.do(here.lead, PauseMessaging(
        room=here.lead.own_room, key=uuid4(), scope="learners", reason="A fight at lunch",
    )))["pause"]  # fmt: skip
    await watching.look()
    assert [body["code"] for _, body, _ in ava.told] == [None, "paused"]
    assert [(body["code"], first) for _, body, first in ben.told] == [("paused", False)]
    done(await world.do(here.lead, ResumeMessaging(room=here.lead.own_room, key=uuid4(), pause=held)))
    await watching.look()
    assert (ava.opens, teacher.opens, ben.opens) == ([True, False, True], [True], [False, True])
    assert not any(body["code"] == "paused" for _, body, _ in governor.told)
    await hub.stop()


async def test_two_schools_in_two_zones_hear_at_their_own_time(world: World) -> None:
    clock = stand_still(world, "2026-11-23T14:29:59+00:00")
    london, paris = await class_of(world), await class_of(world, "riverside")
    await world.set(school, {"zone": "Europe/Paris"}, id=paris.school.id)
    await world.database.write(lambda tx: settings.rights_changed(tx, paris.school.id))
    hub, watching = server(world)
    there = await thread(world, paris.ava, paris.ben)
    (at_home,) = await listeners(hub, await thread(world, london.ava, london.ben), [london.ava])
    (abroad,) = await listeners(hub, there, [paris.ava])
    await watching.look()
    clock.set("2026-11-23T14:30:00+00:00")
    await watching.look()
    assert (at_home.opens, abroad.opens) == ([False], [False, True])
    clock.set(OPENS)
    await watching.look()
    assert (at_home.opens, abroad.opens) == ([False, True], [False, True])
    await hub.stop()


async def test_who_comes_while_it_opens_hears_of_it_too(world: World) -> None:
    """Their answer is of the moment before, and what was prepared does not have them."""
    clock = stand_still(world)
    here = await class_of(world)
    of = await thread(world, here.ava, here.ben)
    hub, watching = server(world)
    (ava,) = await listeners(hub, of, [here.ava])
    await watching.look()
    (ben,) = await listeners(hub, of, [here.ben])
    clock.ms = ms(OPENS) - 1
    await watching.look()
    clock.set(OPENS)
    await watching.look()
    assert ava.opens == ben.opens == [False, True]
    await hub.stop()


async def test_who_has_left_hears_nothing_more(world: World) -> None:
    clock = stand_still(world)
    here = await class_of(world)
    of = await thread(world, here.ava, here.ben)
    hub, watching = server(world)
    ava, ben = await listeners(hub, of, [here.ava, here.ben])
    await watching.look()
    hub.unfollow(ava, of)
    clock.set(OPENS)
    await watching.look()
    hub.leave(ben, here.ben.own_room)
    await watching.look()
    assert (ava.opens, ben.opens) == ([False], [False, True])
    await hub.stop()


async def test_where_no_clock_has_a_say_nothing_is_said(world: World) -> None:
    clock = stand_still(world)
    here = await class_of(world)
    amara = await world.caller(here.school, "amara")
    hub, watching = server(world)
    listener = await Listener(hub, amara).open(here.school.staffroom, amara.own_room)
    await watching.look()
    clock.set(OPENS)
    await watching.look()
    await world.database.write(lambda tx: settings.rights_changed(tx, here.school.id))
    await watching.look()
    assert listener.told == []
    await hub.stop()


async def test_a_thread_with_ones_teacher_stays_open(world: World) -> None:
    clock = stand_still(world)
    here = await class_of(world)
    hub, watching = server(world)
    (ava,) = await listeners(hub, await thread(world, here.ava, here.teacher), [here.ava])
    await watching.look()
    clock.set(OPENS)
    await watching.look()
    assert ava.opens == [True]
    await hub.stop()


async def test_a_look_that_fails_is_made_up_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = stand_still(world)
    here = await class_of(world)
    of = await thread(world, here.ava, here.ben)
    hub, watching = server(world)
    (ava,) = await listeners(hub, of, [here.ava])
    await watching.look()

    async def fail(*_: object) -> None:
        raise OSError

    with monkeypatch.context() as failing:
        failing.setattr(watching, "_judge", fail)
        await for_once(world, here.school, opens=True, since=BEFORE, until=LATER)
        with pytest.raises(OSError):  # noqa: PT011
            await watching.look()
    await watching.look()
    assert ava.opens == [False, True]
    assert isinstance(clock, SetClock)
    await hub.stop()


async def test_midnight_and_a_change_of_clocks_are_moments_like_others(world: World) -> None:
    """Spring: 01:00 to 02:00 is not; the school's day still begins at its own 08:45."""
    clock = stand_still(world, "2027-03-29T07:44:59+00:00")  # Monday after the change
    here = await class_of(world)
    of = await thread(world, here.ava, here.ben)
    hub, watching = server(world)
    (ava,) = await listeners(hub, of, [here.ava])
    await watching.look()
    clock.set("2027-03-29T07:45:00+00:00")
    await watching.look()
    bank_holiday = [True]
    assert ava.opens == bank_holiday  # Easter Monday
    clock.set("2027-03-30T07:45:00+00:00")
    await watching.look()
    assert ava.opens == [True, False]
    await hub.stop()
