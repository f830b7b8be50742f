"""Rows are added to their school's chain, in the transaction of what they tell, and to nothing else ever."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from accounts.audit.chain import Entry, hash_detail, link
from accounts.audit.log import Happened, record, record_all
from accounts.audit.model import INSTALLATION, audit_detail, audit_head, audit_log
from storage.database import Transaction
from tests.world import World, world_on


async def add(world: World, school: str = "s1", kind: str = "signed_in", **more: Any) -> int:
    def write(tx: Transaction) -> int:
        return record(tx, school, kind, world.now_ms, **{"by": "p1", **more})

    return await world.database.write(write)


async def test_a_row_says_what_it_was_given_and_is_linked_to_the_one_before(world: World) -> None:
    assert [await add(world), await add(world, kind="role_made", subject="p2", in_school=True)] == [1, 2]
    first, second = await world.rows(audit_log)
    assert (second.kind, second.by, second.subject, second.in_school) == ("role_made", "p1", "p2", True)
    for row, before in ((first, ""), (second, first.hash)):
        entry = Entry(*tuple(row)[:8])
        assert row.hash == link(before, entry)
    assert [tuple(row) for row in await world.rows(audit_head)] == [("s1", 2, second.hash)]


async def test_each_school_and_the_installation_have_a_chain_of_their_own(world: World) -> None:
    assert [await add(world, each) for each in ("s1", "s2", "s1", INSTALLATION)] == [1, 1, 2, 1]


async def test_a_detail_is_kept_apart_and_the_row_holds_its_hash(world: World) -> None:
    await add(world, detail={"method": "password", "tries": 2})
    await add(world, detail={"method": "password", "tries": 2})
    await add(world)
    first, second = await world.rows(audit_detail)
    assert first.body == '{"method":"password","tries":2}'
    assert first.salt != second.salt, "equal details must not look alike from outside"
    rows = await world.rows(audit_log)
    assert [row.detail_hash for row in rows[:2]] == [hash_detail(each.salt, each.body) for each in (first, second)]
    assert rows[2].detail_hash == ""


async def test_what_is_not_committed_leaves_no_row_and_no_gap(world: World) -> None:
    def fail(tx: Transaction) -> None:
        record(tx, "s1", "signed_in", 1, by=None)
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        await world.database.write(fail)
    assert await add(world) == 1


@pytest.mark.parametrize("kind", ["", "Signed in", "x" * 50, "signed-in"])
async def test_a_kind_is_a_word(world: World, kind: str) -> None:
    with pytest.raises(ValueError, match="kind"):
        await add(world, kind=kind)


@pytest.mark.parametrize(
    "statement",
    [
        update(audit_log).values(by="p9"),
        delete(audit_log),
        delete(audit_log).where(audit_log.c.seq == 1),
        update(audit_detail).values(body="{}"),
    ],
    ids=["update", "delete all", "delete one", "update a detail"],
)
async def test_the_database_refuses_to_change_or_take_away_a_row(world: World, statement: Any) -> None:
    await add(world, detail={"a": 1})
    with pytest.raises(DBAPIError, match="append-only"):
        await world.execute(statement)
    assert [row.by for row in await world.rows(audit_log)] == ["p1"]


async def test_sqlite_refuses_to_replace_a_row_and_postgresql_to_empty_the_table(world: World) -> None:
    await add(world)
    sqlite = """
        INSERT OR REPLACE INTO audit_log SELECT school_id, seq, 1, kind, "by", subject, in_school, detail_hash, hash
        FROM audit_log
    """
    with pytest.raises(DBAPIError, match="append-only"):
        await world.execute(text(sqlite if world.database.dialect == "sqlite" else "TRUNCATE audit_log CASCADE"))


async def test_the_details_may_go_and_the_rows_stay(world: World) -> None:
    await add(world, detail={"a": 1})
    await world.execute(delete(audit_detail))
    assert len(await world.rows(audit_log)) == 1


async def test_two_servers_that_write_at_once_make_one_chain(world: World, emptied_database_url: str) -> None:
    async with world_on(emptied_database_url) as other:
        seqs = await asyncio.gather(*(add(each, by=f"p{n}") for n in range(20) for each in (world, other)))
    assert sorted(seqs) == list(range(1, 41))
    rows = await world.rows(audit_log)
    assert all(row.hash == link(before.hash, Entry(*tuple(row)[:8])) for before, row in pairwise(rows))


async def test_a_flag_as_sqlite_gives_it_is_hashed_as_what_it_means(world: World) -> None:
    await add(world, in_school=1)
    (row,) = await world.rows(audit_log)
    assert row.hash == link("", Entry(*tuple(row)[:8]))
    assert row.in_school is True


async def test_rows_that_are_added_together_are_linked_one_after_the_other(world: World) -> None:
    await add(world)

    def write(tx: Transaction) -> list[int]:
        things = [
            Happened("s2", "signed_in", "p3"), Happened("s1", "signed_in", "p1", "p1", True, {"method": "card"}),
            Happened("s1", "signed_in", "p2"),
        ]  # fmt: skip
        return record_all(tx, things, world.now_ms)

    assert await world.database.write(write) == [1, 2, 3]
    rows = await world.rows(audit_log, school_id="s1")
    assert [row.by for row in rows] == ["p1", "p1", "p2"]
    for before, row in pairwise(rows):
        assert row.hash == link(before.hash, Entry(*tuple(row)[:8]))
    assert [(row.school_id, row.seq) for row in await world.rows(audit_head)] == [("s1", 3), ("s2", 1)]
    assert [(row.school_id, row.seq, row.body) for row in await world.rows(audit_detail)] == [
        ("s1", 2, '{"method":"card"}')
    ]
