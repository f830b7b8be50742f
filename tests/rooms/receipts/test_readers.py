"""What a writer is told of those who will read: kindly, of whom they may know it, and of nobody's presence."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import msgspec
import pytest

from accounts.hours.model import absence, absence_other, quiet_hours
from accounts.hours.rules import WEEKDAYS, Hours
from realtime.connection import Caller
from realtime.refusal import Refusal
from rooms.membership import put_member, put_room
from rooms.receipts.commands import Received
from rooms.receipts.pages import _read
from storage.database import Transaction
from tests.rooms.receipts.test_receipts import reads, states, told
from tests.rooms.stickies.people import class_of, thread
from tests.world import World, done, post


async def settles(world: World, who: Caller, hours: Hours) -> None:
    body = msgspec.json.encode(hours).decode()
    await world.execute(quiet_hours.insert().values(person_id=who.person, body=body))


async def goes(world: World, who: Caller, *others: Caller, days: int | None = 3, line: str = "") -> None:
    """Away from now on, for so many days."""
    until_ms = None if days is None else world.now_ms + days * 24 * 3600 * 1000
    row = {"person_id": who.person, "from_ms": 0, "until_ms": until_ms, "line": line, "set_by": who.person}
    await world.execute(absence.insert().values(row))
    for each in others:
        await world.execute(absence_other.insert().values(person_id=who.person, other_id=each.person))


async def asked(world: World, who: Caller, of: str) -> Mapping[str, Any]:
    actor = await world.session(who.person)
    return await world.database.read(_read, actor, of, world.now_ms, "en")


async def readers(world: World, who: Caller, of: str) -> list[dict[str, Any]]:
    return cast(list[dict[str, Any]], (await asked(world, who, of))["readers"])


async def test_a_reader_in_quiet_hours_is_said_to_read_later(world: World) -> None:
    here = await class_of(world)
    of = await thread(world, here.ava, here.teacher)
    await settles(world, here.teacher, Hours(on=False))
    assert await readers(world, here.ava, of) == []
    at = datetime.fromtimestamp(world.now_ms / 1000, ZoneInfo("Europe/London"))
    tomorrow = at.date() + timedelta(days=1)
    days = frozenset({at.weekday()})
    await world.set(quiet_hours, {"body": msgspec.json.encode(Hours(begins="00:00", ends="00:00", days=days)).decode()})
    told = await asked(world, here.ava, of)
    likely = {"day": "tomorrow", "part": "morning", "date": tomorrow.isoformat()}
    assert told["readers"] == [
        {"id": here.teacher.person, "name": "Teacher", "away": False, "likely": likely, "instead": []}
    ]
    assert told["changes_at"].startswith((tomorrow.isoformat(), at.date().isoformat()))


async def test_who_is_away_says_who_else_can_be_asked_of_whom_the_writer_may(world: World) -> None:
    here = await class_of(world)
    of = await thread(world, here.ava, here.teacher)
    await settles(world, here.teacher, Hours(on=False))
    await goes(world, here.teacher, here.lead, here.governor, line="At a course")
    (said,) = await readers(world, here.ava, of)
    assert (said["away"], said["line"]) == (True, "At a course")
    assert [each["name"] for each in said["instead"]] == ["Lead"]  # not the governor, to whom no child writes
    colleague = await world.caller(here.school, "leila", seated=False)
    between = await thread(world, colleague, here.teacher)
    (said,) = await readers(world, colleague, between)
    assert [each["name"] for each in said["instead"]] == ["Governor", "Lead"]
    other = await thread(world, colleague, here.lead)
    (said,) = await readers(world, colleague, between)
    assert [each.get("room") for each in said["instead"]] == [None, other]


async def test_nobody_promises_when_no_end_is_known(world: World) -> None:
    here = await class_of(world)
    of = await thread(world, here.ava, here.teacher)
    await goes(world, here.teacher, days=None)
    (said,) = await readers(world, here.ava, of)
    assert (said["likely"], "back" in said) == (None, False)


async def test_of_children_only_staff_are_told(world: World) -> None:
    here = await class_of(world)
    await settles(world, here.ben, Hours(days=WEEKDAYS))
    pair, group = await thread(world, here.ava, here.ben), await thread(world, here.teacher, here.ava, here.ben)
    await settles(world, here.teacher, Hours(on=False))
    await settles(world, here.ava, Hours(on=False))
    for of in (pair, group):
        found = await asked(world, here.ava, of)
        assert (found["readers"], found["read"]) == ([], [] if of == pair else found["read"])
    assert [each["id"] for each in await readers(world, here.teacher, group)] == [here.ben.person]
    await world.set(quiet_hours, {"body": '{"on":false}'}, person_id=here.ben.person)
    assert await readers(world, here.ava, pair) == []


async def test_it_is_asked_of_one_s_own_threads_alone(world: World) -> None:
    here = await class_of(world)
    of = await thread(world, here.ava, here.teacher)
    for who, room in ((here.lead, of), (here.lead, here.lead.own_room)):
        with pytest.raises(Refusal) as refused:
            await asked(world, who, room)
        assert refused.value.code == "not_found"


async def test_where_help_is_asked_for_it_is_enough_that_one_has_it(world: World) -> None:
    here = await class_of(world)

    def make(tx: Transaction) -> str:
        made = put_room(tx.connection, here.school.id, "help", "", world.now_ms)
        for each in (here.ava, here.lead, here.teacher):
            put_member(tx.connection, made, each.person, world.now_ms, may_write=True)
        return made

    of = await world.database.write(make)
    done(await world.do(here.ava, post(of, "I need help")))
    done(await world.do(here.lead, Received(room=of, seq=1)))
    assert [each["state"] for each in await states(world, here.ava, of)] == ["delivered"]
    done(await reads(world, here.lead, of, 1))
    assert [kind for kind, _ in await told(world, here.ava)] == ["sticky_delivered", "sticky_read"]
    assert await states(world, here.ava, of) == [{"state": "read", "last": True}]
    done(await world.do(here.lead, post(of, "I am coming")))
    assert [each["state"] for each in await states(world, here.lead, of)] == ["sent"]
    done(await reads(world, here.teacher, of, 2))
    assert [each["state"] for each in await states(world, here.lead, of)] == ["sent"]
    done(await reads(world, here.ava, of, 2))
    assert [each["state"] for each in await states(world, here.lead, of)] == ["read"]
