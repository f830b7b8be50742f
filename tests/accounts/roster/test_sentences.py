"""Every sentence about a roster stands where translators find it."""

import ast
from collections.abc import Iterator

from tests.harness.program import ROOT
from tests.web.test_i18n import said_in_templates

SOURCES = ROOT / "accounts" / "roster"


def said_in_source() -> Iterator[str | tuple[str, str]]:
    """What `say` is called with, and the pairs of one and many that tables hold."""
    for path in SOURCES.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say":
                yield from _told(node.args)
            elif isinstance(node, ast.Tuple):
                yield from (each for each in _told(node.elts) if isinstance(each, tuple) and "%(count)s" in each[0])


def _told(nodes: list[ast.expr]) -> Iterator[str | tuple[str, str]]:
    texts = [each.value for each in nodes if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    if len(texts) == 2:
        yield texts[0], texts[1]
    elif len(texts) == 1 and " " in texts[0]:
        yield texts[0]


def test_every_sentence_is_listed_for_translation() -> None:
    said = set(said_in_source())
    assert len(said) > 50
    assert said - said_in_templates() == set()
