"""axe-core's judgement of the page as it now is, by the rules of WCAG 2.2 A and AA."""

from functools import cache
from typing import Any

from playwright.async_api import Page

from tests.harness.program import ROOT

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async rules => {
    const runOnly = {type: 'tag', values: rules}
    // What is partly scrolled under the sticky head counts as small there; `measures` has all targets, and stricter.
    const without = {'target-size': {enabled: false}}
    const found = await axe.run(document, {runOnly, rules: without, resultTypes: ['violations']})
    const told = (rule, node) => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary}`
    return found.violations.flatMap(rule => rule.nodes.map(node => told(rule, node)))
}"""


@cache
def _source() -> str:
    return (ROOT / "node_modules/axe-core/axe.min.js").read_text()


async def violations(page: Page) -> list[str]:
    """One sentence each. axe is put in by the debugger, which the page's content policy does not bind."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(_source())
    found: Any = await page.evaluate(RUN, RULES)
    return [str(each) for each in found]
