"""The command line: what it makes works, and what is wrong is told in a sentence."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.harness import CorridorServer, Postgres, corridor, free_port
from tests.harness.corridor import CLI
from tests.harness.program import ROOT
from tests.serving import Served, demo_data, serving


def run(*arguments: str, env: dict[str, str] | None = None, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CLI, *arguments], check=False, capture_output=True, text=True, input=said, cwd=ROOT, timeout=60,
        env={**os.environ, **(env or {})},
    )  # fmt: skip


def assert_sentence(done: subprocess.CompletedProcess[str], about: str) -> None:
    assert done.returncode != 0
    assert "Traceback" not in done.stderr, done.stderr
    assert about.lower() in done.stderr.lower()
    assert len(done.stderr.strip().splitlines()) <= 3, done.stderr


def create(data: Path, *more: str, password: str = "correct horse\n") -> subprocess.CompletedProcess[str]:
    name = ("--name", "Oakfield Primary", "--administrator", "Amara Okafor")
    return run("school", "create", "oakfield", *name, "--data", str(data), *more, said=password)


def test_a_school_that_was_created_can_be_entered(tmp_path: Path) -> None:
    made = create(tmp_path, "--login", "amara")
    assert made.returncode == 0, made.stderr
    assert "school 'oakfield', name 'amara'" in made.stdout
    assert "correct horse" not in made.stdout + made.stderr
    with CorridorServer(tmp_path) as server:
        served = Served(tmp_path, [], {})
        served.port = server.port
        with served.nobody() as client:
            who = {"school": "oakfield", "name": "amara", "password": "correct horse"}
            assert client.post("/api/v1/sessions", json=who).status_code == 201
            me = client.get("/api/v1/me").json()
    assert me["person"]["role"] == "ict_coordinator"
    assert [room["kind"] for room in me["rooms"]] == ["staffroom"]


def test_a_school_that_cannot_be_is_refused_with_a_sentence(tmp_path: Path) -> None:
    assert_sentence(create(tmp_path, password="short\n"), "8 to 256 characters")
    assert_sentence(create(tmp_path, password=""), "8 to 256 characters")
    assert_sentence(create(tmp_path, "--phase", "nursery"), "nursery")
    assert_sentence(create(tmp_path, "--zone", "Mars"), "Mars")
    assert create(tmp_path).returncode == 0
    assert_sentence(create(tmp_path), "already")
    assert_sentence(run("demo", "--data", str(tmp_path)), "empty data folder")


def test_migrate_can_be_run_again(tmp_path: Path) -> None:
    first = corridor("migrate", data=tmp_path)
    assert "up to date" in first
    assert corridor("migrate", data=tmp_path) == first


def test_a_restored_database_gets_a_new_epoch(tmp_path: Path) -> None:
    before = corridor("migrate", data=tmp_path)
    told = corridor("restored", data=tmp_path)
    assert before.split()[-1] not in told
    assert told.split()[-1] in corridor("migrate", data=tmp_path)


def test_a_backup_is_a_whole_copy_and_replaces_nothing(tmp_path: Path) -> None:
    corridor("demo", data=tmp_path / "data")
    corridor("backup", str(tmp_path / "copy.db"), data=tmp_path / "data")
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy.db").rename(tmp_path / "copy" / "corridor.db")
    assert corridor("demo", "--json", data=tmp_path / "copy") == corridor("demo", "--json", data=tmp_path / "data")
    again = run("backup", str(tmp_path / "copy" / "corridor.db"), "--data", str(tmp_path / "data"))
    assert_sentence(again, "there already")


def test_a_closed_account_is_out_at_once_and_can_be_opened_again() -> None:
    with serving() as server, server.signed_in("tom") as client:
        corridor("person", "disable", "oakfield", "tom", data=server.data)
        assert client.get("/api/v1/me").status_code == 401
        corridor("person", "enable", "oakfield", "tom", data=server.data)
        with server.signed_in("tom") as again:
            assert again.get("/api/v1/me").status_code == 200
        assert_sentence(run("person", "disable", "oakfield", "nobody", "--data", str(server.data)), "nobody")


def test_the_clock_can_be_set_on_demonstration_data() -> None:
    source, sign_ins = demo_data()
    with serving() as server:
        server.terminate()
        moved = Served(server.data, sign_ins, {})
        moved.command += ["--clock", "2031-05-06T07:08:09+00:00"]
        with moved, moved.signed_in() as client:
            assert client.get("/api/v1/me").json()["now"].startswith("2031-05-06T07:08:")
    assert source != server.data


def test_the_clock_is_refused_elsewhere_and_when_it_cannot_be_read(tmp_path: Path) -> None:
    serve = ("serve", "--port", "0", "--data", str(tmp_path))
    assert_sentence(run(*serve, "--clock", "2031-05-06T07:08:09+00:00"), "only on demonstration data")
    corridor("demo", data=tmp_path)
    assert_sentence(run(*serve, "--clock", "2031-05-06T07:08:09"), "offset")
    assert_sentence(run(*serve, "--clock", "tomorrow"), "tomorrow")


@pytest.mark.parametrize(
    ("name", "value", "about"),
    [
        ("CORRIDOR_LIMITS", "posts=many", "CORRIDOR_LIMITS"), ("CORRIDOR_LIMITS", "wishes=1/1", "wishes"),
        ("CORRIDOR_POLL", "often", "CORRIDOR_POLL"), ("CORRIDOR_DATABASE_URL", "nonsense", "database's address"),
        ("CORRIDOR_DATABASE_URL", "mysql://host/name", "SQLite and PostgreSQL"),
        ("CORRIDOR_DATABASE_URL", "postgresql://host/name", "postgresql+asyncpg"),
        ("CORRIDOR_REDIS_URL", "nonsense", "redis"), ("CORRIDOR_SECRET_FILE", "/nowhere/secret", "/nowhere/secret"),
        ("CORRIDOR_DATABASE_URL", "sqlite:////proc/nowhere/corridor.db", "/proc/nowhere"),
        ("CORRIDOR_DATABASE_URL", "sqlite:////dev/null", "database"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_told_in_a_sentence(name: str, value: str, about: str, tmp_path: Path) -> None:
    assert_sentence(run("serve", "--port", "0", "--data", str(tmp_path), env={name: value}), about)


def test_a_database_that_is_away_or_refuses_us_is_told_in_a_sentence(tmp_path: Path, postgres: Postgres) -> None:
    away = f"postgresql+asyncpg://corridor@127.0.0.1:{free_port()}/corridor"
    for url, about in ((away, "connect"), (postgres.url("no_such_database"), "no_such_database")):
        assert_sentence(run("migrate", "--data", str(tmp_path), env={"CORRIDOR_DATABASE_URL": url}), about)


def test_a_port_that_is_taken_is_told_in_a_sentence(tmp_path: Path) -> None:
    with serving() as server:
        assert_sentence(run("serve", "--port", str(server.port), "--data", str(tmp_path)), "in use")


def test_a_server_tells_its_address_and_ends_when_asked(tmp_path: Path) -> None:
    with CorridorServer(tmp_path) as server:
        assert f"Corridor is listening on {server.url}" in server.log
        assert server.terminate() == 0
