"""The scenario: somebody alters the record in the database file by hand, and the command finds it."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage.backup import back_up
from tests.harness.program import ROOT
from tests.serving import Served, serving
from tests.test_cli import run

ALTER = """
    DROP TRIGGER audit_log_refuses_update;
    UPDATE audit_log SET "by" = 'p0000000000'
    WHERE seq = 2 AND school_id = (SELECT id FROM school WHERE slug = 'oakfield')
"""
CUT = """
    DROP TRIGGER audit_log_refuses_delete;
    DELETE FROM audit_detail WHERE seq > 1;
    DELETE FROM audit_log WHERE seq > 1;
    UPDATE audit_head SET seq = 1, hash = (SELECT hash FROM audit_log WHERE audit_log.school_id = audit_head.school_id)
"""


@pytest.fixture(scope="module")
def used() -> Iterator[Served]:
    """A data folder in which three people signed in, and whose server has stopped."""
    with serving() as server:
        for name in ("amara", "tom", "aisha"):
            server.cookies_of(name)
        server.terminate()
        yield server


@pytest.fixture
def data(used: Served, tmp_path: Path) -> Path:
    """A copy of it."""
    back_up(f"sqlite:///{used.data / 'corridor.db'}", tmp_path / "corridor.db")
    return tmp_path


def by_hand(data: Path, script: str) -> None:
    with closing(sqlite3.connect(data / "corridor.db")) as database:
        database.executescript(script)


def test_the_server_wrote_the_day_s_heads_by_itself(used: Served) -> None:
    assert len(list((used.data / "audit-heads").glob("*.json"))) == 1


def test_what_nobody_touched_is_intact(data: Path) -> None:
    done = run("audit", "verify", "--data", str(data))
    assert (done.returncode, done.stderr) == (0, "")
    assert "oakfield: 3 rows, intact, head " in done.stdout
    assert "riverside: 0 rows, intact, head none yet" in done.stdout


def test_a_row_that_was_altered_by_hand_in_the_database_file_is_found(data: Path) -> None:
    by_hand(data, ALTER)
    done = run("audit", "verify", "--data", str(data))
    assert done.returncode == 1
    assert "oakfield: row 2 was altered, or stands in another row's place: its hash does not fit.\n" in done.stdout
    assert "riverside: 0 rows, intact" in done.stdout
    assert run("audit", "verify", "--data", str(data), "--school", "riverside").returncode == 0


def test_an_end_that_was_cut_off_together_with_the_head_is_found_by_an_exported_head(data: Path) -> None:
    assert "is written" in run("audit", "export-heads", "--data", str(data)).stdout
    by_hand(data, CUT)
    done = run("audit", "verify", "--data", str(data))
    assert done.returncode == 1
    assert "oakfield: row 3 is missing: the exported head in " in done.stdout


def test_a_file_of_heads_that_was_spoiled_and_a_school_that_there_is_not_are_told(data: Path) -> None:
    (data / "audit-heads").mkdir()
    (data / "audit-heads" / "2026-01-01.json").write_text("{}")
    done = run("audit", "verify", "--data", str(data))
    assert done.returncode == 1
    assert "The file 2026-01-01.json of exported heads cannot be read." in done.stdout
    wrong = run("audit", "verify", "--data", str(data), "--school", "atlantis")
    assert (wrong.returncode, wrong.stderr) == (1, "There is no school 'atlantis'.\n")


def test_the_database_itself_refuses_as_long_as_its_triggers_stand(data: Path) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        by_hand(data, ALTER.replace("DROP TRIGGER audit_log_refuses_update;", ""))


def test_the_check_that_the_documentation_shows_agrees(data: Path) -> None:
    page = (ROOT / "docs" / "audit.md").read_text()
    script = page.partition("```python\n")[2].partition("```")[0]
    command = [sys.executable, "-c", script, str(data / "corridor.db"), "oakfield"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("3 rows, intact, head ")
    by_hand(data, ALTER)
    assert (
        "row 2 was altered" in subprocess.run(command, check=False, capture_output=True, text=True, timeout=60).stderr
    )


def test_a_restore_is_in_the_record_of_the_installation(data: Path) -> None:
    assert run("restored", "--data", str(data)).returncode == 0
    with closing(sqlite3.connect(data / "corridor.db")) as database:
        rows = database.execute("SELECT school_id, seq FROM audit_log WHERE kind = 'restored'").fetchall()
    assert rows == [("installation", 1)]
