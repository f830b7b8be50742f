"""Messages committed to disk a second, beside a writer that does nothing else; then how long one takes at 2,000/s."""

import json
import subprocess
import sys
from pathlib import Path

from bench.servers import ROOT, corridor, run_load
from bench.targets import Target
from bench.work import Seeded, Work

RATE = 2000
DATABASES = {"sqlite": "SQLite, synchronous=FULL", "postgresql": "PostgreSQL, fsync on"}

TARGETS = [
    target
    for name, called in DATABASES.items()
    for target in (
        Target(
            f"durable publishing, {called}",
            "messages a second, 200 in flight in 10 rooms",
            f"durable.{name}", 0.4, f"durable.{name}.driver", "bare writer, driver", at_least=True,
        ),
        Target(
            f"durable publishing, {called}",
            "messages a second, 200 in flight in 10 rooms",
            f"durable.{name}", 0.4, f"durable.{name}.core", "bare writer, SQLAlchemy Core", at_least=True,
        ),
        Target(
            f"durable publishing, {called}",
            "ms p99 at 2,000 messages/s",
            f"durable.{name}.p99", 10, f"durable.{name}.driver.p99", "bare writer, driver", compared=False,
        ),
    )
]  # fmt: skip


def measure(work: Work) -> None:
    for name in DATABASES:
        for system in work.in_turn(["corridor", "driver", "core"]):
            if system == "corridor":
                _ours(work, name)
            else:
                _bare(work, name, system)


def _ours(work: Work, name: str) -> None:
    """Nobody follows a room, since nobody reads what the bare writer writes; and all may use both cores, as it may."""
    seeded = _seeded(work, name)
    data = seeded.data if seeded.url else work.copy(seeded)
    seats = [{**seat, "rooms": {}} for seat in seeded.seats("all")]
    with corridor(data, database_url=seeded.url, pin=False) as server:
        _, most, paced = run_load(
            server,
            {"do": "connect", "seats": seats},
            {"do": "settle", "in_flight": work.scale.in_flight, "seconds": work.scale.seconds},
            {"do": "settle_at", "rate": RATE, "seconds": work.scale.paced_seconds},
            awake=False,
        )
    work.keep(f"durable {name}", most)
    work.keep(f"durable {name}, {RATE} messages/s", paced)
    work.record(f"durable.{name}", most["rate"])
    work.record(f"durable.{name}.p99", paced["p99_ms"])


def _seeded(work: Work, name: str) -> Seeded:
    rooms = work.scale.busy_rooms
    group = {"rooms": rooms, "members": work.scale.in_flight // rooms, "events": 0}
    plan = {"people": work.scale.in_flight, "groups": {"all": group}}
    if name == "sqlite":
        return work.seeded("durable-sqlite", plan)
    return work.seeded("durable-postgresql", plan, lambda: work.postgres().create("corridor_bench"))


def _bare(work: Work, name: str, through: str) -> None:
    """The floor: straight through the driver, and through SQLAlchemy Core, on which ours stands."""
    where = _bare_file(work) if name == "sqlite" else _bare_database(work)
    options = ["--seconds", str(work.scale.seconds), "--through", through]
    command = [sys.executable, "-m", "bench.peers.bare_writer", *options, name, where]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    work.keep(f"durable {name}, bare, {through}", found)
    work.record(f"durable.{name}.{through}", found["rate"])
    work.record(f"durable.{name}.{through}.p99", found["p99_ms"])


def _bare_file(work: Work) -> str:
    folder = work.folder / "bare"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    return str(Path(folder) / "bare.db")


def _bare_database(work: Work) -> str:
    return work.postgres().url("postgres").replace("+asyncpg", "")
