"""Drafts that follow a person, and messages that are left to go later."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec
import pytest

from realtime.connection import Caller
from realtime.refusal import Refusal
from rooms.drafts import model
from rooms.drafts.commands import CancelScheduled, DropDraft, EditScheduled, KeepDraft, ScheduleMessage
from rooms.drafts.model import draft, scheduled
from rooms.drafts.rules import MOST_DRAFTS, MOST_SCHEDULED, written
from rooms.model import room
from storage.database import Transaction
from tests.world import School, World, code, done, post

ZONE = "Europe/London"


def keep(of: str, text: str, base: int = 0, about: str | None = None) -> KeepDraft:
    return KeepDraft(room=of, text=text, base=base, about=about)


def at(world: World, **later: int) -> str:
    """A moment from now, as a form has it."""
    now = datetime.fromtimestamp(world.now_ms / 1000, UTC) + timedelta(**later)
    return now.astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%dT%H:%M")


def schedule(of: str, at: str, text: str = "Later", key: UUID | None = None) -> ScheduleMessage:
    return ScheduleMessage(room=of, key=key or uuid4(), text=text, at=at)


async def people(world: World) -> tuple[School, Caller, Caller]:
    school = await world.school()
    return school, await world.caller(school, "amara"), await world.caller(school, "ben")


async def test_a_draft_is_kept_for_its_person_alone_and_told_to_their_other_devices(world: World) -> None:
    school, amara, ben = await people(world)
    here = school.staffroom
    version = done(await world.do(amara, keep(here, "Dear all,")))["version"]
    (row,) = await world.rows(draft)
    assert (row.person_id, row.room_id, row.about, row.text) == (amara.person, here, "", "Dear all,")
    (event,) = await world.events(amara.own_room)
    assert event.kind == "draft_kept"
    assert msgspec.json.decode(event.body) == {"room": here, "about": "", "version": version}  # and not its words
    assert await world.events(here) == []
    assert await world.database.read(model.kept, ben.person, here, "") is None


async def test_what_was_written_on_top_of_something_older_does_not_overwrite(world: World) -> None:
    school, amara, _ = await people(world)
    here = school.staffroom
    first = done(await world.do(amara, keep(here, "One")))["version"]
    second = done(await world.do(amara, keep(here, "One two", first)))["version"]
    assert second > first
    refused = await world.do(amara, keep(here, "One and a half", first))
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.more["version"]) == ("key_conflict", second)
    assert done(await world.do(amara, keep(here, "One two", first)))["version"] > second  # says the same: no quarrel
    (row,) = await world.rows(draft)
    assert row.text == "One two"


async def test_a_draft_that_is_emptied_or_dropped_is_gone(world: World) -> None:
    school, amara, _ = await people(world)
    here = school.staffroom
    for gone in (keep(here, "  \n "), DropDraft(room=here), DropDraft(room=here)):
        await world.do(amara, keep(here, "Something"))
        done(await world.do(amara, gone))
        assert await world.rows(draft) == []
    done(await world.do(amara, DropDraft(room=here)))  # there is none: that is what was wanted


async def test_a_thread_has_a_draft_of_its_own_and_only_of_this_room(world: World) -> None:
    school, amara, _ = await people(world)
    here, other = school.staffroom, await world.school("riverside")
    message = done(await world.do(amara, post(here)))["message"]
    await world.do(amara, keep(here, "For the room"))
    await world.do(amara, keep(here, "For the thread", about=message))
    assert [row.about for row in await world.rows(draft)] == ["", message]
    for forged in (f"m1-{other.staffroom}", "nonsense"):
        assert code(await world.do(amara, keep(here, "x", about=forged))) == "not_found"


async def test_drafts_are_bounded_in_length_and_number(world: World) -> None:
    school, amara, _ = await people(world)
    here = school.staffroom
    assert code(await world.do(amara, keep(here, "x" * 8001))) == "too_large"
    done(await world.do(amara, keep(here, "x" * 8000)))

    def fill(tx: Transaction) -> None:
        for number in range(MOST_DRAFTS - 1):
            model.put(tx.connection, amara.person, here, f"m{number + 1}-{here}", "x", None, world.now_ms)

    await world.database.write(fill)
    assert code(await world.do(amara, keep(here, "one too many", about=f"m999-{here}"))) == "bad_request"
    assert len(await world.rows(draft)) == MOST_DRAFTS
    done(await world.do(amara, keep(here, "Longer", 2**53 - 1, f"m1-{here}")))  # those that are there go on


async def test_nobody_keeps_drafts_where_they_may_not_read(world: World) -> None:
    school, _, _ = await people(world)
    other = await world.school("riverside")
    stranger = await world.caller(other, "stranger")
    for command in (keep(school.staffroom, "x"), DropDraft(room=school.staffroom)):
        assert code(await world.do(stranger, command)) == "not_found"


async def test_a_scheduled_message_waits_in_nobodys_sight_but_ones_own(world: World) -> None:
    school, amara, ben = await people(world)
    here, when = school.staffroom, at(world, hours=3)
    made = done(await world.do(amara, schedule(here, when)))["scheduled"]
    (row,) = await world.rows(scheduled)
    assert (row.id, row.text, written(row.at_ms, ZONE), row.due_ms) == (made, "Later", when, row.at_ms)
    assert await world.events(here) == []
    (event,) = await world.events(amara.own_room)
    assert event.kind == "message_scheduled"
    assert b"Later" not in bytes(event.body)
    assert await world.database.read(model.waiting, ben.person) == []


async def test_the_same_schedule_sent_twice_waits_once(world: World) -> None:
    school, amara, _ = await people(world)
    command = schedule(school.staffroom, at(world, hours=1))
    first, again = done(await world.do(amara, command)), done(await world.do(amara, command))
    assert first["scheduled"] == again["scheduled"]
    assert len(await world.rows(scheduled)) == 1


async def test_one_changes_and_calls_off_one_s_own_and_nobody_else_s(world: World) -> None:
    school, amara, ben = await people(world)
    here = school.staffroom
    made = done(await world.do(amara, schedule(here, at(world, hours=1))))["scheduled"]

    def change(of: str) -> EditScheduled:
        return EditScheduled(room=of, key=uuid4(), scheduled=made, text="Better", at=at(world, hours=2))

    def call_off(of: str) -> CancelScheduled:
        return CancelScheduled(room=of, key=uuid4(), scheduled=made)

    assert code(await world.do(ben, change(ben.own_room))) == "not_found"
    assert code(await world.do(ben, change(amara.own_room))) == "not_found"
    assert code(await world.do(ben, call_off(ben.own_room))) == "not_found"
    assert code(await world.do(amara, call_off(here))) == "not_found"
    done(await world.do(amara, change(amara.own_room)))
    (row,) = await world.rows(scheduled)
    assert (row.text, written(row.due_ms, ZONE)) == ("Better", at(world, hours=2))
    done(await world.do(amara, call_off(amara.own_room)))
    assert await world.rows(scheduled) == []


@pytest.mark.parametrize("when", [{"hours": -1}, {"seconds": 1}, {"days": 368}])
async def test_the_time_is_a_minute_to_a_year_away(world: World, when: dict[str, int]) -> None:
    school, amara, _ = await people(world)
    assert code(await world.do(amara, schedule(school.staffroom, at(world, **when)))) == "bad_request"


async def test_a_time_that_there_is_not_is_refused(world: World) -> None:
    school, amara, _ = await people(world)
    assert code(await world.do(amara, schedule(school.staffroom, "2027-02-30T07:30"))) == "bad_request"


async def test_nobody_schedules_where_they_may_not_write_nor_without_end(world: World) -> None:
    school, amara, _ = await people(world)
    here, other = school.staffroom, await world.school("riverside")
    stranger = await world.caller(other, "stranger")
    assert code(await world.do(stranger, schedule(here, at(world, hours=1)))) == "not_found"
    outcomes = await world.commit(*((amara, schedule(here, at(world, hours=1))) for _ in range(MOST_SCHEDULED + 1)))
    assert code(outcomes[-1]) == "bad_request"
    assert len(await world.rows(scheduled)) == MOST_SCHEDULED
    await world.set(room, {"closed_ms": 1}, id=here)
    assert code(await world.do(amara, schedule(here, at(world, hours=1)))) == "room_closed"
