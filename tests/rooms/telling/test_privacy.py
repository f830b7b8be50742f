"""Addresses of people and of their devices are theirs: handed out without keys, and gone with the person."""

from typing import Any

from accounts.model import session
from accounts.privacy.keepers import Subject
from rooms.telling import choosing
from rooms.telling.model import mail_choice, push, push_subscription, telling
from rooms.telling.privacy import TellingKeeper
from rooms.telling.rules import VERIFY_MS
from rooms.telling.settling import tidy
from tests.rooms.stickies.people import class_of, thread
from tests.rooms.telling.receiving import Acting, at, maker, subscribe, telling_server
from tests.world import World, done, post


async def test_they_are_handed_out_and_erased(world: World) -> None:
    clock = at(world, "2026-11-24 11:00")
    people = await class_of(world)
    room = await thread(world, people.ava, people.teacher)
    async with maker() as by, telling_server(world) as server:
        by.status = [503] * 9
        for who in (people.teacher, people.lead):
            await subscribe(server, who, by.phone(who.person), by.port)
            said: Any = (Acting(who.person, who.session), "somebody@school.example", "daily", "16", clock.at_ms)
            await world.database.write(choosing.choose, *said)
        done(await world.do(people.ava, post(room)))
        clock.move(10)
        await server.look()
    assert len(await world.rows(push)) == 1
    of = Subject(people.teacher.person, people.school.id, "staff", "Teacher", "", "teacher")
    keeper = TellingKeeper()
    parts = {part.name: part.rows for part in await world.database.read(keeper.hand_out, of)}
    assert [row["device"] for row in parts["push_devices"]] == ["a phone"]
    assert [row["address"] for row in parts["mail"]] == ["somebody@school.example"]
    assert [row["room"] for row in parts["told"]] == [room]
    assert "127.0.0.1" not in str(parts)
    assert set((await world.database.read(keeper.count, of)).values()) == {1}
    await world.database.write(keeper.erase, of, people.lead.person, clock.at_ms)
    for table in (push_subscription, mail_choice):
        assert {row.person_id for row in await world.rows(table)} == {people.lead.person}
    assert await world.rows(push) == []
    assert await world.rows(telling) == []


async def test_what_nobody_uses_any_more_is_not_kept(world: World) -> None:
    clock = at(world, "2026-11-24 11:00")
    people = await class_of(world)
    async with maker() as by, telling_server(world) as server:
        for who in (people.teacher, people.lead):
            await subscribe(server, who, by.phone(who.person), by.port)
            said: Any = (Acting(who.person, who.session), "somebody@school.example", "daily", "16", clock.at_ms)
            await world.database.write(choosing.choose, *said)
    await world.set(mail_choice, {"sent_ms": clock.at_ms, "due_ms": None})
    await world.set(mail_choice, {"verified_ms": clock.at_ms}, person_id=people.lead.person)
    await world.set(session, {"ended_ms": clock.at_ms}, id=people.teacher.session)
    clock.move(VERIFY_MS / 1000)
    await world.database.write(tidy, clock.at_ms)
    for table in (push_subscription, mail_choice):
        assert {row.person_id for row in await world.rows(table)} == {people.lead.person}


async def test_what_is_kept_of_a_device_tells_no_reader_of_the_database_where_it_is(world: World) -> None:
    at(world, "2026-11-24 11:00")
    people = await class_of(world)
    async with maker() as by, telling_server(world) as server:
        await subscribe(server, people.teacher, by.phone("one"), by.port)
    (row,) = await world.rows(push_subscription)
    assert "/push/one" not in str(row)
