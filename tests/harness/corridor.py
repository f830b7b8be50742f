"""Corridor's own processes: a server, and any other command."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.harness.program import ROOT, Program, free_port

CLI = (sys.executable, str(ROOT / "cli.py"))


class CorridorServer(Program):
    """`corridor serve` on a data folder; it keeps its port over restarts, so that clients find it again."""

    def __init__(self, data: Path, env: Mapping[str, str] | None = None, port: int = 0, *arguments: str) -> None:
        self.data = data
        self.port = port or free_port()
        place = ("--host", "127.0.0.1", "--port", str(self.port), "--data", str(data))
        super().__init__(
            [*CLI, "serve", *place, *arguments],
            ready=r"(?m)^Corridor is listening on http://",
            env={"PYTHONUNBUFFERED": "1", **(env or {})},
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def live_url(self) -> str:
        """Where the WebSocket is."""
        return f"ws://127.0.0.1:{self.port}/live"


def corridor(
    *arguments: str, data: Path, env: Mapping[str, str] | None = None, timeout: float = 120, given: str = ""
) -> str:
    """Run another command to its end and return what it printed on stdout. Raises RuntimeError with its stderr.

    `given`: what it reads from its standard input, such as a password.
    """
    done = subprocess.run(
        [*CLI, *arguments, "--data", str(data)],
        check=False, capture_output=True, text=True, cwd=ROOT, env={**os.environ, **(env or {})}, timeout=timeout,
        input=given,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"corridor {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}{done.stdout}")
    return done.stdout
