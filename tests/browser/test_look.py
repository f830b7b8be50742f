"""Looks as people meet them: at once, in all their tabs, and for those who do not read yet by ear."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser import axe, measures
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.views import View, home_menu, sign_in, staffroom
from tests.browser.visitor import Visit, Visitor, new
from tests.harness.installation import Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]

# A device with a voice, which notes what it says. Chromium without a desktop has none.
VOICE = """() => {
    window.heard = []
    speechSynthesis.getVoices = () => [{lang: 'en'}]
    speechSynthesis.speak = speech => window.heard.push(speech.text)
}"""
QUIET: Mapping[str, Any] = {"reduced_motion": "reduce", "viewport": {"width": 320, "height": 800}}


@pytest.mark.parametrize("view", [sign_in, home_menu, staffroom])
async def test_a_page_breaks_no_rule_with_more_contrast(school: Installation, visit: Visit, view: View) -> None:
    visitor = await visit(school.first, school.person("amara"), options=QUIET)
    page = await view(visitor)
    found = []
    for colours in ("light", "dark"):
        await page.emulate_media(color_scheme=colours, contrast="more")
        found += [f"{colours}: {broken}" for broken in await axe.violations(page)]
    assert not found, "\n".join(found)
    ink = await page.evaluate("() => getComputedStyle(document.body).color")
    assert ink == "rgb(255, 255, 255)"


async def test_a_choice_shows_at_once_in_every_tab_and_is_in_the_next_page_before_any_script(
    school: Installation, visit: Visit
) -> None:
    visitor = await visit(school.first, school.person("harjit"))
    page, other = await visitor.open("/"), await visitor.open("/")
    await expect(page.locator(".home-doors, .home-none").first).to_be_visible()
    await page.locator(".masthead summary").click()
    async with page.expect_response("**/look") as saved:
        await page.get_by_role("button", name="More contrast").click()
    assert (await saved.value).status == 204
    await expect(page.get_by_role("button", name="More contrast")).to_have_attribute("aria-pressed", "true")
    for tab in (page, other):
        await expect(tab.locator("html")).to_have_attribute("data-contrast", "more")
    answer = await visitor.context.request.get(visitor.url + "/")
    assert 'data-contrast="more"' in (await answer.text())[:200]
    await page.get_by_role("button", name="More contrast").click()
    await expect(other.locator("html")).not_to_have_attribute("data-contrast", re.compile("."))


async def test_who_does_not_read_yet_hears_what_a_control_is_before_it_acts(school: Installation, visit: Visit) -> None:
    visitor = await with_pictures(school, visit)
    page = await visitor.open("/")
    speaker = page.get_by_role("button", name="Read to me")
    await speaker.click()
    door = page.locator(".door").first
    await door.click()
    assert (await page.evaluate("() => window.heard"))[-1].startswith(await door.locator(".door-plate").inner_text())
    await expect(page).to_have_url(visitor.url + "/")
    await door.click()
    await expect(page.locator(".room-title h1")).to_be_visible()
    await page.locator(".room-title").click()
    await page.locator(".composer-send").click()
    assert (await page.evaluate("() => window.heard"))[-1] == "Send"
    await expect(page.locator("#text")).to_be_visible()


async def test_a_long_press_reads_and_does_nothing_else(school: Installation, visit: Visit) -> None:
    visitor = await with_pictures(school, visit)
    page = await visitor.open("/")
    await expect(page.get_by_role("button", name="Read to me")).to_be_visible()
    await page.locator(".door").first.hover()
    await page.mouse.down()
    await page.wait_for_function("() => window.heard.length > 0")
    await page.mouse.up()
    await expect(page).to_have_url(visitor.url + "/")
    await page.locator(".door").first.press("Enter")
    await expect(page.locator(".room-title h1")).to_be_visible()


async def test_home_and_room_of_those_who_do_not_read_yet_are_few_large_things(
    school: Installation, visit: Visit
) -> None:
    visitor = await with_pictures(school, visit)
    page = await visitor.open("/")
    found = [*await axe.violations(page), *await too_small(page), *await measures.sideways(page)]
    await page.locator(".door").first.click()
    await expect(page.locator("#text")).to_be_visible()
    await expect(page.locator(".room-people")).to_be_hidden()
    await expect(page.locator(".message-actions").first).to_be_hidden()
    found += [*await axe.violations(page), *await too_small(page), *await measures.sideways(page)]
    await page.locator("#text").fill(new("Hello"))
    await page.locator(".composer-send").click()
    await expect(page.locator(".message[data-mine]").last).to_contain_text("Hello")
    assert not found, "\n".join(found)


async def with_pictures(school: Installation, visit: Visit) -> Visitor:
    """Ella, who has chosen pictures that speak, at a device that can."""
    visitor = await visit(school.first, school.person("ella"), options=QUIET)
    await visitor.context.add_init_script(f"({VOICE})()")
    page = await visitor.open("/account/settings")
    csrf = await page.locator('.settings [name="csrf"]').input_value()
    form: dict[str, str | float | bool] = {"csrf": csrf, "skin": "pictures", "badges": "true", "offline": "true"}
    assert (await visitor.context.request.post(f"{visitor.url}/account/settings", form=form)).ok
    await page.close()
    return visitor


async def too_small(page: Page) -> list[str]:
    found: list[tuple[str, float, float]] = await page.evaluate(measures.TARGETS)
    return [f"{wide:.0f}×{high:.0f} {html}" for html, wide, high in found if min(wide, high) < 63.5]
