"""Invitations in the tables, on both databases."""

import asyncio

import pytest

from accounts import settings
from accounts.audit.model import audit_log
from accounts.invitations import inviting
from accounts.invitations.model import invitation
from accounts.model import person, session
from accounts.sessions import own_room_of
from accounts.settings import SchoolSettings
from realtime.refusal import Refusal
from rooms.announcing import to_own_room
from storage.database import Transaction
from tests.world import World


async def test_of_two_who_use_a_link_at_once_one_does(world: World) -> None:
    school = await world.school()
    await world.database.write(_no_second_step, school.id)
    head = await world.session(await world.person(school, "amara", "head"))
    tom = await world.person(school, "tom")
    await world.session(tom)
    made = (await world.database.write(inviting.make, head, [tom], world.now_ms))[0]

    async def accept(hashed: str) -> bool:
        try:
            await world.database.write(inviting.accept, made.token, hashed, to_own_room, world.now_ms)
        except Refusal:
            return False
        return True

    assert sorted(await asyncio.gather(accept("one"), accept("two"))) == [False, True]
    assert (await world.rows(person, id=tom))[0].password in ("one", "two")
    assert all(row.ended_ms for row in await world.rows(session, person_id=tom))
    assert [each.kind for each in await world.events(own_room_of(tom))] == ["session_ended"]
    assert [row.kind for row in await world.rows(audit_log)] == ["invitation_made", "invitation_used"]
    assert made.token not in str(await world.rows(invitation))


async def test_a_link_that_is_too_old_or_whose_person_left_for_good_does_not_work(world: World) -> None:
    school = await world.school()
    await world.database.write(_no_second_step, school.id)
    head = await world.session(await world.person(school, "amara", "head"))
    tom = await world.person(school, "tom")
    made = (await world.database.write(inviting.make, head, [tom], world.now_ms))[0]
    assert (await world.database.read(inviting.find, made.token, world.now_ms)).person == tom
    with pytest.raises(Refusal, match="not_found"):
        await world.database.read(inviting.find, made.token, world.now_ms + inviting.LIFETIME_MS + 1000)
    await world.set(person, {"off_ms": 1}, id=tom)
    with pytest.raises(Refusal, match="not_found"):
        await world.database.read(inviting.find, made.token, world.now_ms)
    with pytest.raises(Refusal, match="bad_request"):
        await world.database.write(inviting.make, head, [tom], world.now_ms)


def _no_second_step(tx: Transaction, school_id: str) -> None:
    settings.write(tx, school_id, SchoolSettings(second_step=()))
