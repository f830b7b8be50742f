"""Signing in and out is recorded, with whether it was in school, in the transaction that does it."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from accounts import people, sessions, settings
from accounts.audit.model import audit_detail, audit_log
from accounts.audit.whereabouts import whereabouts
from accounts.model import session
from accounts.settings import SchoolSettings
from accounts.signing_in import SigningIn, Visit
from realtime.refusal import Refusal
from rooms.announcing import to_own_room
from tests.world import SECRET, School, World

HERE, ELSEWHERE = Visit("a test", None, "192.0.2.7"), Visit("a test", None, "198.51.100.7")


class Entrance:
    """A school with a network, Tom in it, and the door."""

    def __init__(self, world: World, school: School, tom: str) -> None:
        self.world, self.school, self.tom = world, school, tom
        self.signing_in = SigningIn(world.database, world.clock, SECRET, to_own_room)

    async def log(self) -> list[tuple[Any, ...]]:
        """Kind, by, subject, in school, detail."""
        await self.signing_in.noticing.flush()
        details = {row.seq: msgspec.json.decode(row.body) for row in await self.world.rows(audit_detail)}
        rows = await self.world.rows(audit_log, school_id=self.school.id)
        return [(row.kind, row.by, row.subject, row.in_school, details.get(row.seq)) for row in rows]


@pytest.fixture
async def entrance(world: World) -> AsyncIterator[Entrance]:
    school = await world.school()
    await world.database.write(settings.write, school.id, SchoolSettings(networks=("192.0.2.0/24",)))
    made = Entrance(world, school, await world.person(school, "tom"))
    yield made
    await made.signing_in.noticing.close()
    made.signing_in.passwords.close()


@pytest.mark.parametrize(("visit", "inside"), [(HERE, True), (ELSEWHERE, False), (Visit("a test"), False)])
async def test_a_session_and_its_row_know_whether_it_began_in_school(
    entrance: Entrance, visit: Visit, inside: bool
) -> None:
    await entrance.signing_in.begin(entrance.tom, "card", visit)
    assert [row.in_school for row in await entrance.world.rows(session)] == [inside]
    detail = {"method": "card", "strong": False}
    assert await entrance.log() == [("signed_in", entrance.tom, entrance.tom, inside, detail)]


async def test_signing_out_is_recorded_with_how_many_sessions_ended(entrance: Entrance) -> None:
    world = entrance.world
    made = [await entrance.signing_in.begin(entrance.tom, "card", HERE) for _ in range(2)]
    actor = (await world.database.read(sessions.find, [made[0].token], world.now_ms))[0]
    assert actor is not None
    await entrance.signing_in.sign_out(actor, everywhere=True)
    assert (await entrance.log())[-1] == ("signed_out", entrance.tom, entrance.tom, True, {"sessions": 2})


async def test_a_wrong_password_is_recorded_and_the_password_is_nowhere(entrance: Entrance) -> None:
    with pytest.raises(Refusal, match="unauthenticated"):
        await entrance.signing_in.sign_in("oakfield", "tom", "a secret that is wrong", HERE)
    assert await entrance.log() == [("sign_in_failed", None, entrance.tom, True, {"method": "password", "times": 1})]


async def test_closing_and_opening_an_account_is_recorded_as_the_command_line_s(entrance: Entrance) -> None:
    world = entrance.world
    await world.database.write(people.disable, entrance.tom, to_own_room, world.now_ms)
    await world.database.write(people.enable, entrance.tom, world.now_ms)
    assert await entrance.log() == [
        ("account_closed", None, entrance.tom, False, None), ("account_opened", None, entrance.tom, False, None),
    ]  # fmt: skip


async def test_the_networks_are_those_of_the_person_s_own_school(entrance: Entrance) -> None:
    world = entrance.world
    nia = await world.person(await world.school("riverside"), "nia")
    assert not (await world.database.read(whereabouts, nia, HERE.address))[1]
    assert await world.database.read(whereabouts, entrance.tom, HERE.address) == (entrance.school.id, True)
