"""Whatever is done to a chain behind Corridor's back is found, and where."""

from dataclasses import replace

import pytest

from accounts.audit import heads
from accounts.audit.chain import Entry, link
from accounts.audit.heads import Known
from accounts.audit.model import audit_log
from accounts.audit.verifying import Fault, Verdict, said, verify
from tests.accounts.audit.tampering import faults, fill, tamper, verdict
from tests.world import World

ALTERED = "was altered, or stands in another row's place: its hash does not fit."


async def test_a_chain_that_nobody_touched_is_intact(world: World) -> None:
    await fill(world)
    await fill(world, 1, detail=None, by=None, subject=None, in_school=False)
    found = await verdict(world)
    assert (found.faults, found.rows) == ([], 7)
    assert found.head == (await world.rows(audit_log))[-1].hash


async def test_a_school_where_nothing_happened_is_intact(world: World) -> None:
    await world.school()
    assert (await verdict(world, chain="oakfield")) == Verdict("oakfield")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at_ms", "at_ms + 1"), ("kind", "'signed_in'"), ('"by"', "'p1'"), ('"by"', "NULL"), ("subject", "'p8'"),
        ("subject", "NULL"), ("in_school", "false"), ("hash", "'00'"), ("hash", "upper(hash)"),
    ],
)  # fmt: skip
async def test_another_value_in_a_column_is_found_at_its_row(world: World, column: str, value: str) -> None:
    await fill(world)
    await tamper(world, f"UPDATE audit_log SET {column} = {value} WHERE seq = 3")
    assert (await faults(world))[0] == (3, ALTERED)


async def test_another_hash_of_a_detail_is_found(world: World) -> None:
    await fill(world)
    await tamper(world, "UPDATE audit_log SET detail_hash = 'aa' WHERE seq = 3")
    assert await faults(world) == [(3, ALTERED), (3, "has a detail that was altered.")]


async def test_in_a_file_even_a_value_that_means_the_same_is_found(world: World) -> None:
    if world.database.dialect == "sqlite":  # PostgreSQL's columns hold nothing but what they are for
        await fill(world)
        await tamper(world, "UPDATE audit_log SET in_school = 2, at_ms = 'soon' WHERE seq = 3")
        assert await faults(world) == [(3, ALTERED)]


async def test_in_a_file_values_of_another_kind_are_faults_and_no_crash(world: World) -> None:
    if world.database.dialect == "sqlite":
        await fill(world, kind="signed_in")
        await tamper(
            world, "DELETE FROM audit_detail WHERE seq IN (3, 6)", "UPDATE audit_log SET at_ms = 'soon' WHERE seq = 3",
            "UPDATE audit_log SET seq = 'last', kind = x'00ff' WHERE seq = 6", "UPDATE audit_head SET seq = 'six'",
        )  # fmt: skip
        assert [seq for seq, _ in await faults(world)] == [3, 3, "last", 5]


@pytest.mark.parametrize("seq", [1, 2, 5])
async def test_a_row_that_was_taken_away_is_found(world: World, seq: int) -> None:
    await fill(world)
    await tamper(world, f"DELETE FROM audit_detail WHERE seq = {seq}", f"DELETE FROM audit_log WHERE seq = {seq}")
    assert await faults(world) == [(seq, "is missing.")]


async def test_several_rows_that_were_taken_away_are_found_together(world: World) -> None:
    await fill(world)
    await tamper(world, "DELETE FROM audit_detail WHERE seq < 4", "DELETE FROM audit_log WHERE seq < 4")
    assert await faults(world) == [(1, "is missing, and so are all up to 3.")]


async def test_a_detail_that_lost_its_row_is_found(world: World) -> None:
    if world.database.dialect == "postgresql":  # where whoever owns the database may take a row from under its detail
        await fill(world)
        await tamper(world, "DELETE FROM audit_log WHERE seq = 2")
        assert await faults(world) == [(2, "is missing."), (2, "is missing, and its detail is there.")]


async def test_a_chain_that_was_closed_over_a_missing_row_is_found_where_it_was_joined(world: World) -> None:
    await fill(world)
    shift = "UPDATE audit_log SET seq = seq - 1 WHERE seq = "
    await tamper(
        world, "DELETE FROM audit_detail", "DELETE FROM audit_log WHERE seq = 3", f"{shift} 4", f"{shift} 5",
        f"{shift} 6", "UPDATE audit_head SET seq = 5",
    )  # fmt: skip
    altered = [seq for seq, sentence in await faults(world) if sentence == ALTERED]
    assert altered == [3, 4, 5]


async def test_two_rows_that_changed_places_are_found(world: World) -> None:
    await fill(world, detail=None)
    await tamper(world, *(f"UPDATE audit_log SET seq = {to} WHERE seq = {of}" for of, to in ((2, 99), (3, 2), (99, 3))))
    assert [seq for seq, _ in await faults(world)] == [2, 3, 4]


async def test_a_cut_off_end_is_found_by_the_head(world: World) -> None:
    await fill(world)
    await tamper(world, "DELETE FROM audit_detail WHERE seq > 4", "DELETE FROM audit_log WHERE seq > 4")
    assert await faults(world) == [(5, "is missing, and so are all up to 6: the chain was cut off.")]


async def test_a_chain_that_was_taken_away_whole_is_found(world: World) -> None:
    await fill(world)
    await tamper(world, "DELETE FROM audit_detail", "DELETE FROM audit_log")
    assert await faults(world) == [(1, "is missing, and so are all up to 6: the chain was cut off.")]


async def exported(world: World) -> Known:
    return Known("2026-11-22.json", (await world.database.read(heads.current))[0])


async def test_an_end_that_was_cut_off_with_the_head_is_found_by_an_exported_head(world: World) -> None:
    await fill(world)
    known = await exported(world)
    assert await faults(world, known) == []
    fourth = (await world.rows(audit_log))[3]
    await tamper(
        world, "DELETE FROM audit_detail WHERE seq > 4", "DELETE FROM audit_log WHERE seq > 4",
        f"UPDATE audit_head SET seq = 4, hash = '{fourth.hash}'",
    )  # fmt: skip
    assert await faults(world) == [], "this is what only an exported head shows"
    sentence = "is missing: the exported head in 2026-11-22.json knows it. The chain was cut off."
    assert await faults(world, known) == [(6, sentence)]


async def test_a_chain_that_was_removed_with_its_head_is_found_by_an_exported_head(world: World) -> None:
    await fill(world)
    known = await exported(world)
    await tamper(world, *(f"DELETE FROM {each}" for each in ("audit_detail", "audit_log", "audit_head")))
    assert [seq for seq, _ in await faults(world, known)] == [6]


async def rewrite(world: World) -> None:
    """Alter the second row and compute all that follows anew, the head too."""
    rows, before = await world.rows(audit_log), ""
    statements = []
    for row in rows:
        entry = Entry(*tuple(row)[:8])
        entry = replace(entry, by="p7") if row.seq == 2 else entry
        before = link(before, entry)
        by = "'p7'" if row.seq == 2 else '"by"'
        statements.append(f"UPDATE audit_log SET \"by\" = {by}, hash = '{before}' WHERE seq = {row.seq}")
    await tamper(world, *statements, f"UPDATE audit_head SET hash = '{before}'")


async def test_a_chain_that_was_computed_anew_is_found_by_an_exported_head(world: World) -> None:
    await fill(world)
    known = await exported(world)
    await rewrite(world)
    assert await faults(world) == [], "this is what only an exported head shows"
    assert await faults(world, known) == [(6, "is not the row that the exported head in 2026-11-22.json knows.")]


@pytest.mark.parametrize(
    ("seq", "sentence"),
    [
        (7, "stands beyond the chain's head: it was added by hand."),
        (0, "stands where no row can stand: it was inserted."),
    ],
)  # fmt: skip
async def test_a_row_that_was_put_in_is_found(world: World, seq: int, sentence: str) -> None:
    await fill(world)
    insert = f"""
        INSERT INTO audit_log SELECT school_id, {seq}, at_ms, kind, "by", subject, in_school, '', hash
        FROM audit_log WHERE seq = 6
    """
    await tamper(world, insert)
    assert (seq, sentence) in await faults(world)


async def test_a_head_that_was_taken_away_or_altered_is_found(world: World) -> None:
    await fill(world)
    await tamper(world, "UPDATE audit_head SET hash = '00'")
    assert await faults(world) == [(6, "is the last row, and does not fit the chain's head.")]
    await tamper(world, "DELETE FROM audit_head")
    assert await faults(world) == [(6, "is the last row, and the chain's head is missing.")]


@pytest.mark.parametrize("change", ["body = replace(body, '2', '7')", "salt = 'aa'", "body = 'nonsense'"])
async def test_a_detail_that_was_altered_is_found(world: World, change: str) -> None:
    await fill(world)
    await tamper(world, f"UPDATE audit_detail SET {change} WHERE seq = 3")
    assert await faults(world) == [(3, "has a detail that was altered.")]


async def test_a_detail_that_is_missing_before_its_time_is_found(world: World) -> None:
    await fill(world)
    await tamper(world, "DELETE FROM audit_detail WHERE seq = 3")
    assert await faults(world) == [(3, "lacks its detail, which neither retention nor an erasure took away.")]


async def test_a_detail_that_was_put_in_is_found(world: World) -> None:
    await fill(world, detail=None)
    await tamper(world, "INSERT INTO audit_detail VALUES ('s1', 3, 'aa', '{}')")
    assert await faults(world) == [(3, "has a detail that it was not written with.")]


async def test_a_fault_in_one_chain_is_no_fault_of_another(world: World) -> None:
    await fill(world)
    await fill(world, school="s2")
    await tamper(world, "UPDATE audit_log SET kind = 'x' WHERE seq = 3 AND school_id = 's1'")
    assert (await verdict(world, chain="s2")).faults == []
    assert (await verdict(world)).faults != []


async def test_one_school_can_be_asked_about_and_must_be_there(world: World) -> None:
    school = await world.school()
    await fill(world, school=school.id)
    await fill(world)
    assert [each.name for each in await world.database.read(verify, (), "oakfield")] == ["oakfield"]
    with pytest.raises(ValueError, match="atlantis"):
        await world.database.read(verify, (), "atlantis")


def test_what_is_said_names_the_school_the_row_and_what_is_wrong() -> None:
    good, bad = Verdict("oakfield", 3, "abcd"), Verdict("riverside", 3, "ef", [Fault(2, "is missing.")] * 102)
    lines = list(said([good, bad], ["2026-11-22.json"]))
    assert lines[0] == "The file 2026-11-22.json of exported heads cannot be read."
    assert lines[1] == "oakfield: 3 rows, intact, head abcd"
    assert lines[2] == "riverside: row 2 is missing."
    assert lines[-1] == "riverside: and 2 faults more."
