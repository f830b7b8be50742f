"""The house rules that no linter knows: sizes, addresses, locks, links, sleeps. Each is shown to be able to fail."""

import ast
import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 400
# Files that may be longer, each with the reason.
MAY_BE_LONG: dict[str, str] = {}
REGISTRY = re.compile(
    r"(pypi\.org|pythonhosted\.org|npmjs\.(org|com)|yarnpkg\.com|deb\.debian\.org|npmmirror\.com|file:///)",
    re.IGNORECASE,
)
PINNED = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)(\[[a-z0-9,._-]+\])?==\S+( ;[^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)(?P<target>[^)#\s]+)(#[^)]*)?\)")
CODE = re.compile(r"`[^`\n]*`")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)

MADE = ("node_modules", "data", "build")

Rule = Callable[[Path], Iterator[str]]


def long_files(root: Path) -> Iterator[str]:
    for path in files(root, ".py", ".ts"):
        name = str(path.relative_to(root))
        lines = len(path.read_text().splitlines())
        if lines > LONGEST and name not in MAY_BE_LONG:
            yield f"{name} has {lines} lines"


def registry_addresses(root: Path) -> Iterator[str]:
    this_file = Path(__file__).relative_to(ROOT)
    for path in files(root):
        if path.relative_to(root) != this_file and (found := REGISTRY.search(path.read_text(errors="ignore"))):
            yield f"{path.relative_to(root)} names {found.group()}"


def unlocked_requirements(root: Path) -> Iterator[str]:
    for source in sorted(root.rglob("requirements*.in")):
        lock = source.with_suffix(".txt")
        if source in files(root, ".in"):
            yield from (f"{lock.name}: {fault}" for fault in lock_faults(source, lock))


def lock_faults(source: Path, lock: Path) -> Iterator[str]:
    """What is asked for but not locked, and what is locked without a version or a hash."""
    locked = set()
    for line, following in pairwise([*lines_of(lock), ""]):
        if line.startswith((" ", "#")) or not line:
            continue
        if (pinned := PINNED.match(line)) and HASH.match(following):
            locked.add(normal(pinned["name"]))
        else:
            yield f"'{line}' is not pinned and hashed"
    yield from (f"lacks {name}" for name in sorted(asked_for(source) - locked))


def asked_for(source: Path) -> set[str]:
    names: set[str] = set()
    for line in source.read_text().splitlines():
        if included := re.match(r"-r (\S+)", line):
            names |= asked_for(source.with_name(included[1]))
        elif name := re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", line):
            names.add(normal(name.group()))
    return names


def unlocked_npm_packages(root: Path) -> Iterator[str]:
    for lock in files(root, ".json"):
        if lock.name == "package-lock.json":
            packages = json.loads(lock.read_text())["packages"]
            yield from (f"{name} has no hash" for name, it in packages.items() if name and "integrity" not in it)


def sleeps(root: Path) -> Iterator[str]:
    for path in files(root, ".py", under="tests"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and is_sleep(node):
                yield f"{path.relative_to(root)}:{node.lineno} sleeps"


def is_sleep(call: ast.Call) -> bool:
    """`sleep(1)`, `time.sleep(x)`, `page.wait_for_timeout(1)`; not `asyncio.sleep(0)`, which only yields."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    yields = len(call.args) == 1 and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0
    return name in ("sleep", "wait_for_timeout") and not yields


def broken_links(root: Path) -> Iterator[str]:
    for path in files(root, ".md"):
        for link in LINK.finditer(CODE.sub("", FENCED.sub("", path.read_text()))):
            if not (path.parent / link["target"]).exists():
                yield f"{path.relative_to(root)} points to {link['target']}, which is not there"


def parts_left_out_of_the_image(root: Path) -> Iterator[str]:
    """A package or module that the Dockerfile forgets is missed only when the container starts."""
    copied = {word for line in lines_of(root / "Dockerfile") if line.startswith("COPY") for word in line.split()}
    sent = {line.removeprefix("!") for line in lines_of(root / ".dockerignore")}
    parts = {path.relative_to(root).parts[0] for path in files(root, ".py")} - {"bench", "scripts", "tests"}
    yield from (f"Dockerfile or .dockerignore forgets {part}" for part in sorted(parts - (copied & sent)))


def settings_that_do_not_exist(root: Path) -> Iterator[str]:
    """What the table of settings or the deployment gives a server, and the server does not read."""
    table = re.findall(r"^\| `(CORRIDOR_\w+)`", "\n".join(lines_of(root / "docs/operations.md")), re.MULTILINE)
    server = "\n".join(lines_of(root / "docker-compose.yml")).partition("\nservices:")[0]
    given = re.findall(r"^ +(CORRIDOR_\w+?)(?:_FILE)?:", server, re.MULTILINE)
    known = "\n".join(lines_of(root / "config.py"))
    yield from (f"config.py knows no {name}" for name in sorted({*table, *given}) if f'"{name}"' not in known)


RULES: dict[Rule, tuple[str, str]] = {
    long_files: ("rooms/log.py", "x = 1\n" * (LONGEST + 1)),
    registry_addresses: ("Makefile", "INDEX = https://PyPI" + ".org/simple"),
    unlocked_requirements: ("requirements.in", "starlette\n"),
    unlocked_npm_packages: ("package-lock.json", '{"packages": {"": {}, "node_modules/lit": {"version": "1.0.0"}}}'),
    parts_left_out_of_the_image: ("moderation/queue.py", "x = 1\n"),
    settings_that_do_not_exist: ("docs/operations.md", "| `CORRIDOR_COLOUR` | of the door | green |\n"),
    sleeps: ("tests/rooms/test_log.py", "import time\ntime.sleep(0.1)\n"),
    broken_links: ("docs/log.md", "See [the picture](pictures/none.png).\n"),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(rule: Rule) -> None:
    assert list(rule(ROOT)) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_breaking_the_rule_is_found(rule: Rule, tmp_path: Path) -> None:
    name, text = RULES[rule]
    write(tmp_path, name, text)
    assert len(list(rule(tmp_path))) == 1


@pytest.mark.parametrize("lock", ["starlette>=1 \\\n    --hash=sha256:" + "0" * 64, "starlette==1.0 \\\n    # no hash"])
def test_a_loose_lock_is_found(lock: str, tmp_path: Path) -> None:
    write(tmp_path, "requirements.in", "")
    write(tmp_path, "requirements.txt", lock)
    assert len(list(unlocked_requirements(tmp_path))) == 1


@pytest.mark.parametrize("call", ["await asyncio.sleep(1)", "page.wait_for_timeout(50)", "sleep(pause)"])
def test_each_way_of_sleeping_is_known(call: str, tmp_path: Path) -> None:
    write(tmp_path, "tests/test_x.py", f"async def test_x(): {call}\n")
    assert len(list(sleeps(tmp_path))) == 1


def test_giving_way_to_others_is_not_sleeping(tmp_path: Path) -> None:
    write(tmp_path, "tests/test_x.py", "async def test_x(): await asyncio.sleep(0)\n")
    assert list(sleeps(tmp_path)) == []


def test_a_file_that_may_be_long_says_why_and_is_there() -> None:
    assert all((ROOT / name).exists() and reason for name, reason in MAY_BE_LONG.items())


def files(root: Path, *suffixes: str, under: str = "") -> list[Path]:
    """What is or would be committed: git's files and those that it does not ignore; without git, what it would not."""
    found = git_files(root) if (root / ".git").exists() else plain_files(root)
    return [
        path
        for path in found
        if path.is_file() and path.is_relative_to(root / under) and (not suffixes or path.suffix in suffixes)
    ]


def git_files(root: Path) -> list[Path]:
    # CI may check out as one user and test as another, which git refuses unless it is told.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True, cwd=root)
    return [root / name for name in listed.stdout.split("\0") if name]


def plain_files(root: Path) -> Iterator[Path]:
    for folder, inner, names in os.walk(root):
        inner[:] = [name for name in inner if not name.startswith((".", "__")) and name not in MADE]
        yield from (Path(folder) / name for name in names)


def lines_of(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
