"""A school reads its own rows, found by person, kind and day, and never another's."""

from functools import partial
from typing import Any

from accounts.audit import reading
from accounts.audit.access import seen
from accounts.audit.log import record
from accounts.audit.looking import look
from accounts.audit.model import access, audit_log
from accounts.audit.reading import Chosen, Row
from storage.database import Transaction
from tests.accounts.audit.tampering import tamper
from tests.world import School, World


async def add(world: World, school: School, kind: str = "role_made", *, days_ago: int = 0, **more: Any) -> None:
    at_ms = world.now_ms - days_ago * 86_400_000

    def write(tx: Transaction) -> int:
        return record(tx, school.id, kind, at_ms, **{"by": None, **more})

    await world.database.write(write)


async def found(world: World, school: School, chosen: Chosen = Chosen(), limit: int = 50) -> list[int]:  # noqa: B008
    return [row.seq for row in await world.database.read(reading.rows, school.id, chosen, limit)]


async def test_the_newest_come_first_a_page_at_a_time(world: World) -> None:
    school = await world.school()
    for _ in range(5):
        await add(world, school)
    assert await found(world, school, limit=3) == [5, 4, 3]
    assert await found(world, school, Chosen(before=3)) == [2, 1]


async def test_rows_are_found_by_who_did_it_and_by_whom_it_was_done_to(world: World) -> None:
    school = await world.school()
    amara, tom = await world.person(school, "amara", "head"), await world.person(school, "tom")
    await add(world, school, by=amara)
    await add(world, school, by=tom)
    await add(world, school, by=tom, subject=amara)
    for who in ("amara", " AMARA ", "Ama"):
        assert await found(world, school, Chosen(who=who)) == [3, 1], who
    assert await found(world, school, Chosen(who="nobody")) == []
    assert await found(world, school, Chosen(who="%")) == []


async def test_whoever_signs_in_so_is_meant_before_all_who_are_called_so(world: World) -> None:
    school = await world.school()
    tom, tomasz = await world.person(school, "tom"), await world.person(school, "tomasz")
    await add(world, school, by=tom)
    await add(world, school, by=tomasz)
    assert await found(world, school, Chosen(who="tom")) == [1]


async def test_rows_are_found_by_kind_and_by_day(world: World) -> None:
    school = await world.school()
    await add(world, school, "signed_in", days_ago=2)
    await add(world, school, "signed_out", days_ago=1)
    day = (world.now_ms - 36 * 3_600_000, world.now_ms - 12 * 3_600_000)
    assert await found(world, school, Chosen(kind="signed_in")) == [1]
    assert await found(world, school, Chosen(day=day)) == [2]
    assert await found(world, school, Chosen(kind="signed_in", day=day)) == []


async def test_another_school_s_rows_and_names_are_never_there(world: World) -> None:
    school, other = await world.school(), await world.school("riverside")
    nia = await world.person(other, "nia")
    await add(world, school)
    await add(world, other, by=nia, subject=nia)
    assert await found(world, school) == [1]
    assert await found(world, school, Chosen(who="nia")) == []
    assert await world.database.read(reading.names, school.id, [nia]) == {}
    assert await world.database.read(reading.looks_at, school.id, nia, None, 9, world.now_ms) == []
    assert await world.database.read(seen, school.id, nia, 0, 1 << 53) == []


async def test_a_detail_that_is_gone_or_spoiled_does_not_spoil_the_page(world: World) -> None:
    school = await world.school()
    for _ in range(3):
        await add(world, school, detail={"a": 1})
    await tamper(
        world, "DELETE FROM audit_detail WHERE seq = 1", "UPDATE audit_detail SET body = 'x' WHERE seq = 2",
        "UPDATE audit_detail SET body = '[]' WHERE seq = 3",
    )  # fmt: skip
    rows: list[Row] = await world.database.read(reading.rows, school.id, Chosen(), 9)
    assert [row.detail for row in rows] == [{}, {}, {}]


async def test_a_look_is_recorded_once_a_session_for_each_thing(world: World) -> None:
    school = await world.school()
    amara, aisha = await world.person(school, "amara", "head"), await world.person(school, "aisha", "learner")
    here, there = await world.session(amara), await world.session(amara)
    looks = [(here, "audit", None), (there, "audit", None), (here, "access_log", aisha), (here, "audit", aisha)]
    for actor, what, subject in [each for each in looks for _ in range(2)]:
        await world.database.write(partial(look, actor=actor, what=what, now_ms=world.now_ms, subject=subject))
    assert [row.subject for row in await world.rows(audit_log)] == [None, None, aisha, aisha]
    tomorrow = world.now_ms + 86_400_000
    await world.database.write(lambda tx: look(tx, here, "audit", tomorrow))
    assert len(await world.rows(audit_log)) == 5


async def test_who_looked_at_me_are_others_and_only_looks_and_exports(world: World) -> None:
    school = await world.school()
    for kind, by in (
        ("looked", "p1"),
        ("exported", "p2"),
        ("looked", "p9"),
        ("person_changed", "p1"),
        ("exported", None),
    ):
        await add(world, school, kind, by=by, subject="p9")
    rows = await world.database.read(reading.looks_at, school.id, "p9", None, 50, world.now_ms)
    assert [(row.kind, row.by) for row in rows] == [("exported", None), ("exported", "p2"), ("looked", "p1")]
    older = await world.database.read(reading.looks_at, school.id, "p9", 2, 50, world.now_ms)
    assert [row.by for row in older] == ["p1"]


async def test_the_access_log_puts_sign_ins_between_what_was_opened(world: World) -> None:
    school = await world.school()
    await add(world, school, "signed_in", by="p9", subject="p9", in_school=True, detail={"method": "card"})
    for number, error in ((1, None), (2, "not_found")):
        at_ms = world.now_ms + number * 1000
        row = {"school_id": school.id, "person_id": "p9", "session_id": "k", "in_school": True, "what": f"r{number}"}
        await world.execute(access.insert().values(id=f"a{number}", at_ms=at_ms, error=error, **row))
    lines = await world.database.read(seen, school.id, "p9", 0, 1 << 53)
    assert [(line.act, line.room, line.what, line.error) for line in lines] == [
        ("refused", None, "r2", "not_found"), ("opened", "r1", "", None), ("signed_in", None, "card", None),
    ]  # fmt: skip
    assert await world.database.read(seen, school.id, "p9", world.now_ms + 100_000, 1 << 53) == []
