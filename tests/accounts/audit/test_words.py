"""Whatever is recorded is called something that people understand."""

import ast
import re
from collections.abc import Iterator

from tests.harness.program import ROOT

RECORDING = {"record", "_record"}
KIND = re.compile(r"[a-z]+(_[a-z]+)*")
WORDS = (ROOT / "accounts/audit/templates/audit_words.html").read_text().partition("{% set WHAT")[0]


def recorded() -> Iterator[str]:
    """The kinds that stand in calls which record."""
    for folder in ("accounts", "rooms"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for call in ast.walk(ast.parse(path.read_text())):
                if isinstance(call, ast.Call) and name_of(call) in RECORDING:
                    yield from (each for each in map(text_of, call.args) if KIND.fullmatch(each))


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def text_of(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_every_kind_that_is_recorded_has_words() -> None:
    kinds = set(recorded())
    assert len(kinds) > 20, "the calls that record are called something else now"
    assert sorted(kind for kind in kinds if f'"{kind}": _(' not in WORDS) == []
