"""What of a page would stay English in another language, or would not fit into it: asked of the made-up languages."""

from typing import Any

from playwright.async_api import Page

# Every text that can be seen and has a letter in it. What people wrote is marked by dir="auto", names by
# translate="no"; moments are written by the calendar of a language that there is.
UNTRANSLATED = """() => {
    const NOT_OURS = 'script, style, template, noscript, time, ' +
        '[dir="auto"], bdi, body [dir="ltr"], [translate="no"], [aria-hidden="true"]'
    const found = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const said = node.textContent.trim(), around = node.parentElement
        if (!/\\p{L}/u.test(said) || said.includes('⟦') || said.includes('⟧')) continue
        if (around.closest(NOT_OURS)) continue
        if (around.closest('[lang]') !== document.documentElement) continue
        if (!around.checkVisibility({visibilityProperty: true})) continue
        found.push(said.slice(0, 80))
    }
    for (const name of ['title', 'placeholder', 'aria-label', 'alt']) {
        for (const each of document.querySelectorAll(`[${name}]`)) {
            const said = each.getAttribute(name)
            if (/\\p{L}/u.test(said) && !said.includes('⟦') && !each.closest('time')) found.push(`${name}: ${said}`)
        }
    }
    return found
}"""

# What has no room: its text goes over its own edge, and is cut there.
CUT_OFF = """() => Array.from(document.querySelectorAll('body *')).filter(each => {
    const style = getComputedStyle(each)
    const cuts = style.overflowX !== 'visible' || style.overflowY !== 'visible'
    const text = Array.from(each.childNodes).some(node => node.nodeType === 3 && node.textContent.trim() !== '')
    if (!cuts || !text || style.clipPath !== 'none' || !each.checkVisibility()) return false
    if (each.closest('.unseen, textarea, select, [dir="auto"]')) return false
    return each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 2
}).map(each => each.outerHTML.slice(0, 160))"""


async def untranslated(page: Page) -> list[str]:
    """Sentences of the interface that no catalogue was asked for."""
    found: list[Any] = await page.evaluate(UNTRANSLATED)
    return [str(each) for each in found]


async def cut_off(page: Page) -> list[str]:
    found: list[Any] = await page.evaluate(CUT_OFF)
    return [str(each) for each in found]
