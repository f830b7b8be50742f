"""Looking for people, and which pages are open to whom."""

from typing import Any

import pytest

from accounts.administration import people
from accounts.administration.navigation import administers, pages_open_to
from accounts.administration.people import Search
from accounts.model import person, role
from accounts.settings import SchoolSettings, write
from realtime.refusal import Refusal
from tests.accounts.administration.office import Office

EVERYTHING = (
    "home", "people", "groups", "classes", "roster", "leavers", "terms", "policy", "windows", "roles", "settings",
    "words", "features", "look", "sso", "audit",
)  # fmt: skip


async def found(office: Office, **wanted: Any) -> list[str]:
    looked_for = Search(**wanted)
    rows = await office.world.database.read(people.candidates, office.school.id, looked_for)
    return [row.login for row in people.fitting(rows, looked_for, office.world.now_ms).people]


async def test_people_are_found_by_any_name_and_the_rosters_id(office: Office) -> None:
    await office.world.set(person, {"sourced_id": "MIS-4711", "full_name": "Thomas Müller"}, id=office.ids["tom"])
    for text in ("tom", "TOM", "muller thomas", "4711", "mis-4711"):
        assert await found(office, text=text) == ["tom"], text
    assert await found(office, text="thomas aisha") == []


async def test_people_are_found_by_role_group_and_state(office: Office) -> None:
    assert await found(office, role="learner") == ["aisha", "ben"]
    assert await found(office, group=office.willow) == ["aisha", "ben", "tom"]
    assert await found(office, group=office.willow, role="teacher", text="t") == ["tom"]
    await office.world.set(person, {"starts_ms": office.world.now_ms + 10**9}, id=office.ids["ben"])
    assert await found(office, state="starting") == ["ben"]
    assert await found(office, state="nonsense") == []


async def test_pages_hold_fifty_and_everybody_is_on_one(office: Office) -> None:
    for n in range(45):
        await office.world.person(office.school, f"new{n:02}", "learner", seated=False)
    first, second, third = [await found(office, page=page) for page in (1, 2, 3)]
    assert (len(first), len(second), third) == (50, 3, [])
    assert len({*first, *second}) == 53


async def test_those_of_other_schools_and_those_who_were_erased_are_not_found(office: Office) -> None:
    other = await office.world.school("riverside")
    await office.world.person(other, "tomtom")
    await office.world.set(person, {"erased_ms": 1}, id=office.ids["ben"])
    assert await found(office, text="tom") == ["tom"]
    assert await found(office, text="ben") == []


async def test_who_never_signed_in_is_counted_without_those_who_left_or_come_later(office: Office) -> None:
    await office.world.session(office.ids["amara"])
    await office.world.set(person, {"left_ms": 1}, id=office.ids["tom"])
    await office.world.set(person, {"starts_ms": office.world.now_ms + 10**9}, id=office.ids["ben"])
    count, some = await office.world.database.read(people.never_signed_in, office.school.id, office.world.now_ms, 3)
    assert (count, [row.login for row in some]) == (5, ["aisha", "fatima", "owen"])


async def test_a_role_of_the_schools_own_stands_on_a_built_in_one(office: Office) -> None:
    await office.world.execute(
        role.insert().values(id="qclerk", school_id=office.school.id, name="Clerk", base="office", created_ms=0)
    )
    other = await office.world.school("riverside")
    assert await office.world.database.read(people.base_of, office.school.id, "qclerk") == "office"
    with pytest.raises(Refusal):
        await office.world.database.read(people.base_of, other.id, "qclerk")


async def test_everybody_gets_the_pages_that_they_may_open(office: Office) -> None:
    opened = {}
    for login in office.ids:
        actor = await office.actor(login)
        opened[login] = await office.world.database.read(pages_open_to, actor, office.world.now_ms)
        assert administers(actor.card) == (login in ("amara", "priya", "sandra", "tom", "owen"))
    assert opened["amara"] == opened["priya"] == EVERYTHING
    assert opened["sandra"] == ("home", "people", "groups", "classes", "roster", "leavers")
    assert opened["tom"] == ("home", "classes")
    assert opened["owen"] == opened["aisha"] == opened["fatima"] == ()


async def test_a_second_step_that_is_still_to_come_hides_no_page(office: Office) -> None:
    await office.write(lambda tx: write(tx, office.school.id, SchoolSettings()))
    actor = await office.actor("amara")
    assert await office.world.database.read(pages_open_to, actor, office.world.now_ms) == EVERYTHING
