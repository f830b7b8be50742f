"""The direction of imports: app → features → rooms → moderation → accounts → realtime, web → storage → config."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import realtime
import web

ROOT = Path(__file__).resolve().parent.parent
FEATURE = 5
# What stands on what: a package may import packages of a lower number only, and itself.
LEVELS = {
    "config": 0,
    "storage": 1,
    "realtime": 2,
    "web": 2,
    "accounts": 3,
    "moderation": 3.5,
    "rooms": 4,
    "diary": FEATURE,
    "demo_people": 5.4,
    "demo_rooms": 5.5,
    "demo_stickies": 5.6,
    "demo": 6,
    "features": 5.7,
    "app": 6,
    "cli": 7,
}


@pytest.mark.parametrize("package", [realtime, web])
def test_the_package_is_ours_and_not_one_of_that_name_from_elsewhere(package: object) -> None:
    location = getattr(package, "__file__", None)
    assert location is not None, f"{package} has no __init__.py and anyone could add to it"
    assert Path(location).is_relative_to(ROOT)


def test_imports_go_downwards_only() -> None:
    assert list(upward_imports(ROOT)) == []


def test_every_package_has_its_place_in_the_order() -> None:
    found = {name for path in sources(ROOT) if (name := path.relative_to(ROOT).parts[0].removesuffix(".py"))}
    assert found <= set(LEVELS), f"give {found - set(LEVELS)} a level"


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("storage/rows.py", "import rooms"),
        ("web/pages.py", "from accounts.people import Person"),
        ("web/pages.py", "import rooms.messages.pages"),
        ("realtime/hub.py", "from web import layout"),
        ("accounts/roster.py", "from rooms import model"),
        ("rooms/log.py", "from rooms.messages import rules"),
        ("rooms/log.py", "from .messages import rules"),
        ("rooms/log.py", "def late():\n    import rooms.messages.commands"),
        ("rooms/stickies/pages.py", "from rooms.messages.rules import trimmed"),
        ("rooms/stickies/pages.py", "from ..messages.rules import trimmed"),
        ("diary/pages.py", "import rooms.messages.rules"),
        ("rooms/model.py", "import app"),
        ("app.py", "from cli import main"),
    ],
)
def test_an_upward_import_is_found(tmp_path: Path, path: str, line: str) -> None:
    write(tmp_path, path, line)
    assert len(list(upward_imports(tmp_path, features=("messages", "stickies")))) == 1


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("rooms/messages/rules.py", "from rooms.messages.model import messages"),
        ("rooms/messages/rules.py", "from . import model"),
        ("rooms/messages/commands.py", "from rooms.log import append"),
        ("rooms/messages/commands.py", "import json, realtime.protocol, storage"),
        ("rooms/log.py", "from accounts import may"),
        ("app.py", "import rooms.messages, diary, web, config"),
        ("features.py", "import rooms.messages, rooms.pins.model"),
    ],
)
def test_a_downward_import_is_welcome(tmp_path: Path, path: str, line: str) -> None:
    write(tmp_path, path, line)
    assert list(upward_imports(tmp_path, features=("messages", "stickies"))) == []


def upward_imports(root: Path, features: tuple[str, ...] | None = None) -> Iterator[str]:
    """Each import that goes sideways or up, as a sentence. `features` are the folders of rooms/ (default: as found)."""
    known = features if features is not None else tuple(folder.name for folder in (root / "rooms").glob("*/"))
    for path in sources(root):
        importer = place(module_of(path, root), known)
        for imported in imports(path, root):
            if imported.split(".")[0] in LEVELS and not may_import(importer, place(imported, known)):
                yield f"{path.relative_to(root)} imports {imported}"


def may_import(importer: tuple[str, float], imported: tuple[str, float]) -> bool:
    """Within one unit everything may; between two only downwards."""
    return importer[0] == imported[0] or imported[1] < importer[1]


def place(module: str, features: tuple[str, ...]) -> tuple[str, float]:
    """The unit that a module belongs to, and its level. A folder of rooms/ with a feature is a unit of its own."""
    parts = module.split(".")
    if parts[0] == "rooms" and len(parts) > 1 and parts[1] in features:
        return f"rooms.{parts[1]}", FEATURE
    return parts[0], LEVELS.get(parts[0], 0)


def imports(path: Path, root: Path) -> Iterator[str]:
    """The full names of all modules that a file imports, wherever in it the import stands."""
    package = module_of(path, root).split(".") if path.name == "__init__.py" else module_of(path, root).split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{source}.{alias.name}" for alias in node.names)


def module_of(path: Path, root: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def sources(root: Path) -> Iterator[Path]:
    """The application's own Python: what stands at the root, and every package there."""
    for entry in sorted(root.iterdir()):
        if entry.is_dir() and (entry / "__init__.py").exists() and entry.name not in ("bench", "tests", "scripts"):
            yield from sorted(entry.rglob("*.py"))
        elif entry.suffix == ".py":
            yield entry


def write(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    (root / path.split("/", maxsplit=1)[0] / "__init__.py").touch() if "/" in path else None
    file.write_text(text)
