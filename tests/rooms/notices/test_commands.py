"""Notices that must be read: who is asked, who says so, one nudge, and the end of it."""

from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest

from accounts.administration.rules import today
from accounts.model import person
from realtime.connection import Caller
from rooms.membership import RemoveMember
from rooms.model import member, room
from rooms.notices.commands import ConfirmNotice, NudgeNotice, PostNotice
from rooms.notices.model import counts, missing, notice, notice_reader, open_for
from rooms.notices.rules import Audience
from rooms.posts import message
from tests.rooms.classroom import classroom
from tests.world import School, World, code, done, post, remove

ZONE = "Europe/London"
DAY_MS = 24 * 3600 * 1000


def notify(world: World, of: str, audience: Audience = "all", days: int = 2, text: str = "Read me") -> PostNotice:
    until = today(world.now_ms, ZONE) + timedelta(days=days)
    return PostNotice(room=of, key=uuid4(), text=text, until=until.isoformat(), audience=audience)


def confirm(of: str, message_id: str) -> ConfirmNotice:
    return ConfirmNotice(room=of, key=uuid4(), message=message_id)


def nudge(of: str, message_id: str) -> NudgeNotice:
    return NudgeNotice(room=of, key=uuid4(), message=message_id)


async def people(world: World) -> tuple[School, Caller, Caller, Caller]:
    """A head and two teachers in the staffroom."""
    school = await world.school()
    head = await world.caller(school, "head", "head")
    return school, head, await world.caller(school, "amara"), await world.caller(school, "ben")


async def told(world: World, who: Caller) -> list[tuple[str, object]]:
    """What is said in somebody's own room."""
    return [(each.kind, msgspec.json.decode(each.body)) for each in await world.events(who.own_room)]


async def test_a_notice_is_a_message_that_everybody_else_is_asked_to_read(world: World) -> None:
    school, head, amara, ben = await people(world)
    here, asked = school.staffroom, notify(world, school.staffroom)
    answer = done(await world.do(head, asked))["message"]
    (row,) = await world.rows(message)
    assert (row.text, row.author_id) == ("Read me", head.person)
    body = msgspec.json.decode((await world.events(here))[0].body)
    assert body["notice"] == {"until": asked.until, "audience": "all"}
    assert {each.person_id for each in await world.rows(notice_reader)} == {amara.person, ben.person}
    (due,) = await told(world, amara)
    assert due[0] == "notice_due"
    assert isinstance(due[1], dict)
    assert due[1]["message"] == answer
    assert await told(world, head) == []
    assert [each.seq for each in await world.database.read(open_for, ben.person, world.now_ms)] == [1]
    assert await world.database.read(open_for, head.person, world.now_ms) == []


async def test_confirming_twice_is_confirming_once_and_the_author_sees_the_count(world: World) -> None:
    school, head, amara, _ = await people(world)
    here = school.staffroom
    answer = done(await world.do(head, notify(world, here)))["message"]
    for _ in range(2):
        assert done(await world.do(amara, confirm(here, answer)))["message"] == answer
    kinds = [kind for kind, _ in await told(world, amara)]
    assert kinds == ["notice_due", "notice_done"]
    assert await told(world, head) == [("notice_read", {"room": here, "message": answer, "read": 1, "of": 2})]
    assert await world.database.read(open_for, amara.person, world.now_ms) == []
    assert await world.database.read(counts, here, [1], world.now_ms) == {1: (1, 2)}
    assert [each.name for each in await world.database.read(missing, here, 1, world.now_ms)] == ["Ben"]
    assert [each.kind for each in await world.events(here)] == ["message_posted"]  # who has read is not the room's


async def test_the_same_notice_sent_twice_is_one(world: World) -> None:
    school, head, _, _ = await people(world)
    command = notify(world, school.staffroom)
    first, again = done(await world.do(head, command)), done(await world.do(head, command))
    assert (first["seq"], again["seq"], again["repeat"]) == (1, 1, True)
    assert len(await world.rows(notice)) == 1


async def test_of_staff_alone_learners_are_not_asked(world: World) -> None:
    school, head, amara, ben = await people(world)
    aisha = await world.caller(school, "aisha", "learner", seated=False)
    here = await classroom(world, school, head.person, amara.person, aisha.person)
    await world.do(head, notify(world, here, "staff"))
    assert [each.person_id for each in await world.rows(notice_reader)] == [amara.person]
    await world.do(head, notify(world, here, "all"))
    assert {each.person_id for each in await world.rows(notice_reader, seq=2)} == {amara.person, aisha.person}
    assert [each.room for each in await world.database.read(open_for, aisha.person, world.now_ms)] == [here]
    assert ben.person not in {each.person_id for each in await world.rows(notice_reader)}


async def test_learners_put_up_no_notices_and_confirm_for_nobody_else(world: World) -> None:
    school, head, _amara, _ben = await people(world)
    aisha = await world.caller(school, "aisha", "learner", seated=False)
    dev = await world.caller(school, "dev", "learner", seated=False)
    here = await classroom(world, school, head.person, aisha.person, dev.person)
    assert code(await world.do(aisha, notify(world, here))) == "forbidden"
    answer = done(await world.do(head, notify(world, here)))["message"]
    assert code(await world.do(aisha, nudge(here, answer))) == "forbidden"
    await world.do(aisha, confirm(here, answer))
    by_person = {each.person_id: each.read_ms is not None for each in await world.rows(notice_reader)}
    assert by_person == {aisha.person: True, dev.person: False}
    with pytest.raises(msgspec.ValidationError):  # there is no field for whom
        msgspec.convert({"room": here, "key": str(uuid4()), "message": answer, "person": dev.person}, ConfirmNotice)


async def test_whoever_is_not_asked_cannot_confirm_and_strangers_find_nothing(world: World) -> None:
    school, head, _, _ = await people(world)
    here, other = school.staffroom, await world.school("riverside")
    answer = done(await world.do(head, notify(world, here)))["message"]
    plain = done(await world.do(head, post(here)))["message"]
    stranger = await world.caller(other, "stranger", "head")
    newcomer = await world.caller(school, "new")
    assert code(await world.do(stranger, confirm(here, answer))) == "not_found"
    assert code(await world.do(stranger, nudge(here, answer))) == "not_found"
    assert code(await world.do(newcomer, confirm(here, answer))) == "not_found"  # was not there when it was posted
    for forged in (plain, "nonsense", f"m9-{here}", f"m1-{other.staffroom}"):
        assert code(await world.do(newcomer, confirm(here, forged))) == "not_found"
        assert code(await world.do(head, nudge(here, forged))) == "not_found"


async def test_one_nudge_reaches_those_who_have_not_read_it_and_there_is_no_second(world: World) -> None:
    school, head, amara, ben = await people(world)
    here = school.staffroom
    answer = done(await world.do(head, notify(world, here)))["message"]
    await world.do(amara, confirm(here, answer))
    first = nudge(here, answer)
    assert done(await world.do(head, first))["message"] == answer
    assert done(await world.do(head, first))["message"] == answer  # its answer was lost: the same again
    assert code(await world.do(head, nudge(here, answer))) == "bad_request"
    nudged = [body for kind, body in await told(world, ben) if kind == "notice_due"]
    assert [isinstance(body, dict) and body.get("nudged", False) for body in nudged] == [False, True]
    assert [kind for kind, _ in await told(world, amara)] == ["notice_due", "notice_done"]
    assert [each.nudged for each in await world.database.read(open_for, ben.person, world.now_ms)] == [True]


async def test_when_everybody_has_read_it_there_is_nobody_to_nudge(world: World) -> None:
    school, head, amara, ben = await people(world)
    here = school.staffroom
    answer = done(await world.do(head, notify(world, here)))["message"]
    for each in (amara, ben):
        await world.do(each, confirm(here, answer))
    assert code(await world.do(head, nudge(here, answer))) == "bad_request"


async def test_after_its_last_day_nobody_is_asked_any_more_and_the_record_stays(world: World) -> None:
    school, head, amara, _ = await people(world)
    here = school.staffroom
    answer = done(await world.do(head, notify(world, here, days=0)))["message"]
    (row,) = await world.rows(notice)
    before, after = row.until_ms - 1, row.until_ms
    assert len(await world.database.read(open_for, amara.person, before)) == 1
    assert await world.database.read(open_for, amara.person, after) == []
    await world.set(notice, {"until_ms": world.now_ms})
    assert code(await world.do(head, nudge(here, answer))) == "bad_request"
    assert await world.database.read(counts, here, [1], after) == {1: (0, 2)}


async def test_who_leaves_the_room_or_the_school_drops_off_the_list(world: World) -> None:
    school, head, amara, ben = await people(world)
    here = school.staffroom
    await world.do(head, notify(world, here))
    await world.do(head, RemoveMember(room=here, key=uuid4(), person=amara.person))
    assert await world.database.read(counts, here, [1], world.now_ms) == {1: (0, 1)}
    assert await world.database.read(open_for, amara.person, world.now_ms) == []
    await world.set(person, {"left_ms": 1}, id=ben.person)
    assert await world.database.read(counts, here, [1], world.now_ms) == {}
    assert await world.database.read(missing, here, 1, world.now_ms) == []


async def test_a_notice_that_is_removed_is_asked_for_no_longer(world: World) -> None:
    school, head, amara, _ = await people(world)
    here = school.staffroom
    answer = done(await world.do(head, notify(world, here)))["message"]
    await world.do(head, remove(here, answer))
    assert await world.database.read(open_for, amara.person, world.now_ms) == []
    assert code(await world.do(amara, confirm(here, answer))) == "not_found"
    assert len(await world.rows(notice_reader)) == 2


async def test_a_closed_room_asks_for_nothing(world: World) -> None:
    school, head, amara, _ = await people(world)
    await world.do(head, notify(world, school.staffroom))
    await world.set(room, {"closed_ms": world.now_ms}, id=school.staffroom)
    assert await world.database.read(open_for, amara.person, world.now_ms) == []
    assert code(await world.do(head, notify(world, school.staffroom))) == "room_closed"


@pytest.mark.parametrize("days", [-1, 367, 4000])
async def test_the_last_day_is_from_today_on_and_within_a_year(world: World, days: int) -> None:
    school, head, _, _ = await people(world)
    assert code(await world.do(head, notify(world, school.staffroom, days=days))) == "bad_request"
    assert await world.rows(notice) == []


async def test_alone_there_is_nobody_to_ask(world: World) -> None:
    school = await world.school()
    head = await world.caller(school, "head", "head")
    assert code(await world.do(head, notify(world, school.staffroom))) == "bad_request"
    await world.set(member, {"may_write": False}, person_id=head.person)
    assert code(await world.do(head, notify(world, school.staffroom))) == "forbidden"
