"""Administration in a browser: readable in all colours and widths, and what is closed there closes at once."""

import pytest
from playwright.async_api import Page, expect

from tests.browser import axe, measures
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.visitor import Visit
from tests.harness.installation import Install, Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]

PEOPLE = "/administration/people"
CHECKBOX = 'type="checkbox"'  # the label around it is what a finger hits
HIGH = 800


@pytest.mark.parametrize(("language", "colours", "wide"), [("en", "light", 1280), ("ar", "dark", 320)])
async def test_every_page_of_administration_is_readable_and_fits(
    school: Installation, visit: Visit, language: str, colours: str, wide: int
) -> None:
    head = await visit(school.first, school.person("amara"), options={"viewport": {"width": wide, "height": HIGH}})
    await head.context.add_cookies([{"name": "corridor_language", "value": language, "url": head.url}])
    page = await head.open("/administration")
    await page.emulate_media(color_scheme="dark" if colours == "dark" else "light", reduced_motion="reduce")
    child = f"{PEOPLE}/{school.person('aisha').person}"
    group = await first_group(page, head.url)
    found = []
    for path in (
        "/administration", PEOPLE, child, f"{child}/data", "/administration/groups", group,
        "/administration/leavers", "/administration/settings", "/account/data", "/administration/policy",
        "/administration/policy/new?place=thread", "/administration/policy/learners_write_to_their_class",
        "/administration/roles", "/administration/windows", "/administration/windows/week",
        "/administration/windows/new",
    ):  # fmt: skip
        await page.goto(head.url + path)
        await page.evaluate("() => document.querySelectorAll('main details').forEach(each => { each.open = true })")
        faults = [*await axe.violations(page), *await measures.sideways(page), *await measures.small_targets(page)]
        found += [f"{path}: {each}" for each in faults if CHECKBOX not in each]
    assert not found, "\n".join(found)


async def first_group(page: Page, url: str) -> str:
    await page.goto(f"{url}/administration/groups")
    path = await page.locator(".entries a").first.get_attribute("href")
    assert path is not None
    return path


async def test_an_account_that_is_closed_loses_its_open_page_at_once(install: Install, visit: Visit) -> None:
    school = install()
    head = await visit(school.first, school.person("amara"))
    megan = await visit(school.last, school.person("megan"))
    room = await megan.staffroom()
    page = await head.open(f"{PEOPLE}/{school.person('megan').person}")
    await page.get_by_role("button", name="Close the account now").click()
    await expect(page.locator(".notice")).to_contain_text("Saved")
    await expect(room.page.locator('[data-part="line"]')).to_contain_text("You can no longer see this")
    await page.get_by_role("button", name="Open the account again").click()
    await expect(page.get_by_role("button", name="Close the account now")).to_be_visible()
