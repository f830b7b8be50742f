"""Left until it opens: sent once, at the opening and at no other time, whatever comes between."""

import asyncio
from uuid import uuid4

import msgspec
import pytest

from accounts import settings
from accounts.model import person, school
from features import HANDLERS
from realtime.connection import Caller
from rooms.drafts.commands import CancelScheduled, EditScheduled, ScheduleMessage
from rooms.drafts.model import draft, scheduled
from rooms.drafts.rules import MOST_LEFT, MOST_LEFT_IN_ROOM
from rooms.drafts.sending import Sending
from rooms.messages.commands import PostMessage
from rooms.oversight.commands import PauseMessaging, ResumeMessaging
from rooms.posts import message
from tests.rooms.opening.clock import BEFORE, LATER, OPENS, SetClock, for_once, ms, stand_still
from tests.rooms.stickies.people import Class, class_of, thread
from tests.world import SECRET, World, code, done, post, world_on

POST = next(handler for handler in HANDLERS if handler.command is PostMessage)


def sending(world: World) -> Sending:
    return Sending(world.database, world.clock, SECRET, POST)


def leave(of: str, text: str = "Football later?") -> ScheduleMessage:
    return ScheduleMessage(room=of, key=uuid4(), text=text, when_open=True)


async def closed(world: World) -> tuple[SetClock, Class, str]:
    """A second before school is out Ava has a thread with Ben."""
    clock = stand_still(world)
    here = await class_of(world)
    return clock, here, await thread(world, here.ava, here.ben)


async def left(world: World) -> tuple[SetClock, Class, str, ScheduleMessage]:
    clock, here, of = await closed(world)
    command = leave(of)
    done(await world.do(here.ava, command))
    return clock, here, of, command


async def test_it_goes_at_the_opening_and_not_before(world: World) -> None:
    clock, here, of, command = await left(world)
    (row,) = await world.rows(scheduled)
    assert (row.when_open, row.due_ms) == (True, ms(OPENS))
    server = sending(world)
    assert await server.look() == 0.5  # nothing within the next look
    assert await world.rows(message) == []
    clock.ms = ms(OPENS) - 1
    assert await server.look() == 0.001
    assert await world.rows(message) == []
    clock.set(OPENS)
    await server.look()
    (row,) = await world.rows(message)
    assert (row.text, row.author_id, row.at_ms) == ("Football later?", here.ava.person, ms(OPENS))
    assert await world.rows(scheduled) == []
    kinds = [each.kind for each in await world.events(here.ava.own_room)]
    assert kinds[-2:] == ["message_scheduled", "scheduled_sent"]
    assert [each.kind for each in await world.events(here.ben.own_room)] == ["room_joined"]
    again = await world.do(here.ava, post(of, "Football later?", key=command.key))
    assert done(again)["repeat"] is True
    await world.check_log(of)


async def test_two_servers_at_the_boundary_send_it_once(world: World, emptied_database_url: str) -> None:
    clock, _, of, _ = await left(world)
    clock.set(OPENS)
    async with world_on(emptied_database_url) as other:
        other.clock = clock
        await asyncio.gather(*(each.look() for each in (sending(world), sending(other), sending(world))))
    assert len(await world.rows(message)) == 1
    await world.check_log(of)


async def test_a_server_that_starts_after_the_opening_sends_what_waited(world: World) -> None:
    clock, _, _, _ = await left(world)
    clock.set(LATER)
    await sending(world).look()
    assert len(await world.rows(message)) == 1


async def test_what_is_called_off_before_the_boundary_does_not_go(world: World) -> None:
    clock, here, _, command = await left(world)
    (row,) = await world.rows(scheduled)
    cancel = CancelScheduled(room=here.ava.own_room, key=uuid4(), scheduled=row.id)
    done(await world.do(here.ava, cancel))
    done(await world.do(here.ava, command))  # a late copy of it makes it wait no more
    clock.set(OPENS)
    await sending(world).look()
    assert await world.rows(message) == []
    assert done(await world.do(here.ava, cancel))["repeat"] is True


async def test_what_is_called_off_while_it_goes_either_went_or_did_not(world: World) -> None:
    clock, here, _, _ = await left(world)
    (row,) = await world.rows(scheduled)
    clock.set(OPENS)
    cancel = CancelScheduled(room=here.ava.own_room, key=uuid4(), scheduled=row.id)
    outcome, _ = await asyncio.gather(world.do(here.ava, cancel), sending(world).look())
    sent = await world.rows(message)
    if sent:
        assert code(outcome) == "not_found"
    else:
        assert done(outcome)["scheduled"] == row.id
    assert await world.rows(scheduled) == []


async def test_only_what_the_clock_closes_may_be_waited_for(world: World) -> None:
    clock, here, of = await closed(world)
    elsewhere = await thread(world, here.ava, here.teacher)
    assert code(await world.do(here.ava, leave(elsewhere))) == "bad_request"  # it is open
    assert code(await world.do(here.stranger, leave(of))) == "not_found"
    both = ScheduleMessage(room=of, key=uuid4(), text="x", when_open=True, at="2026-11-24T10:00")
    assert code(await world.do(here.ava, both)) == "bad_request"
    clock.set(OPENS)
    assert code(await world.do(here.ava, leave(of))) == "bad_request"
    assert await world.rows(scheduled) == []


async def test_a_time_chosen_by_hand_is_judged_then_and_now(world: World) -> None:
    clock, here, of = await closed(world)
    by_hand = ScheduleMessage(room=of, key=uuid4(), text="x", at="2026-11-24T10:00")
    assert code(await world.do(here.ava, by_hand)) == "window_closed"
    clock.set(OPENS)
    done(await world.do(here.ava, by_hand))
    clock.set("2026-11-24T10:00:00+00:00")
    await sending(world).look()
    assert await world.rows(message) == []
    (row,) = await world.rows(scheduled)
    assert (row.due_ms, bool(row.refused)) == (None, True)
    assert [each.text for each in await world.rows(draft)] == ["x"]


async def test_a_few_wait_in_a_thread_and_a_few_more_in_all(world: World) -> None:
    _, here, of = await closed(world)
    outcomes = await world.commit(*((here.ava, leave(of, str(nth))) for nth in range(MOST_LEFT_IN_ROOM + 1)))
    assert code(outcomes[-1]) == "bad_request"
    await world.set(scheduled, {"room_id": here.school.staffroom})
    rows = await world.rows(scheduled)
    for nth in range(MOST_LEFT - len(rows)):
        values = {**rows[0]._mapping, "id": f"wmore{nth}", "key": str(uuid4())}
        await world.execute(scheduled.insert().values(values))
    assert code(await world.do(here.ava, leave(of))) == "bad_request"
    assert len(await world.rows(scheduled)) == MOST_LEFT


async def test_where_it_is_still_closed_it_waits_for_the_next_opening(world: World) -> None:
    clock, here, _, _ = await left(world)
    server = sending(world)
    await for_once(world, here.school, opens=False, since=BEFORE, until=LATER)
    clock.set(OPENS)
    await server.look()
    assert await world.rows(message) == []
    (row,) = await world.rows(scheduled)
    assert (row.due_ms, row.at_ms, row.refused) == (ms(LATER), ms(LATER), None)
    clock.set(LATER)
    await server.look()
    assert len(await world.rows(message)) == 1


async def test_where_it_opens_sooner_it_goes_sooner(world: World) -> None:
    clock, here, _, _ = await left(world)
    clock.set("2026-11-23T15:00:00+00:00")
    server = sending(world)
    await server.look()
    assert await world.rows(message) == []
    await for_once(world, here.school, opens=True, since="2026-11-23T15:00:00+00:00", until=LATER)
    await server.look()
    assert len(await world.rows(message)) == 1


async def test_in_a_pause_it_waits_until_that_is_over(world: World) -> None:
    clock, here, _, _ = await left(world)
    server = sending(world)
    await server.look()
    held = done(await world.do(here.lead, PauseMessaging(
        room=here.lead.own_room, key=uuid4(), scope="learners", reason="A fight at lunch",
    )))["pause"]  # fmt: skip
    clock.set(OPENS)
    await server.look()
    assert await world.rows(message) == []
    (row,) = await world.rows(scheduled)
    assert (row.due_ms, row.refused) == (ms(OPENS) + 60_000, None)
    resume = ResumeMessaging(room=here.lead.own_room, key=uuid4(), pause=held)
    done(await world.do(here.lead, resume))
    await server.look()
    assert len(await world.rows(message)) == 1


async def test_another_schools_change_sends_nothing(world: World) -> None:
    _, here, _, _ = await left(world)
    other = await class_of(world, "riverside")
    await for_once(world, other.school, opens=True, since=BEFORE, until=LATER)
    await sending(world).look()
    assert await world.rows(message) == []
    assert here.school.id != other.school.id


async def test_two_schools_in_two_zones_open_at_their_own_time(world: World) -> None:
    clock = stand_still(world, "2026-11-23T13:00:00+00:00")  # 14:00 in Paris
    london, paris = await class_of(world), await class_of(world, "riverside")
    await _move(world, paris, "Europe/Paris")
    rooms = [await thread(world, each.ava, each.ben) for each in (london, paris)]
    for each, of in zip((london, paris), rooms, strict=True):
        done(await world.do(each.ava, leave(of)))
    assert sorted(row.due_ms for row in await world.rows(scheduled)) == [ms("2026-11-23T14:30:00+00:00"), ms(OPENS)]
    clock.set("2026-11-23T14:30:00+00:00")
    await sending(world).look()
    assert [row.author_id for row in await world.rows(message)] == [paris.ava.person]
    clock.set(OPENS)
    await sending(world).look()
    assert len(await world.rows(message)) == 2


async def _move(world: World, of: Class, zone: str) -> None:
    await world.set(school, {"zone": zone}, id=of.school.id)
    await world.database.write(lambda tx: settings.rights_changed(tx, of.school.id))


@pytest.mark.parametrize("lost", ["left the school", "may write no more"])
async def test_where_the_right_has_ended_the_words_are_a_draft_again(world: World, lost: str) -> None:
    clock, here, _, _ = await left(world)
    who = here.ava if lost == "left the school" else here.ben
    await world.set(person, {"left_ms" if who is here.ava else "disabled_ms": 1}, id=who.person)
    clock.set(OPENS)
    await sending(world).look()
    assert await world.rows(message) == []
    (row,) = await world.rows(scheduled)
    assert (row.due_ms, bool(row.refused)) == (None, True)
    assert [each.text for each in await world.rows(draft)] == ["Football later?"]
    again = EditScheduled(room=here.ava.own_room, key=uuid4(), scheduled=row.id, text="Better")
    if who is here.ben:
        done(await world.do(here.ava, again))
        assert [each.due_ms for each in await world.rows(scheduled)] == [clock.ms]


async def test_its_words_change_and_it_still_waits_for_the_opening(world: World) -> None:
    clock, here, _, _ = await left(world)
    (row,) = await world.rows(scheduled)
    done(await world.do(here.ava, EditScheduled(room=here.ava.own_room, key=uuid4(), scheduled=row.id, text="Chess?")))
    assert [each.due_ms for each in await world.rows(scheduled)] == [ms(OPENS)]
    clock.set(OPENS)
    await sending(world).look()
    assert [each.text for each in await world.rows(message)] == ["Chess?"]


async def test_what_waits_is_told_with_its_moment_and_without_its_words(world: World) -> None:
    _, here, of, _ = await left(world)
    told = msgspec.json.decode((await world.events(here.ava.own_room))[-1].body)
    assert (told["room"], told["at"]) == (of, "2026-11-23T15:30:00.000+00:00")
    assert "text" not in told
    assert await world.events(here.ben.own_room) == []


async def test_hundreds_go_together_and_one_that_fails_keeps_none(world: World) -> None:
    clock, here, of, _ = await left(world)
    (first,) = await world.rows(scheduled)
    more = [{**first._mapping, "id": f"wx{nth:03}", "key": str(uuid4()), "text": f"{nth}"} for nth in range(249)]
    more[7]["key"] = "no uuid"
    for start in range(0, len(more), 100):
        await world.execute(scheduled.insert().values(more[start : start + 100]))
    clock.set(OPENS)
    await sending(world).look()
    assert len(await world.rows(message, room_id=of)) == 249
    (row,) = await world.rows(scheduled)
    assert row.id == "wx007"
    assert row.due_ms > clock.ms
    assert len([each for each in await world.events(here.ava.own_room) if each.kind == "scheduled_sent"]) == 249
    await world.check_log(of)


async def test_a_caller_sends_the_same_key_in_the_very_transaction_of_the_boundary(world: World) -> None:
    clock, here, of, command = await left(world)
    clock.set(OPENS)
    own: Caller = here.ava
    outcome, _ = await asyncio.gather(
        world.do(own, post(of, "Football later?", key=command.key)), sending(world).look()
    )
    assert done(outcome)["message"]
    assert len(await world.rows(message)) == 1
    assert await world.rows(scheduled) == []
