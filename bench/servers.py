"""Starting and stopping what is measured: ours, peers, and the generator that measures them."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bench.proc import ALL_CORES, OTHER_CORES, SERVER_CORE, started_on

ROOT = Path(__file__).parent.parent
PEERS = ROOT / "bench" / "peers"
START_WITHIN = 60
STOP_WITHIN = 60
NPM_WITHIN = 300
LOOK_EVERY = 0.005
_PORT = re.compile(r"(?m) is listening on http://[\d.]+:(\d+)$")

# Nothing here is to be refused for its speed; what limits cost when nobody reaches them is part of the measure.
LIMITS = " ".join(
    f"{name}=100000000/100000000"
    for name in ("posts", "acts", "reads", "subscribes", "frames", "connects", "searches", "sockets")
)


@dataclass(frozen=True)
class Server:
    """A running server. `started_in` is seconds from the start of the process to its ready line."""

    name: str
    dialect: str
    process: "subprocess.Popen[bytes]"
    port: int
    started_in: float
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def last_words(self) -> str:
        """The end of what it printed."""
        return self.log.read_text(errors="replace")[-500:]

    def stop(self) -> None:
        """Ask it to end, as an administrator would."""
        _end(self.process)


@contextmanager
def corridor(data: Path, *, database_url: str = "", pin: bool = True) -> Iterator[Server]:
    """Our server on what `data` holds, as `corridor serve` starts it, with limits out of the way."""
    environ = {"CORRIDOR_LIMITS": LIMITS, **({"CORRIDOR_DATABASE_URL": database_url} if database_url else {})}
    command = [our_python(), "cli.py", "serve", "--host", "127.0.0.1", "--port", "0", "--data", str(data)]
    with _running("corridor", "corridor", command, log=data / "server.log", environ=environ, pin=pin) as server:
        yield server


@contextmanager
def peer(name: str, folder: Path) -> Iterator[Server]:
    """One of `PEER_COMMANDS`; what it prints goes into `folder`."""
    dialect, command = PEER_COMMANDS[name]
    with _running(name, dialect, command, log=folder / f"{name}.log") as server:
        yield server


PEER_COMMANDS: Mapping[str, tuple[str, list[str]]] = {
    "websockets": ("plain", [sys.executable, "-m", "bench.peers.websockets_broadcast"]),
    "socketio": ("socketio", [sys.executable, "-m", "bench.peers.socketio_room"]),
    "ws": ("plain", ["node", str(PEERS / "ws_broadcast.mjs")]),
}


def our_python() -> str:
    """The interpreter that the project's own environment has, else the one that runs the benchmark."""
    own = ROOT / ".venv" / "bin" / "python"
    return str(own) if own.exists() else sys.executable


def npm_installed(package: str) -> bool:
    """Whether what peers/package.json names is there, after trying to put it there from its lock file."""
    if not (PEERS / "node_modules" / package).is_dir():
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        try:
            subprocess.run(command, cwd=PEERS, check=True, capture_output=True, timeout=NPM_WITHIN)
        except (OSError, subprocess.SubprocessError):
            return False
    return (PEERS / "node_modules" / package).is_dir()


@contextmanager
def _running(
    name: str,
    dialect: str,
    command: Sequence[str],
    *,
    log: Path,
    environ: Mapping[str, str] = MappingProxyType({}),
    pin: bool = True,
) -> Iterator[Server]:
    begin = time.monotonic()
    with log.open("wb") as output, started_on(SERVER_CORE if pin else ALL_CORES):
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environ}, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        port = _port_when_ready(process, log)
        yield Server(name, dialect, process, port, time.monotonic() - begin, log)
    finally:
        _end(process)


def _port_when_ready(process: "subprocess.Popen[bytes]", log: Path) -> int:
    """Wait for the line that says where it listens. Raises RuntimeError if it ends first or takes too long."""
    for _ in range(int(START_WITHIN / LOOK_EVERY)):
        if found := _PORT.search(log.read_text(errors="replace")):
            return int(found[1])
        if process.poll() is not None:
            break
        time.sleep(LOOK_EVERY)
    raise RuntimeError(f"{process.args!r} did not become ready: {log.read_text(errors='replace')[-2000:]}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ask it to end; insist after a minute."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Load:
    """The generator at work on one server. Steps are asked for at once; results come one by one.

    `awake`: it never sleeps and keeps off the server's core; else it shares the machine with the server.
    """

    def __init__(self, server: Server, steps: Sequence[Mapping[str, Any]], *, awake: bool = True) -> None:
        job = {
            "host": "127.0.0.1",
            "port": server.port,
            "pid": server.pid,
            "dialect": server.dialect,
            "awake": awake,
            "steps": list(steps),
        }
        self._server = server
        with started_on(OTHER_CORES if awake else ALL_CORES):
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bench.load"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(job))
        self._process.stdin.close()

    def result(self) -> dict[str, Any]:
        """The next step's figures. Raises RuntimeError where the step failed."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        result: dict[str, Any] = json.loads(line) if line else {"failed": "the generator ended", "do": "?"}
        if "failed" in result:
            what = f"{self._server.name}, {result['do']}: {result['failed']} {result.get('first_troubles', '')}"
            raise RuntimeError(f"{what} {self._server.last_words}")
        return result

    def __enter__(self) -> "Load":
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdout is not None
        self._process.stdout.read()
        self._process.stdout.close()
        self._process.wait()


def run_load(server: Server, *steps: Mapping[str, Any], awake: bool = True) -> list[dict[str, Any]]:
    """All results of a job that needs nobody between its steps."""
    with Load(server, steps, awake=awake) as load:
        return [load.result() for _ in steps]
