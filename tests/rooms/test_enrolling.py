"""New schools and new people, and what cannot be."""

import pytest

from accounts.model import person, school
from accounts.sessions import own_room_of
from realtime.refusal import Refusal
from rooms.enrolling import NewPerson, enrol, found_school
from rooms.model import member, room
from tests.world import World


async def test_a_school_begins_with_a_staffroom(world: World) -> None:
    made = await world.school()
    assert [(row.slug, row.phase, row.zone) for row in await world.rows(school)] == [
        ("oakfield", "primary", "Europe/London")
    ]
    assert [(row.id, row.kind, row.school_id) for row in await world.rows(room)] == [
        (made.staffroom, "staffroom", made.id)
    ]


async def test_a_person_begins_with_a_room_of_their_own_that_only_the_server_writes(world: World) -> None:
    made = await world.school()
    who = await world.person(made, "amara", "head", seated=False)
    own = own_room_of(who)
    assert [(row.kind, row.school_id) for row in await world.rows(room, id=own)] == [("person", made.id)]
    assert [(row.person_id, row.may_write) for row in await world.rows(member)] == [(who, False)]


@pytest.mark.parametrize(
    ("slug", "name", "phase", "zone"),
    [
        ("Oak Field", "Oakfield", "primary", "Europe/London"), ("oakfield", "", "primary", "Europe/London"),
        ("oakfield", "Oakfield", "nursery", "Europe/London"), ("oakfield", "Oakfield", "primary", "Mars/Olympus"),
        ("taken", "Oakfield", "primary", "Europe/London"),
    ],
)  # fmt: skip
async def test_a_school_that_cannot_be_is_refused_and_leaves_nothing(
    world: World, slug: str, name: str, phase: str, zone: str
) -> None:
    await world.school("taken")
    with pytest.raises(Refusal) as caught:
        await world.database.write(found_school, slug, name, phase, zone, 1)
    assert caught.value.code == "bad_request"
    assert len(await world.rows(school)) == 1


@pytest.mark.parametrize(
    ("login", "name", "role"),
    [("AMARA ", "Another Amara", "teacher"), ("ben", "Ben", "wizard"), ("", "Ben", "teacher"), ("ben", " ", "teacher")],
)
async def test_a_person_who_cannot_be_is_refused_and_leaves_nothing(
    world: World, login: str, name: str, role: str
) -> None:
    made = await world.school()
    await world.person(made, "amara")
    with pytest.raises(Refusal) as caught:
        await world.database.write(enrol, made.id, NewPerson(login, name, role, None), 1)
    assert caught.value.code == "bad_request"
    assert len(await world.rows(person)) == 1


async def test_two_schools_may_have_people_of_the_same_name(world: World) -> None:
    for slug in ("oakfield", "riverside"):
        await world.person(await world.school(slug), "amara")
    assert [row.login for row in await world.rows(person)] == ["amara", "amara"]
