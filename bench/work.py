"""What the scenarios of one run share: how much to do, where, and what was found."""

import json
import os
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from bench.servers import ROOT, our_python
from tests.harness import Postgres

T = TypeVar("T")


@dataclass(frozen=True)
class Scale:
    """How much work a run does. Seconds are of measured parts."""

    rounds: int = 3
    seconds: float = 3.0
    paced_seconds: float = 4.0
    readers: int = 200
    many_rooms: int = 20
    room_size: int = 25
    in_flight: int = 200
    busy_rooms: int = 10
    connections: int = 2000
    rooms_each: int = 10
    behind: int = 50
    few_readers: int = 10
    many_readers: int = 2000
    few_rooms: int = 100
    entrants: int = 600
    rooms_stored: int = 100_000
    events_stored: int = 1_000_000
    messages_scrolled: int = 10_000
    resting_seconds: float = 75.0  # three pings
    learners: int = 1400  # at threads, when these open
    left: int = 600  # stickies that wait for it
    until_open: float = 30.0  # seconds, in which the server starts and all of them come

    @property
    def events_each(self) -> int:
        return self.events_stored // self.rooms_stored


FULL = Scale()
QUICK = Scale(
    rounds=1,
    seconds=1.0,
    paced_seconds=1.0,
    connections=400,
    many_readers=500,
    entrants=100,
    rooms_stored=5000,
    events_stored=50_000,
    messages_scrolled=500,
    resting_seconds=25.0,
    learners=200,
    left=50,
    until_open=12.0,
)

Measures = dict[str, dict[int, float]]  # a figure's name → its value in each round that had one


@dataclass(frozen=True)
class Seeded:
    """A filled database that stays as it is: rounds work on copies."""

    data: Path
    cookies: Sequence[str]
    groups: Mapping[str, Sequence[Mapping[str, Any]]]
    entrants: Sequence[Mapping[str, str]] = ()
    queries: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    url: str = ""

    def seats(self, group: str, heads: Mapping[str, int] | None = None) -> list[dict[str, Any]]:
        """One connection for each member of each room of `group`, its room followed from its head on.

        They go from room to room, so that those who post in turn post in all rooms. `heads` may know better.
        """
        rooms = self.groups[group]
        known = {room["id"]: room["head"] for room in rooms} | dict(heads or {})
        return [
            self._seat(room["id"], room["members"][place], known[room["id"]])
            for place in range(len(rooms[0]["members"]))
            for room in rooms
        ]

    def _seat(self, room: str, person: int, head: int) -> dict[str, Any]:
        return {"room": room, "cookie": self.cookies[person], "rooms": {room: head}}


@dataclass
class Work:
    """One run of the benchmark."""

    scale: Scale
    folder: Path
    until_end: ExitStack
    round: int = 0
    measures: Measures = field(default_factory=lambda: defaultdict(dict))
    notes: list[str] = field(default_factory=list)
    details: list[dict[str, Any]] = field(default_factory=list)
    _seeded: dict[str, Seeded] = field(default_factory=dict)
    _postgres: Postgres | None = None

    def record(self, name: str, value: float) -> None:
        self.measures[name][self.round] = value

    def keep(self, what: str, result: Mapping[str, Any]) -> None:
        """Keep all that was measured for --json, and say aloud what went wrong."""
        self.details.append({"round": self.round, "what": what, **result})
        if result.get("troubles"):
            first = result["first_troubles"][0]
            self.notes.append(f"round {self.round}, {what}: {result['troubles']} troubles, such as {first}")

    def seeded(
        self, name: str, plan: Mapping[str, Any], database: Callable[[], str] = str, way: str = "fill"
    ) -> Seeded:
        """A database filled by `plan`, made on first use: SQLite, or what `database` makes and gives the address of."""
        if name not in self._seeded:
            url = database()
            data = self.folder / name
            data.mkdir(parents=True)
            ask_server("migrate", data, url)
            self._seeded[name] = Seeded(data, **seed({way: plan}, data, url), url=url)
            os.sync()  # what was just written must not be on its way to the disk while others measure
        return self._seeded[name]

    def in_turn(self, those: Sequence[T]) -> Sequence[T]:
        """`those`, beginning with another one in each round, so that nobody always goes first."""
        first = (self.round - 1) % len(those)
        return [*those[first:], *those[:first]]

    def postgres(self) -> Postgres:
        """A cluster of this run's own that syncs to disk, started on first use."""
        if self._postgres is None:
            self._postgres = self.until_end.enter_context(Postgres(durable=True))
        return self._postgres

    def copy(self, seeded: Seeded) -> Path:
        """A copy of a SQLite database to work on, in place of the last one."""
        target = self.folder / f"{seeded.data.name}-copy"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(seeded.data, target)
        return target


def seed(asked: Mapping[str, Any], data: Path, url: str = "") -> dict[str, Any]:
    """Let `bench.seed` do what it is asked, on the database of `data` or `url`."""
    command = [our_python(), "-m", "bench.seed", str(data)]
    answer: dict[str, Any] = json.loads(_run(command, url, json.dumps(asked)))
    return answer


def make_demo(data: Path) -> list[dict[str, Any]]:
    """The demonstration schools in an empty folder; gives how their people sign in."""
    sign_ins: list[dict[str, Any]] = json.loads(
        _run([our_python(), "cli.py", "demo", "--json", "--data", str(data)], "")
    )
    return sign_ins


def ask_server(command: str, data: Path, url: str = "") -> None:
    _run([our_python(), "cli.py", command, "--data", str(data)], url)


def _run(command: Sequence[str], url: str, given: str = "") -> str:
    environ = {**os.environ, **({"CORRIDOR_DATABASE_URL": url} if url else {})}
    done = subprocess.run(command, cwd=ROOT, env=environ, input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout
