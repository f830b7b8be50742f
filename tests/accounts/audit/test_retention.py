"""Details of sign-ins and the access log go when their time is over, a person's with the person; the chain is whole."""

from typing import Any

from accounts import settings
from accounts.audit.log import record
from accounts.audit.model import access, audit_detail, audit_log
from accounts.audit.retention import DAY_MS, ERASED, EXPIRED, erase_details, expire
from storage.database import Transaction
from tests.accounts.audit.tampering import tamper, verdict
from tests.world import School, World


async def write(world: World, school: School, kind: str, days_ago: int, **more: Any) -> None:
    def work(tx: Transaction) -> None:
        given = {"by": "p1", "subject": "p1", "detail": {"n": days_ago}, **more}
        record(tx, school.id, kind, world.now_ms - days_ago * DAY_MS, **given)

    await world.database.write(work)


async def open_a_room(world: World, school: School, days_ago: int, person: str = "p1") -> None:
    at_ms = world.now_ms - days_ago * DAY_MS
    await world.execute(
        access.insert().values(
            id=f"a{days_ago}{person}", school_id=school.id, person_id=person, session_id="k1", at_ms=at_ms,
            in_school=False, what="r1",
        )
    )  # fmt: skip


async def left(world: World) -> list[int]:
    return [row.seq for row in await world.rows(audit_detail)]


async def test_only_details_of_sign_ins_go_and_only_after_their_days(world: World) -> None:
    school = await world.school()
    for kind, days in (("signed_in", 91), ("sign_in_failed", 200), ("role_made", 200), ("signed_in", 89)):
        await write(world, school, kind, days)
    await open_a_room(world, school, 91)
    await open_a_room(world, school, 89)
    assert await world.database.write(expire, school.id, world.now_ms) == 3
    assert await left(world) == [3, 4, 5]
    assert [row.id for row in await world.rows(access)] == ["a89p1"]
    assert [row.kind for row in await world.rows(audit_log)][-1] == EXPIRED
    assert (await verdict(world, chain="oakfield")).faults == []


async def test_a_second_time_nothing_is_left_to_do_and_nothing_is_recorded(world: World) -> None:
    school = await world.school()
    await write(world, school, "signed_in", 91)
    assert await world.database.write(expire, school.id, world.now_ms) == 1
    assert await world.database.write(expire, school.id, world.now_ms) == 0
    assert len(await world.rows(audit_log)) == 2


async def test_the_school_s_own_days_count_and_another_school_keeps_its_own(world: World) -> None:
    school, other = await world.school(), await world.school("riverside")
    await world.database.write(settings.write, school.id, settings.SchoolSettings(access_log_days=10))
    for each in (school, other):
        await write(world, each, "signed_in", 11)
    for each in (school, other):
        await world.database.write(expire, each.id, world.now_ms)
    assert {(row.school_id, row.seq) for row in await world.rows(audit_detail)} == {(school.id, 2), (other.id, 1)}


async def test_a_detail_that_went_before_its_time_is_found_though_others_expired(world: World) -> None:
    school = await world.school()
    await write(world, school, "signed_in", 91)
    await write(world, school, "signed_in", 5)
    await write(world, school, "role_made", 200)
    await world.database.write(expire, school.id, world.now_ms)
    await tamper(world, "DELETE FROM audit_detail WHERE seq IN (2, 3)")
    assert [fault.seq for fault in (await verdict(world, chain="oakfield")).faults] == [2, 3]


async def test_a_forged_row_of_retention_hides_nothing(world: World) -> None:
    """Whoever moves the limit in the detail of that row has to alter the detail, and that is found."""
    school = await world.school()
    await write(world, school, "signed_in", 91)
    await write(world, school, "signed_in", 5)
    await world.database.write(expire, school.id, world.now_ms)
    changed = f"UPDATE audit_detail SET body = '{{\"before\"\\:{world.now_ms}}}' WHERE seq = 3"
    await tamper(world, "DELETE FROM audit_detail WHERE seq = 2", changed)
    assert [fault.seq for fault in (await verdict(world, chain="oakfield")).faults] == [3]


async def test_an_erased_person_s_details_go_and_the_chain_says_why(world: World) -> None:
    school = await world.school()
    await write(world, school, "role_made", 3)
    await write(world, school, "role_made", 2, by="p2", subject="p3")
    await open_a_room(world, school, 1)
    await open_a_room(world, school, 1, "p2")

    def erase(tx: Transaction) -> int:
        gone = erase_details(tx, school.id, "p1")
        record(tx, school.id, ERASED, world.now_ms, by="p2", subject="p1", detail={"details": gone})
        return gone

    assert await world.database.write(erase) == 2
    assert await left(world) == [2, 3]
    assert [row.person_id for row in await world.rows(access)] == ["p2"]
    assert (await verdict(world, chain="oakfield")).faults == []


async def test_an_erasure_excuses_nobody_else_s_details_and_none_that_came_later(world: World) -> None:
    school = await world.school()
    await write(world, school, ERASED, 3, by="p2", subject="p1")
    await write(world, school, "role_made", 2)
    await write(world, school, "role_made", 1, by="p2", subject="p3")
    await tamper(world, "DELETE FROM audit_detail WHERE seq > 1")
    assert [fault.seq for fault in (await verdict(world, chain="oakfield")).faults] == [2, 3]
