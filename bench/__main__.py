"""`python -m bench [--only fan-out,durable] [--rounds 3] [--quick] [--json FILE]`: prints one table.

It ends with status 0 whatever the figures are: whether they are good enough is for the reader to say.
"""

import argparse
import dataclasses
import json
import os
import platform
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path

from bench.proc import ALL_CORES, raise_file_limit
from bench.scenarios import SCENARIOS
from bench.servers import ROOT
from bench.table import table
from bench.targets import judge
from bench.work import FULL, QUICK, Scale, Work

PEERS = ("websockets", "python-socketio", "uvicorn", "uvloop", "asyncpg")


def main(arguments: Sequence[str] | None = None) -> None:
    given = _arguments(arguments)
    scale = dataclasses.replace(QUICK if given.quick else FULL, **({"rounds": given.rounds} if given.rounds else {}))
    raise_file_limit()
    folder = given.folder / f"bench-{os.getpid()}"
    folder.mkdir(parents=True)
    begin = time.monotonic()
    with ExitStack() as until_end:
        until_end.callback(shutil.rmtree, folder, ignore_errors=True)
        work = Work(scale, folder, until_end)
        run(work, given.only)
    print(report(work, given.only, quick=given.quick, minutes=(time.monotonic() - begin) / 60))
    if given.json:
        everything = {"about": about(), "measures": work.measures, "details": work.details, "notes": work.notes}
        given.json.write_text(json.dumps(everything, indent=1))


def run(work: Work, names: Sequence[str]) -> None:
    """All rounds of these scenarios; one that fails is noted, and the others go on."""
    for current in range(1, work.scale.rounds + 1):
        work.round = current
        for name in names:
            begin = time.monotonic()
            try:
                SCENARIOS[name].measure(work)
            except (RuntimeError, OSError) as error:
                work.notes.append(f"round {current}, {name} failed: {error}")
            seconds = time.monotonic() - begin
            print(f"round {current} of {work.scale.rounds}: {name}, {seconds:.0f} s", file=sys.stderr, flush=True)


def report(work: Work, names: Sequence[str], *, quick: bool, minutes: float) -> str:
    """The table and what a reader has to know about it."""
    verdicts = [judge(target, work.measures) for name in names for target in SCENARIOS[name].targets]
    lines = [table(verdicts), "", about()]
    lines.append(
        f"{work.scale.rounds} rounds in {minutes:.1f} minutes, ours and peers in turn; medians over the rounds"
        " (least–most); a ratio is the median of the rounds' own ratios."
    )
    if quick:
        lines.append(_smaller(work.scale))
    if others := _asides(work):
        lines.append(others)
    lines += [f"! {note}" for note in work.notes]
    return "\n".join(lines)


def about() -> str:
    """What it ran on."""
    peers = ", ".join(f"{name} {version(name)}" for name in PEERS)
    return (
        f"Python {platform.python_version()} on Linux {platform.release()}, {len(ALL_CORES)} cores,"
        f" load {os.getloadavg()[0]:.1f}; {peers}."
    )


def _smaller(scale: Scale) -> str:
    return (
        f"--quick: in truth {scale.connections:,} connections, {scale.many_readers:,} readers, {scale.entrants:,}"
        f" who sign in, {scale.rooms_stored:,} rooms and {scale.events_stored:,} events, a second each: it tells"
        " that the benchmark works, little more."
    )


def _asides(work: Work) -> str:
    """Peers without a target."""
    told = [
        f"{what} {sorted(values.values())[len(values) // 2]:.1f}"
        for what, name in (("at saturation", "fan-out.ws"), ("at 200 messages/s", "paced.ws"))
        if (values := work.measures.get(name))
    ]
    return f"Beside: Node ws, µs per delivery to 200, {', '.join(told)}." if told else ""


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", type=_names, default=list(SCENARIOS), help=f"some of {', '.join(SCENARIOS)}")
    parser.add_argument("--rounds", type=int, help="how often everything is measured (3)")
    parser.add_argument("--quick", action="store_true", help="one small round, within two minutes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure of every round to FILE")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "build", help="where SQLite's databases are made: on a real disk (build)"
    )
    return parser.parse_args(arguments)


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := set(names) - set(SCENARIOS):
        raise argparse.ArgumentTypeError(f"there is no {', '.join(sorted(unknown))}")
    return names


if __name__ == "__main__":
    main()
