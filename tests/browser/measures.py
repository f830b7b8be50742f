"""What of a page can be measured: does it fit, can a finger hit it, can the focus be seen."""

from contextlib import suppress
from typing import Any

from playwright.async_api import Page
from playwright.async_api import TimeoutError as PlaywrightTimeout

# Wider than the screen: the page itself, or what is cut off at its edge. Decoration may be cut.
SIDEWAYS = """() => {
    const wide = document.documentElement.clientWidth
    const over = Array.from(document.querySelectorAll('body *')).filter(each => {
        const box = each.getBoundingClientRect()
        const seen = each.checkVisibility({visibilityProperty: true, opacityProperty: true}) && box.width > 1
        return seen && !each.closest('[aria-hidden="true"], .unseen') && (box.right > wide + 1 || box.left < -1)
    })
    const full = document.documentElement.scrollWidth
    return (full > wide ? [`the page: ${full}`] : []).concat(over.map(each => each.outerHTML.slice(0, 120)))
}"""

# Controls and their sizes in pixels, with the label that they stand in; links in running text are as high as the text.
TARGETS = """() => Array.from(document.querySelectorAll('a, button, summary, input:not([type="hidden"]), textarea'))
    .filter(each => each.checkVisibility({visibilityProperty: true}) && !each.closest('.unseen, .message-text'))
    .map(each => [each.outerHTML.slice(0, 160), (each.closest('label') ?? each).getBoundingClientRect()])
    .map(([html, box]) => [html, box.width, box.height])"""

# Seen is what is not hidden altogether, as WCAG 2.4.11 has it: a long message may reach beneath the composer.
FOCUS = """() => {
    const it = document.activeElement
    if (!it || it === document.body) return null
    const marked = [it, ...[it.closest('.composer-sheet')].filter(Boolean)].some(each => {
        const style = getComputedStyle(each)
        return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
    })
    const box = it.getBoundingClientRect()
    const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight)  // what is higher than the screen
    const uncovered = [0.1, 0.5, 0.9].some(share => {
        const there = document.elementFromPoint(box.left + Math.min(box.width / 2, 40), top + (bottom - top) * share)
        return there !== null && (it.contains(there) || there.contains(it))
    })
    return {html: it.outerHTML.slice(0, 160), marked, uncovered}
}"""

REST = 3000  # milliseconds in which a page that scrolls to the focus comes to rest, also on a busy machine
SMALLEST = 24  # WCAG 2.2, 2.5.8
COMFORTABLE = 44
SMALL_BY_NATURE = ('class="quote"', 'class="skip', 'data-look="link"')


async def sideways(page: Page) -> list[str]:
    """What lies beside the screen."""
    found: list[str] = await page.evaluate(SIDEWAYS)
    return found


async def small_targets(page: Page) -> list[str]:
    """The controls that a finger may miss."""
    found: list[tuple[str, float, float]] = await page.evaluate(TARGETS)
    return [
        f"{wide:.0f}×{high:.0f} {html}"
        for html, wide, high in found
        if min(wide, high) < (SMALLEST if any(mark in html for mark in SMALL_BY_NATURE) else COMFORTABLE) - 0.5
    ]


async def focus(page: Page) -> dict[str, Any]:
    """Where the focus is; fails if it is nowhere, or nobody can see where, once the page has come to rest."""
    with suppress(PlaywrightTimeout):  # the sentences below tell more
        await page.wait_for_function(
            f"() => {{ const is = ({FOCUS})(); return is && is.marked && is.uncovered }}", timeout=REST
        )
    found: dict[str, Any] | None = await page.evaluate(FOCUS)
    assert found is not None, "the focus is lost"
    assert found["marked"], f"nothing shows that the focus is on {found['html']}"
    assert found["uncovered"], f"something lies over the focus on {found['html']}"
    return found
