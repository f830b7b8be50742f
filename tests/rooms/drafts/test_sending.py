"""Messages whose time has come: sent once, judged then, and never lost."""

import asyncio
from uuid import uuid4

import msgspec
import pytest

from accounts.model import person, session
from features import HANDLERS
from realtime.connection import Caller
from rooms.drafts import model
from rooms.drafts.commands import KeepDraft, ScheduleMessage
from rooms.drafts.model import draft, scheduled
from rooms.drafts.rules import tomorrow_morning
from rooms.drafts.sending import Sending
from rooms.membership import RemoveMember
from rooms.messages.commands import PostMessage
from rooms.model import event, room
from rooms.posts import message
from tests.world import SECRET, School, World, done, post, world_on

POST = next(handler for handler in HANDLERS if handler.command is PostMessage)


def sending(world: World) -> Sending:
    return Sending(world.database, world.clock, SECRET, POST)


def tomorrow(world: World) -> str:
    return tomorrow_morning(world.now_ms, "Europe/London")


async def waits(world: World) -> tuple[School, Caller, ScheduleMessage]:
    """Amara has left a message whose time has come."""
    school = await world.school()
    amara = await world.caller(school, "amara")
    command = ScheduleMessage(room=school.staffroom, key=uuid4(), text="Good morning", at=tomorrow(world))
    done(await world.do(amara, command))
    await world.set(scheduled, {"due_ms": world.now_ms, "at_ms": world.now_ms})
    return school, amara, command


async def test_what_is_due_is_sent_as_an_ordinary_message_of_its_author(world: World) -> None:
    school, amara, command = await waits(world)
    await sending(world).look()
    (row,) = await world.rows(message)
    assert (row.text, row.author_id, row.room_id) == ("Good morning", amara.person, school.staffroom)
    (made,) = await world.rows(event, room_id=school.staffroom)
    assert (made.kind, made.key) == ("message_posted", str(command.key))
    assert await world.rows(scheduled) == []
    assert [each.kind for each in await world.events(amara.own_room)] == ["message_scheduled", "scheduled_sent"]
    await world.check_log(school.staffroom)


async def test_what_is_not_due_waits(world: World) -> None:
    _, _, _ = await waits(world)
    await world.set(scheduled, {"due_ms": world.now_ms + 60_000})
    await sending(world).look()
    assert await world.rows(message) == []


async def test_two_servers_and_many_looks_send_it_once(world: World, emptied_database_url: str) -> None:
    school, amara, command = await waits(world)
    async with world_on(emptied_database_url) as other:
        looks = [each.look() for each in (sending(world), sending(other), sending(world), sending(other))]
        await asyncio.gather(*looks)
    assert len(await world.rows(message)) == 1
    again = await world.do(amara, post(school.staffroom, "Good morning", key=command.key))
    assert done(again)["repeat"] is True  # the client that sends it by itself sends nothing new
    await world.check_log(school.staffroom)


async def test_a_server_that_died_after_sending_does_not_send_again(world: World) -> None:
    """The row and the message are one transaction; were it not so, the key would still tell."""
    school, amara, command = await waits(world)
    await world.do(amara, post(school.staffroom, "Good morning", key=command.key))
    await sending(world).look()
    assert len(await world.rows(message)) == 1
    assert await world.rows(scheduled) == []


@pytest.mark.parametrize("lost", ["left the room", "left the school", "closed", "account closed"])
async def test_it_is_judged_when_it_goes_and_its_words_are_not_lost(world: World, lost: str) -> None:
    school, amara, _ = await waits(world)
    here = school.staffroom
    if lost == "left the room":
        head = await world.caller(school, "head", "head")
        done(await world.do(head, RemoveMember(room=here, key=uuid4(), person=amara.person)))
    elif lost == "closed":
        await world.set(room, {"closed_ms": 1}, id=here)
    else:
        column = "left_ms" if lost == "left the school" else "off_ms"
        await world.set(person, {column: 1}, id=amara.person)
    await sending(world).look()
    await sending(world).look()
    assert await world.rows(message) == []
    (row,) = await world.rows(scheduled)
    assert row.due_ms is None
    assert row.refused
    assert await world.database.read(model.refused, amara.person) == 1  # said on their first page, until put away
    (kept,) = await world.rows(draft)
    assert (kept.text, kept.person_id) == ("Good morning", amara.person)
    told = [each for each in await world.events(amara.own_room) if each.kind == "scheduled_refused"]
    assert len(told) == 1
    assert "Good morning" not in str(msgspec.json.decode(told[0].body))


async def test_a_draft_that_is_there_already_is_kept_above_the_words_that_could_not_go(world: World) -> None:
    school, amara, _ = await waits(world)
    await world.do(amara, KeepDraft(room=school.staffroom, text="Something else"))
    await world.set(room, {"closed_ms": 1}, id=school.staffroom)
    await sending(world).look()
    assert [row.text for row in await world.rows(draft)] == ["Something else\nGood morning"]


async def test_no_session_is_needed_when_the_time_comes(world: World) -> None:
    await waits(world)
    await world.set(session, {"ended_ms": 1})
    await sending(world).look()
    assert len(await world.rows(message)) == 1


async def test_one_that_fails_keeps_no_other_from_going(world: World) -> None:
    school, amara, _ = await waits(world)
    ben = await world.caller(school, "ben")
    broken = ScheduleMessage(room=school.staffroom, key=uuid4(), text="x", at=tomorrow(world))
    done(await world.do(ben, broken))
    await world.set(scheduled, {"due_ms": 1, "key": "no uuid"}, person_id=ben.person)
    await sending(world).look()
    assert [row.author_id for row in await world.rows(message)] == [amara.person]
