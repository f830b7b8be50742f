"""What the documentation shows runs, and what it lists is what there is."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.rules import FREE_TRIES
from features import HANDLERS
from realtime.connection import HELLO_WITHIN
from realtime.protocol import CATCH_UP_LIMIT, HELLO_ROOMS, REASONS, Command
from realtime.refusal import HTTP_STATUS, TEMPORARY
from rooms.composing import Typing
from rooms.posts import LONGEST_TEXT
from tests.harness.program import ROOT
from tests.serving import Served, serving

PROTOCOL = (ROOT / "docs" / "protocol.md").read_text()
EXAMPLE = re.compile(r"^```(sh|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)
ADDRESS = "http://127.0.0.1:8000"


def examples(language: str) -> list[str]:
    return [text for found, text in EXAMPLE.findall(PROTOCOL) if found == language]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as running:
        yield running


def run(command: list[str], script: str, server: Served, folder: Path) -> str:
    assert script.count(ADDRESS) == 1
    done = subprocess.run(
        command, check=False, input=script.replace(ADDRESS, server.url), capture_output=True, text=True, timeout=60,
        cwd=folder, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def texts(served: Served) -> list[str]:
    with served.signed_in("tom") as client:
        page = client.get(f"/api/v1/rooms/{served.staffroom()}/messages").json()
        return [each["text"] for each in page["messages"]]


def test_the_shell_s_examples_run_one_after_the_other(served: Served, tmp_path: Path) -> None:
    assert len(examples("sh")) == 6
    told = run(["bash", "-euo", "pipefail"], "\n".join(examples("sh")), served, tmp_path)
    assert '"repeat":false' in told
    assert '"repeat":true' in told
    assert f"303 {served.url}/rooms/{served.staffroom()}" in told
    assert "<strong>Yes</strong>" in told
    assert texts(served).count("Good morning from a shell") == 1
    assert "Good morning by form" in texts(served)


@pytest.mark.parametrize(("place", "said"), [(0, "Good morning from a client"), (1, "Good morning by long poll")])
def test_the_examples_in_python_run(served: Served, tmp_path: Path, place: int, said: str) -> None:
    assert len(examples("python")) == 2
    told = run([sys.executable, "-W", "error", "-"], examples("python")[place], served, tmp_path)
    assert told
    assert texts(served).count(said) == 1


def test_the_client_of_the_page_reads_on_after_the_server_was_killed(tmp_path: Path) -> None:
    """It has signed in and read where the room stands; then the server dies, and another takes its place."""
    script = examples("python")[0].replace("await client.run", "print('ready', flush=True); input(); await client.run")
    with serving() as server:
        process = subprocess.Popen(
            [sys.executable, "-c", script.replace(ADDRESS, server.url)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, cwd=tmp_path,
        )  # fmt: skip
        with process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            server.kill9()
            server.start()
            out, _ = process.communicate("\n", timeout=60)
        assert process.returncode == 0
        assert "seen in" in out
        assert texts(server).count("Good morning from a client") == 1


def rows(first: str) -> list[list[str]]:
    """The rows of the table whose head begins with this word."""
    table = PROTOCOL[PROTOCOL.index(f"| {first} |") :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def test_the_table_of_commands_is_what_there_is() -> None:
    kinds: list[type[Command]] = [*(handler.command for handler in HANDLERS), Typing]
    there = {kind.__struct_config__.tag for kind in kinds}
    assert {row[0].strip("`") for row in rows("command")} == there


def test_the_table_of_refusals_is_what_there_is() -> None:
    start = PROTOCOL.index("### Refusals")
    table = re.findall(r"^\| `(\w+)` \| (\d+) \| (.*) \|$", PROTOCOL[start:], re.MULTILINE)
    assert {code: int(status) for code, status, _ in table} == HTTP_STATUS
    assert {code for code, _, meaning in table if "temporary" in meaning} == TEMPORARY


def test_the_table_of_close_codes_is_what_there_is() -> None:
    table = re.findall(r"^\| (\d{4}) \| `(\w+)` \|", PROTOCOL, re.MULTILINE)
    assert {int(code): reason for code, reason in table} == REASONS


def test_the_figures_are_those_of_the_program() -> None:
    assert f"at most {CATCH_UP_LIMIT} events" in PROTOCOL
    assert f"at most {HELLO_ROOMS}" in PROTOCOL
    assert f"{LONGEST_TEXT:,}" in PROTOCOL
    assert f"at the latest after {HELLO_WITHIN:.0f} seconds" in PROTOCOL
    assert FREE_TRIES == 5
    assert "five wrong passwords" in PROTOCOL
