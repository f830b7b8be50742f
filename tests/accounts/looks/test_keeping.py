"""Looks in the database."""

import pytest
from sqlalchemy import Connection

from accounts.looks import keeping
from accounts.looks.rules import Preferences, SchoolLook
from accounts.model import person
from accounts.privacy.account_keeper import AccountKeeper
from accounts.privacy.keepers import Subject
from realtime.refusal import Refusal
from rooms.announcing import to_own_room
from storage.database import Transaction
from tests.world import World


async def test_what_is_settled_is_kept_and_told_to_the_persons_open_pages_once(world: World) -> None:
    school = await world.school()
    amara = await world.session(await world.person(school, "amara", "head"))
    for _ in range(2):
        await world.database.write(keeping.settle, amara, {"theme": "dark"}, to_own_room, world.now_ms)
    assert await world.database.read(keeping.own, amara) == Preferences(theme="dark")
    told = [event for event in await world.events(amara.own_room) if event.kind == "look_changed"]
    assert len(told) == 1, "what is settled already is no news"


async def test_the_next_request_of_the_same_person_has_it(world: World) -> None:
    school = await world.school()
    who = await world.person(school, "amara")
    amara = await world.session(who)
    await world.database.write(keeping.settle, amara, {"language": "cy"}, to_own_room, world.now_ms)
    assert (await world.session(who)).preferences == '{"language":"cy"}'


async def test_a_school_shows_itself_to_everybody_only_if_it_wishes(world: World) -> None:
    school = await world.school()
    await world.database.write(keeping.write, school.id, "Oakfield", SchoolLook(colour="123456"))
    assert await world.database.read(keeping.open_brand, "oakfield") is None
    await world.database.write(keeping.write, school.id, "Oakfield", SchoolLook(colour="123456", open=True))
    found = await world.database.read(keeping.open_brand, "oakfield")
    assert found is not None
    assert (found.name, found.colour) == ("Oakfield", "123456")
    assert await world.database.read(keeping.open_brand, "nowhere") is None
    assert await world.database.read(keeping.brand, "snowhere") is None


async def test_a_school_needs_a_name(world: World) -> None:
    school = await world.school()
    with pytest.raises(Refusal) as refused:
        await world.database.write(keeping.write, school.id, "  ", SchoolLook())
    assert "1 to 80" in refused.value.message


async def test_a_new_logo_takes_the_place_of_the_old(world: World) -> None:
    school = await world.school()
    await world.database.write(keeping.write_logo, school.id, "one", b"\x89PNG one")
    await world.database.write(keeping.write_logo, school.id, "two", b"\x89PNG two")
    assert await world.database.read(keeping.logo, "one") is None
    assert await world.database.read(keeping.logo, "two") == b"\x89PNG two"
    await world.database.write(keeping.write_logo, school.id, "", None)
    assert await world.database.read(keeping.logo, "two") is None


async def test_an_erasure_takes_what_was_settled_and_an_export_hands_it_out(world: World) -> None:
    school = await world.school()
    who = await world.person(school, "aisha", "learner")
    amara = await world.session(who)
    await world.database.write(keeping.settle, amara, {"font": "dyslexic"}, to_own_room, world.now_ms)
    of = Subject(who, school.id, "learner", "Aisha", "Aisha", "aisha")

    def account(connection: Connection) -> str:
        return str(AccountKeeper().hand_out(connection, of)[0].rows[0]["preferences"])

    def erase(tx: Transaction) -> None:
        AccountKeeper().erase(tx, of, who, world.now_ms)

    assert "dyslexic" in await world.database.read(account)
    await world.database.write(erase)
    assert (await world.rows(person, id=who))[0].preferences == "{}"
