"""The made-up languages on the narrowest phone: nothing is cut off, and nothing stays English."""

import pytest
from playwright.async_api import expect

from tests.browser import measures, pseudo
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.visitor import Visit
from tests.harness.installation import Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]

PHONE = {"width": 320, "height": 640}
PATHS = (
    "/", "/rooms/{staffroom}", "/account", "/account/settings", "/account/devices", "/account/password",
    "/account/hours", "/administration", "/administration/people", "/administration/look", "/administration/settings",
    "/offline", "/nowhere", "/sign-in",
)  # fmt: skip
FORGOTTEN = """() => {
    const [word, narrow] = [document.createElement('p'), document.createElement('p')]
    Object.assign(word, {textContent: 'Forgotten', title: 'a title'})
    narrow.textContent = '⟦Cutoffhere⟧'
    Object.assign(narrow.style, {overflow: 'hidden', inlineSize: '2rem', overflowWrap: 'normal'})
    document.querySelector('main').append(word, narrow)
}"""


@pytest.mark.parametrize(("language", "direction"), [("en-XA", "ltr"), ("en-XB", "rtl")])
async def test_every_page_has_room_for_longer_words_and_says_nothing_untranslated(
    school: Installation, visit: Visit, language: str, direction: str
) -> None:
    visitor = await visit(school.first, school.person("amara"), options={"viewport": PHONE, "reduced_motion": "reduce"})
    visitor.complaints.forgive("status of 404")
    page = await visitor.open(f"/?lang={language}")
    found = []
    for path in PATHS:
        if path == "/sign-in":
            await visitor.context.clear_cookies(name="corridor_session")
        await page.goto(visitor.url + path.format(staffroom=school.staffroom))
        await expect(page.locator("html")).to_have_attribute("dir", direction)
        broken = [*await pseudo.untranslated(page), *await pseudo.cut_off(page), *await measures.sideways(page)]
        found += [f"{path}: {each}" for each in broken]
    assert not found, "\n".join(found)


async def test_what_was_not_translated_would_be_found(school: Installation, visit: Visit) -> None:
    visitor = await visit(school.first, school.person("amara"), options={"viewport": PHONE})
    page = await visitor.open("/account?lang=en-XA")
    assert await pseudo.untranslated(page) == await pseudo.cut_off(page) == []
    await page.evaluate(FORGOTTEN)
    assert await pseudo.untranslated(page) == ["Forgotten", "title: a title"]
    assert len(await pseudo.cut_off(page)) == 1
