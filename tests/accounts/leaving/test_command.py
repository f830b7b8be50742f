"""`corridor person extend`, as somebody types it."""

import sqlite3
from contextlib import closing

import pytest

from tests.harness import corridor
from tests.serving import Served

UNTIL = ("--until", "2028-01-31", "--reason", "Waits for the exam board")


def test_a_leaver_is_extended_while_the_server_runs(served: Served) -> None:
    with pytest.raises(RuntimeError, match="somebody who leaves"):
        corridor("person", "extend", "oakfield", "chloe", *UNTIL, data=served.data)
    with closing(sqlite3.connect(served.data / "corridor.db", timeout=20)) as database, database:
        database.execute("UPDATE person SET left_ms = 1000, off_ms = 2000 WHERE login = 'chloe'")
    said = corridor("person", "extend", "oakfield", "chloe", *UNTIL, data=served.data)
    assert "ends after 2028-01-31" in said
    with served.signed_in("chloe") as chloe:
        assert chloe.get("/api/v1/me").status_code == 200


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nobody", *UNTIL), "Nobody at 'oakfield'"),
        (("ben", "--until", "soon", "--reason", "Why"), "Please choose a day"),
    ],
)
def test_what_cannot_be_is_said(served: Served, arguments: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(RuntimeError, match=sentence):
        corridor("person", "extend", "oakfield", *arguments, data=served.data)
