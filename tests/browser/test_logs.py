"""The record, an access log and who looked: for everybody's eyes, hands and directions of writing."""

from collections.abc import Mapping
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser import axe, measures
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.visitor import Visit, Visitor
from tests.harness.installation import Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]

WIDE, PHONE = 1280, 320


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_the_logs_break_no_rule_and_fit_whatever_the_colours_and_the_width(
    school: Installation, visit: Visit, language: str
) -> None:
    found: list[str] = []
    learner = school.person("aisha").person
    pages = {"/administration/audit": "amara", f"/people/{learner}/access": "amara", "/account/looks": "aisha"}
    for path, name in pages.items():
        visitor = await visitor_in(language, school, visit, name)
        page = await visitor.open(path)
        await expect(page.locator("h1")).to_be_visible()
        found += [f"{path}: {each}" for each in await complaints_about(page)]
    assert not found, "\n".join(found)


async def complaints_about(page: Page) -> list[str]:
    found: list[str] = []
    if await page.locator(".log-line summary").count():
        await page.locator(".log-line summary").first.click()
    for width in (WIDE, PHONE):
        await page.set_viewport_size({"width": width, "height": 800})
        for colours in ("light", "dark"):
            await page.emulate_media(color_scheme=colours)
            found += [f"{colours}, {width} wide: {broken}" for broken in await axe.violations(page)]
    return [*found, *await measures.sideways(page), *await measures.small_targets(page)]


async def test_the_head_finds_by_keyboard_what_somebody_did_and_takes_a_copy_along(
    school: Installation, visit: Visit
) -> None:
    page = await (await visitor_in("en", school, visit, "amara")).open("/administration/audit")
    await page.get_by_label("Name or sign-in name").fill("tom")
    await page.keyboard.press("Enter")
    await expect(page.locator(".log-line").first).to_contain_text("Signed in")
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name="Save as a table").click()
    assert (await waiting.value).suggested_filename == "corridor-record.csv"
    await page.get_by_role("link", name="Show everything").click()
    await expect(page.locator(".log-line").first).to_contain_text("Took a copy of this record along")


async def visitor_in(language: str, school: Installation, visit: Visit, name: str) -> Visitor:
    locale = {"en": "en-GB", "ar": "ar"}[language]
    options: Mapping[str, Any] = {"locale": locale, "reduced_motion": "reduce"}
    visitor = await visit(school.first, school.person(name), options=options)
    await visitor.context.add_cookies([{"name": "corridor_language", "value": language, "url": visitor.url}])
    return visitor
