"""Through a long room with the wheel: from its newest message back to its first, and down again."""

import json
import time
from typing import Any, Final

from playwright.sync_api import Browser, Page

from bench.browser import tasks

STEP: Final = 2000  # pixels that a turn of the wheel scrolls: somebody in a hurry
WITHIN: Final = 900  # seconds for the whole way, on a busy machine
EMPTY: Final = '<!doctype html><title>Empty</title><body style="margin:0"><div style="block-size:900000px">'
EMPTY_STEPS: Final = 250

# After the next frame: how far one is, and whether there is more in this direction. A link that is still there when
# nothing loads by itself is clicked, as people do.
LOOK: Final = """async ([way, click]) => {
    await new Promise(done => requestAnimationFrame(done))
    const page = document.documentElement
    const box = document.querySelector(`[data-part="${way}"]`)
    const there = way === 'older' ? scrollY < 2 : page.scrollHeight - innerHeight - scrollY < 2
    const more = box !== null && box.checkVisibility()
    if (there && more && click) box.querySelector('a').click()
    const all = document.querySelectorAll('[data-part="messages"] > li.message')
    const last = way === 'older' ? all[0] : all[all.length - 1]
    return {end: there && !more, seq: Number(last?.dataset.seq ?? 0), count: all.length}
}"""


def scroll(browser: Browser, page: Page, url: str, head: int) -> dict[str, float]:
    """Open the room, whose messages are 1 to `head`, scroll through all of it, and tell of the page's tasks.

    Raises RuntimeError if the first or the newest message was not reached.
    """
    page.goto(url, wait_until="load")
    page.wait_for_timeout(2000)
    page.mouse.move(400, 300)
    browser.start_tracing(page=page, categories=tasks.CATEGORIES)
    most = max(_go(page, "older", -STEP, 1), _go(page, "newer", STEP, head))
    return {**_traced(browser), "most_messages": most}


def scroll_nothing(browser: Browser, page: Page) -> dict[str, float]:
    """The same turns of the wheel on a page that has nothing: what any page pays on this machine."""
    page.set_content(EMPTY)
    page.mouse.move(400, 300)
    browser.start_tracing(page=page, categories=tasks.CATEGORIES)
    for _ in range(EMPTY_STEPS):
        page.mouse.wheel(0, STEP)
        page.evaluate(LOOK, ["newer", False])
    return _traced(browser)


def _go(page: Page, way: str, step: int, last: int) -> int:
    """Scroll until nothing comes any more; gives the most messages that were on the page at once."""
    counts, deadline = [0], time.monotonic() + WITHIN
    while time.monotonic() < deadline:
        page.mouse.wheel(0, step)
        seen: dict[str, Any] = page.evaluate(LOOK, [way, True])
        counts.append(seen["count"])
        if seen["end"] and seen["seq"] != last:
            raise RuntimeError(f"the way {way} ended at message {seen['seq']} instead of {last}")
        if seen["end"]:
            return max(counts)
    raise RuntimeError(f"the way {way} has no end within {WITHIN} s, with {max(counts)} messages at once")


def _traced(browser: Browser) -> dict[str, float]:
    return tasks.figures(json.loads(browser.stop_tracing())["traceEvents"])
