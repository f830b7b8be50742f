"""The day's file of heads: whole, once, and read back."""

import json
from pathlib import Path

from accounts.audit import heads
from accounts.audit.heads import Head
from tests.accounts.audit.tampering import fill
from tests.world import World

NOON = 1_795_348_800_000  # 2026-11-22T12:00Z
FOUND = [Head("s1", "oakfield", 3, "ab")]


async def test_the_heads_are_those_of_all_chains(world: World) -> None:
    school = await world.school()
    await fill(world, 2, school.id)
    await fill(world, 3, "installation")
    found = await world.database.read(heads.current)
    assert {(each.school, each.slug, each.seq) for each in found} == {
        (school.id, "oakfield", 2), ("installation", "installation", 3),
    }  # fmt: skip
    assert all(len(each.hash) == 64 for each in found)


def test_a_file_a_day_is_written_and_can_be_read_by_anybody(tmp_path: Path) -> None:
    assert heads.write(tmp_path, FOUND, NOON)
    path = tmp_path / "audit-heads" / "2026-11-22.json"
    assert json.loads(path.read_text()) == {
        "form": "corridor-audit-heads-1", "at": "2026-11-22T12:00:00.000+00:00",
        "heads": [{"school": "s1", "slug": "oakfield", "seq": 3, "hash": "ab"}],
    }  # fmt: skip
    known, broken = heads.read(tmp_path)
    assert ([(each.file, each.head) for each in known], broken) == ([("2026-11-22.json", FOUND[0])], [])


def test_a_file_that_is_there_is_never_written_again(tmp_path: Path) -> None:
    heads.write(tmp_path, FOUND, NOON)
    assert not heads.write(tmp_path, [], NOON + 1000)
    assert heads.write(tmp_path, [], NOON + 86_400_000)
    assert [each.head for each in heads.read(tmp_path)[0]] == FOUND
    assert len(list((tmp_path / "audit-heads").iterdir())) == 2, "nothing half-written is left"


def test_a_file_that_somebody_spoiled_is_named(tmp_path: Path) -> None:
    heads.write(tmp_path, FOUND, NOON)
    (tmp_path / "audit-heads" / "2026-11-21.json").write_text('{"form":"another"}')
    known, broken = heads.read(tmp_path)
    assert (len(known), broken) == (1, ["2026-11-21.json"])


def test_without_files_nothing_is_known(tmp_path: Path) -> None:
    assert heads.read(tmp_path) == ([], [])
