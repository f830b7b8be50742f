"""What SQLite's files hold of rows that are gone."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from accounts.privacy import traces
from tests.harness import corridor

WORD = "Quillfeather"


def careless(path: Path) -> None:
    """A database that let go of a name without overwriting it, in the file and in its log."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for statement in (
            "PRAGMA secure_delete=OFF", "PRAGMA journal_mode=WAL", "CREATE TABLE names (name TEXT)",
            f"INSERT INTO names VALUES ('{WORD}')",
            "PRAGMA wal_checkpoint(TRUNCATE)", "DELETE FROM names",
        ):  # fmt: skip
            database.execute(statement).fetchall()


def held(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def test_a_database_that_is_written_anew_holds_nothing_of_what_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "corridor.db"
    careless(path)
    assert WORD.encode() in held(path), "there is something to be found"
    assert traces.compact(f"sqlite:///{path}")
    assert WORD.encode() not in held(path)


def test_the_journal_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "corridor.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for statement in ("PRAGMA journal_mode=WAL", "CREATE TABLE names (name TEXT)", "PRAGMA secure_delete=ON"):
            database.execute(statement).fetchall()
        database.execute("INSERT INTO names VALUES (?)", (WORD,))
        database.execute("DELETE FROM names")
        assert WORD.encode() in held(path), "the journal remembers"
        traces.empty_journal(f"sqlite:///{path}")
        assert WORD.encode() not in held(path)


@pytest.mark.parametrize("url", ["postgresql+asyncpg://nobody@nowhere/none", "sqlite:////nowhere/at/all.db"])
def test_there_is_nothing_to_do_elsewhere(url: str) -> None:
    assert not traces.compact(url)


def test_the_command_says_what_it_did(tmp_path: Path) -> None:
    corridor("migrate", data=tmp_path)
    assert "written anew" in corridor("compact", data=tmp_path)
    with pytest.raises(RuntimeError, match="This is for SQLite"):
        corridor("compact", data=tmp_path / "elsewhere")
