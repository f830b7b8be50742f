"""Every page in every state: WCAG 2.2 AA by axe, in all colours and widths, in both directions of writing."""

from collections.abc import Mapping
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser import axe, measures
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.views import VIEWS, View, home, staffroom
from tests.browser.visitor import Visit, Visitor
from tests.harness.installation import Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]

WIDE, PHONE, HIGH = 1280, 320, 800
LANGUAGES = ("en", "ar")
each_view = pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS.keys())
each_language = pytest.mark.parametrize("language", LANGUAGES)


@each_view
@each_language
async def test_a_page_breaks_no_rule_and_fits_whatever_its_colours_its_width_and_the_size_of_its_text(
    school: Installation, visit: Visit, view: View, language: str
) -> None:
    page = await view(await visitor_in(language, school, visit))
    found: list[str] = []
    for size in (WIDE, PHONE):
        await page.set_viewport_size({"width": size, "height": HIGH})
        for colours in ("light", "dark"):
            await page.emulate_media(color_scheme=colours)
            found += [f"{colours}, {size} wide: {broken}" for broken in await axe.violations(page)]
    found += [*await measures.sideways(page), *await measures.small_targets(page)]
    await page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
    for size in (PHONE, 2 * PHONE):
        await page.set_viewport_size({"width": size, "height": HIGH})
        found += [f"with large text, {size} wide: {each}" for each in await measures.sideways(page)]
    assert not found, "\n".join(found)


# What people choose stays chosen: each of them chooses once.
@pytest.mark.parametrize(("view", "who"), [(home, "samir"), (staffroom, "megan")])
@pytest.mark.parametrize("how", ["the device asks for it", "the person chose it"])
async def test_nothing_moves_for_who_wants_it_calm(
    school: Installation, visit: Visit, view: View, who: str, how: str
) -> None:
    asked = how.startswith("the device")
    visitor = await visit(
        school.first, school.person(who), options={"reduced_motion": "reduce" if asked else "no-preference"}
    )
    page = await view(visitor)
    if not asked:
        await page.locator(".masthead summary").click()
        await page.get_by_role("button", name="Calm mode").click()
    moving = """() => Array.from(document.querySelectorAll('*')).filter(each => {
        const style = getComputedStyle(each)
        return style.animationName !== 'none' || style.transitionDuration.split(', ').some(time => parseFloat(time) > 0)
    }).map(each => each.outerHTML.slice(0, 100))"""
    assert await page.evaluate(moving) == []


async def test_the_page_is_in_the_readers_language_and_direction(school: Installation, visit: Visit) -> None:
    page = await home(await visitor_in("ar", school, visit))
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await expect(page.locator("html")).to_have_attribute("lang", "ar")
    await expect(page.locator("h1")).not_to_contain_text("Hello")


async def test_new_messages_are_read_out_once_and_many_as_one_count(school: Installation, visit: Visit) -> None:
    amara = await visit(school.first, school.person("amara"))
    page = await staffroom(amara)
    daniel = await visit(school.last, school.person("daniel"))
    await daniel.context.request.post(f"{daniel.url}/api/v1/commands/post_message", data=post("Bell!", amara, 1))
    announcer = page.locator("#announcer")
    await expect(announcer).to_have_text("Daniel Price: Bell!")
    for nth in (2, 3, 4):
        await daniel.context.request.post(f"{daniel.url}/api/v1/commands/post_message", data=post("Bell!", amara, nth))
    await expect(announcer).to_have_text("3 new messages")


async def test_colours_that_were_chosen_stay_chosen(school: Installation, visit: Visit) -> None:
    page = await home(await visit(school.first, school.person("colette")))
    light = await background(page)
    await page.locator(".masthead summary").click()
    for _ in range(2):
        async with page.expect_response("**/look"):
            await page.locator('[data-choose="theme"]').click()
    dark = await background(page)
    assert dark != light
    await page.reload()
    assert await background(page) == dark


async def visitor_in(language: str, school: Installation, visit: Visit) -> Visitor:
    locale = {"en": "en-GB", "ar": "ar"}[language]
    size = {"width": WIDE, "height": HIGH}
    # Colours that are still changing cannot be judged.
    options: Mapping[str, Any] = {"locale": locale, "viewport": size, "reduced_motion": "reduce"}
    visitor = await visit(school.first, school.person("amara"), options=options)
    await visitor.context.add_cookies([{"name": "corridor_language", "value": language, "url": visitor.url}])
    return visitor


async def background(page: Page) -> str:
    found: str = await page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor")
    return found


def post(text: str, where: Visitor, nth: int) -> dict[str, str]:
    return {"room": where.who.staffroom, "key": f"00000000-0000-4000-8000-00000000000{nth}", "text": text}
