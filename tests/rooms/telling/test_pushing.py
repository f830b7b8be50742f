"""Devices are told once that a sticky waits, with no name and no word, and never in quiet hours."""

import asyncio
import base64
from collections.abc import AsyncIterator
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import update

from accounts.hours.model import absence
from accounts.model import session
from accounts.settings import Switch
from realtime.connection import Caller
from realtime.refusal import Refusal
from rooms.concerns.commands import AskHelp
from rooms.model import member
from rooms.reading import Read
from rooms.telling import rules
from rooms.telling.model import push, push_subscription, telling
from storage.database import open_database
from tests.rooms.stickies.people import Class, class_of, thread
from tests.rooms.telling.receiving import (
    Hands,
    Maker,
    Phone,
    Server,
    at,
    let_learners,
    maker,
    subscribe,
    telling_server,
)
from tests.world import World, done, post, remove

SCHOOL_DAY = "2026-11-24 11:00"  # a Tuesday


class Told:
    """Ava's thread with her teacher, who has a phone that says so."""

    def __init__(self, world: World, people: Class, room: str, server: Server, clock: Hands, by: Maker) -> None:
        self.world, self.people, self.room, self.server, self.clock, self.by = world, people, room, server, clock, by

    async def say(self, who: Caller, text: str = "Miss, I found the newt again") -> str:
        return str(done(await self.world.do(who, post(self.room, text)))["message"])

    async def later(self, seconds: float = rules.GRACE_MS / 1000 + 1) -> None:
        self.clock.move(seconds)
        await self.server.look()

    async def read(self, who: Caller, seq: int) -> None:
        done(await self.world.do(who, Read(room=self.room, seq=seq)))


@pytest.fixture
async def told(world: World) -> AsyncIterator[Told]:
    clock = at(world, SCHOOL_DAY)
    people = await class_of(world)
    room = await thread(world, people.ava, people.teacher)
    async with maker() as by, telling_server(world) as server:
        yield Told(world, people, room, server, clock, by)


async def phone_of(told: Told, who: Caller, name: str = "one") -> Phone:
    phone = told.by.phone(name)
    await subscribe(told.server, who, phone, told.by.port)
    return phone


async def test_a_device_is_told_once_with_no_name_and_no_word(told: Told) -> None:
    phone = await phone_of(told, told.people.teacher)
    await told.say(told.people.ava)
    await told.server.look()
    assert phone.heard == []  # perhaps it is read in a moment
    await told.later()
    await told.say(told.people.ava, "Are you there?")
    await told.later()
    ((headers, body),) = told.by.requests
    assert [set(each) for each in phone.heard] == [{"kind", "tag"}]
    assert phone.heard[0]["kind"] == "sticky"
    (clear,) = told.by.clear
    for word in (b"newt", b"Ava", b"Teacher", b"Oakfield", told.room.encode(), told.people.ava.person.encode()):
        assert word not in clear
        assert word not in body
        assert word.decode() not in str(headers)
    assert headers["content-encoding"] == "aes128gcm"
    assert headers["host"] == f"127.0.0.1:{told.by.port}"
    claims = msgspec.json.decode(_unpadded(headers["authorization"].split("t=")[1].split(",")[0].split(".")[1]))
    assert claims["aud"] == f"http://127.0.0.1:{told.by.port}"
    assert claims["sub"] == "https://corridor.example"
    assert told.server.counted == [("push", "sent")]


async def test_whoever_reads_it_at_once_is_not_told(told: Told) -> None:
    phone = await phone_of(told, told.people.teacher)
    await told.say(told.people.ava)
    await told.read(told.people.teacher, 1)
    await told.later()
    assert phone.heard == []
    assert await told.world.rows(telling) == []


async def test_what_is_read_elsewhere_goes_from_the_device_and_the_next_one_is_told_anew(told: Told) -> None:
    phone = await phone_of(told, told.people.teacher)
    await told.say(told.people.ava)
    await told.later()
    await told.read(told.people.teacher, 1)
    await told.later()
    assert [each["kind"] for each in phone.heard] == ["sticky", "close"]
    assert len({each["tag"] for each in phone.heard}) == 1
    await told.say(told.people.ava)
    await told.later()
    assert [each["kind"] for each in phone.heard] == ["sticky", "close", "sticky"]
    assert phone.heard[2]["tag"] != phone.heard[0]["tag"]


async def test_what_is_taken_back_goes_from_the_device(told: Told) -> None:
    phone = await phone_of(told, told.people.teacher)
    told.room = await thread(told.world, told.people.lead, told.people.teacher)  # grown-ups may take something back
    mine = await told.say(told.people.lead)
    await told.later()
    done(await told.world.do(told.people.lead, remove(told.room, mine)))
    await told.later(0)
    assert [each["kind"] for each in phone.heard] == ["sticky", "close"]


async def test_in_quiet_hours_it_waits_and_comes_once_when_they_end(told: Told) -> None:
    phone = await phone_of(told, told.people.teacher)
    told.clock.move_to("2026-11-24 19:00")
    await told.say(told.people.ava)
    await told.say(told.people.ava, "And another")
    await told.later()
    told.clock.move_to("2026-11-25 07:29")
    await told.server.look()
    assert phone.heard == []
    told.clock.move_to("2026-11-25 07:31")
    await told.server.look()
    assert [each["kind"] for each in phone.heard] == ["sticky"]


async def test_what_was_read_in_quiet_hours_is_not_told_when_they_end(told: Told) -> None:
    phone = await phone_of(told, told.people.teacher)
    told.clock.move_to("2026-11-24 19:00")
    await told.say(told.people.ava)
    await told.later()
    await told.read(told.people.teacher, 1)
    told.clock.move_to("2026-11-25 07:31")
    await told.server.look()
    assert phone.heard == []


async def test_whoever_is_away_is_told_when_they_are_back(told: Told) -> None:
    teacher, phone = told.people.teacher.person, await phone_of(told, told.people.teacher)
    row = {"person_id": teacher, "from_ms": told.clock.at_ms, "until_ms": told.clock.at_ms + 7_200_000}
    await told.world.execute(absence.insert().values(line="", set_by=teacher, **row))
    await told.say(told.people.ava)
    await told.later()
    assert phone.heard == []
    await told.later(7_200_000 / 1000)
    assert [each["kind"] for each in phone.heard] == ["sticky"]


async def test_learners_are_told_only_where_their_school_says_so(told: Told) -> None:
    with pytest.raises(Refusal, check=lambda refusal: refusal.code == "forbidden"):
        await phone_of(told, told.people.ava)
    await let_learners(told.world, told.people.school, push_for_learners=True)
    phone = await phone_of(told, told.people.ava)
    await told.say(told.people.teacher)
    await told.later()
    assert len(phone.heard) == 1
    await let_learners(told.world, told.people.school, push_for_learners=True, features={"push": Switch("nobody")})
    await told.read(told.people.ava, 1)
    await told.say(told.people.teacher)
    await told.later()
    assert [each["kind"] for each in phone.heard] == ["sticky", "close"]  # what it shows goes, and nothing new is said


async def test_a_device_on_which_one_signed_out_is_told_nothing(told: Told) -> None:
    phone = await phone_of(told, told.people.teacher)
    over = update(session).where(session.c.id == told.people.teacher.session).values(ended_ms=told.clock.at_ms)
    await told.world.execute(over)
    await told.say(told.people.ava)
    await told.later()
    assert phone.heard == []
    assert await told.world.rows(telling) == []


async def test_whoever_may_no_longer_read_there_is_told_nothing(told: Told) -> None:
    phone = await phone_of(told, told.people.teacher)
    await told.say(told.people.ava)
    of = (member.c.room_id == told.room) & (member.c.person_id == told.people.teacher.person)
    await told.world.execute(update(member).where(of).values(until_ms=told.clock.at_ms))
    await told.later()
    assert phone.heard == []


@pytest.mark.parametrize("status", [404, 410])
async def test_a_device_that_is_gone_is_forgotten(told: Told, status: int) -> None:
    await phone_of(told, told.people.teacher)
    told.by.status = [status]
    await told.say(told.people.ava)
    await told.later()
    assert await told.world.rows(push_subscription) == []
    assert await told.world.rows(push) == []
    assert told.server.counted == [("push", "gone")]


async def test_it_is_tried_again_a_few_times_and_then_no_more(told: Told) -> None:
    phone = await phone_of(told, told.people.teacher)
    told.by.status = [503, 429]
    await told.say(told.people.ava)
    await told.later()
    await told.server.look()
    assert len(told.by.requests) == 1  # not at once
    await told.later(31)
    await told.later(121)
    assert [each["kind"] for each in phone.heard] == ["sticky"]
    told.by.status = [500] * 20
    await told.read(told.people.teacher, 1)
    for _ in range(12):
        await told.later(rules.LONGEST_WAIT_MS / 1000 + 1)
    assert len(told.by.requests) == 3 + rules.PUSH_TRIES
    assert await told.world.rows(push) == []


async def test_of_two_servers_one_tells(told: Told, emptied_database_url: str) -> None:
    phone = await phone_of(told, told.people.teacher)
    await told.say(told.people.ava)
    told.clock.move(10)
    other = open_database(emptied_database_url)
    try:
        async with telling_server(told.world, other) as second:
            await asyncio.gather(told.server.look(), second.look(), told.server.look(), second.look())
    finally:
        await other.close()
    assert len(phone.heard) == 1


async def test_each_device_of_a_person_is_told_and_ten_are_the_most(told: Told) -> None:
    phones = [await phone_of(told, told.people.teacher, str(n)) for n in range(rules.MOST_DEVICES + 2)]
    await told.say(told.people.ava)
    await told.later()
    assert sum(len(each.heard) for each in phones) == rules.MOST_DEVICES


async def test_a_browser_that_somebody_else_uses_now_tells_only_them(told: Told) -> None:
    phone = await phone_of(told, told.people.teacher)
    await subscribe(told.server, told.people.lead, phone, told.by.port)
    await told.say(told.people.ava)
    await told.later()
    assert phone.heard == []


def _unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


async def test_a_call_for_help_reaches_the_team_at_any_hour(told: Told) -> None:
    phone = await phone_of(told, told.people.lead)
    told.clock.move_to("2026-11-24 23:00")
    ask = AskHelp(room=told.people.ava.own_room, key=uuid4(), text="I cannot sleep")
    done(await told.world.do(told.people.ava, ask))
    await told.later()
    assert [each["kind"] for each in phone.heard] == ["help"]
