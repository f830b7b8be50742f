"""Rights of a batch are read together, and as they are at this moment."""

from uuid import uuid4

from sqlalchemy import Connection, event

from accounts.model import person
from rooms import grants
from rooms.grants import Grant, Pair
from rooms.model import member
from tests.world import World


async def test_the_rights_of_a_batch_are_one_query(world: World) -> None:
    school = await world.school()
    callers = [await world.caller(school, f"n{nth}") for nth in range(12)]
    pairs: list[Pair] = [
        (nth, each.person, each.session, school.staffroom, str(uuid4())) for nth, each in enumerate(callers)
    ]
    asked: list[str] = []

    def counted(connection: Connection) -> list[Grant]:
        grants.load(connection, pairs[:1], world.now_ms)  # what the school has settled is known from now on
        event.listen(connection, "before_cursor_execute", lambda *given: asked.append(given[2]))
        return grants.load(connection, pairs, world.now_ms)

    found = await world.database.read(counted)
    assert [grant.who.id for grant in found] == [each.person for each in callers]
    assert len(asked) == 1


async def test_people_of_many_schools_are_judged_each_by_their_own(world: World) -> None:
    schools = [await world.school(slug) for slug in ("oakfield", "riverside")]
    callers = [await world.caller(school, "amara") for school in schools]
    pairs: list[Pair] = [
        (0, callers[0].person, callers[0].session, schools[1].staffroom, None),
        (1, callers[1].person, callers[1].session, schools[1].staffroom, None),
    ]
    found = await world.database.read(grants.load, pairs, world.now_ms)
    assert [(grant.who.school, grant.place is not None and grant.place.member) for grant in found] == [
        (schools[0].id, False), (schools[1].id, True),
    ]  # fmt: skip


async def test_who_has_left_and_whose_seat_has_run_out_are_seen_as_such(world: World) -> None:
    school = await world.school()
    amara, ben, cara = [await world.caller(school, login) for login in ("amara", "ben", "cara")]
    await world.set(person, {"left_ms": world.now_ms - 1}, id=amara.person)
    await world.set(member, {"until_ms": world.now_ms - 1}, person_id=ben.person, room_id=school.staffroom)
    await world.set(person, {"off_ms": world.now_ms - 1}, id=cara.person)
    pairs: list[Pair] = [
        (nth, each.person, each.session, school.staffroom, None) for nth, each in enumerate((amara, ben, cara))
    ]
    found = await world.database.read(grants.load, pairs, world.now_ms)
    assert [(each.who.active, each.who.leaver, bool(each.place and each.place.member)) for each in found] == [
        (True, True, True), (True, False, False), (False, False, True),
    ]  # fmt: skip


async def test_a_session_of_somebody_else_is_nobody_s(world: World) -> None:
    school = await world.school()
    amara, ben = await world.caller(school, "amara"), await world.caller(school, "ben")
    found = await world.database.read(
        grants.load, [(0, amara.person, ben.session, school.staffroom, None)], world.now_ms
    )
    assert not found[0].who.active
    assert found[0].place is None
