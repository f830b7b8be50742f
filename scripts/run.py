"""`make run`: makes a demo in an empty data folder, says who can sign in, and becomes the server."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
COMMAND = (sys.executable, str(ROOT / "cli.py"))
SIGN_INS = "sign-ins.json"
SHOWN = ("head", "teacher")


def main() -> None:
    """Read the command line, prepare the data folder, and replace this process by the server."""
    options = _options()
    if _is_empty(options.data):
        make_demo(options.data)
    show_sign_ins(options.data / SIGN_INS, f"http://{options.host}:{options.port}")
    sys.stdout.flush()
    arguments = ("serve", "--host", options.host, "--port", str(options.port), "--data", str(options.data))
    os.execv(COMMAND[0], [*COMMAND, *arguments])  # noqa: S606 - signals must reach the server itself


def make_demo(data: Path) -> None:
    """Make the demo schools beside `data` and move them there whole, so that a broken run leaves nothing behind."""
    print("Making the demo schools …", flush=True)
    unfinished = data.with_name(data.name + ".unfinished")
    subprocess.run(["rm", "-rf", unfinished], check=True)
    made = subprocess.run(
        [*COMMAND, "demo", "--data", str(unfinished), "--json"], check=True, stdout=subprocess.PIPE, text=True
    )
    sign_ins = unfinished / SIGN_INS
    sign_ins.touch(mode=0o600)
    sign_ins.write_text(made.stdout)
    if data.exists():
        data.rmdir()
    unfinished.rename(data)


def show_sign_ins(path: Path, address: str) -> None:
    """Print who can sign in; an installation of one's own has no such file, and nothing is printed."""
    if path.exists():
        print_sign_ins(json.loads(path.read_text()), address)
        print(f"  All of them are in {path}.\n")


def print_sign_ins(sign_ins: list[dict[str, Any]], address: str) -> None:
    """Print where to go and a few people of each school."""
    print(f"\nSign in at {address}/ as one of these, say:\n")
    for line in table(few_of_each_school(sign_ins)):
        print(f"  {line}")
    print()


def few_of_each_school(sign_ins: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of each school who can talk at once, in its staffroom."""
    return [person for person in sign_ins if person["role"] in SHOWN and "staffroom" in person["rooms"]]


def table(people: list[dict[str, Any]]) -> list[str]:
    """People as aligned lines under a heading."""
    columns = ("school", "role", "name", "password")
    rows = [columns, *(tuple(str(person[column]) for column in columns) for person in people)]
    widths = [max(len(row[index]) for row in rows) for index in range(len(columns))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data", type=lambda text: Path(text).absolute(), default=ROOT / "data")
    return parser.parse_args()


def _is_empty(folder: Path) -> bool:
    return not folder.exists() or not any(folder.iterdir())


if __name__ == "__main__":
    main()
