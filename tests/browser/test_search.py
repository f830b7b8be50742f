"""Finding a message again: by its words, from wherever one is, with keys or without script, on the way to its room."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.axe import violations
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.room_page import RoomPage
from tests.browser.visitor import Visit, new
from tests.harness.installation import Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]


async def test_a_message_is_found_by_keys_and_its_link_leads_to_it(school: Installation, visit: Visit) -> None:
    visitor = await visit(school.first, school.person("sandra"))
    room = await visitor.staffroom()
    text = new("The periscope is behind the curtain")
    await room.said(text)
    await room.composer.fill("A word that is being written")
    await room.page.keyboard.press("Control+k")
    await expect(room.composer).to_have_value("A word that is being written")
    await expect(room.page).to_have_url(re.compile("/rooms/"))
    await room.composer.fill("")
    await room.page.locator("h1").click()
    await room.page.keyboard.press("Control+k")
    box = room.page.get_by_role("searchbox", name="What are you looking for?")
    await expect(box).to_be_focused()
    link = room.page.get_by_role("link", name=text)
    async with room.page.expect_navigation():
        await box.fill("periscopes")
        await box.press("Enter")
    while not await link.count():  # the index follows within a second
        await room.page.reload()
    await expect(room.page.locator("mark").first).to_have_text("periscope")
    await link.first.click()
    await expect(room.page).to_have_url(re.compile(f"/rooms/{school.staffroom}.*#m"))
    await RoomPage(room.page).sees(text)


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}, "/search?q=the&by=a"),
        ({"java_script_enabled": True}, "/search?q=the&lang=ar"),
    ],
)
async def test_the_page_is_for_everybody(
    school: Installation, visit: Visit, options: dict[str, object], path: str
) -> None:
    visitor = await visit(school.first, school.person("megan"), options=options)
    page = await visitor.open(path)
    await expect(page.locator("#search-found-title")).to_be_visible()
    await page.locator(".search-filters > summary").click()
    assert await violations(page) == []
    width = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
