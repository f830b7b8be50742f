"""A room is made, renamed, divided and archived by its teacher, and its learners see it happen, at 320 px."""

import re

from playwright.async_api import Page, expect

from tests.browser.axe import violations
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.room_page import RoomPage
from tests.browser.visitor import Visit, Visitor, new
from tests.harness.installation import Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]

NARROW = {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark"}


async def good(page: Page) -> None:
    """Nothing for axe to say, and nothing beside the window."""
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def made(tom: Visitor, name: str) -> str:
    """A classroom for 4A, made on the pages; its path."""
    page = await tom.open("/rooms/new")
    await good(page)
    await page.get_by_role("link", name="Classroom").click()
    await good(page)
    await page.get_by_label("4A", exact=True).check()
    await page.get_by_label("Name of the room").fill(name)
    await page.get_by_role("button", name="Make this room").click()
    await expect(page.get_by_role("heading", name=name)).to_be_visible()
    await good(page)
    path = re.search(r"/rooms/r\w+", page.url)
    assert path is not None
    return path[0]


async def entered(visitor: Visitor, path: str) -> RoomPage:
    room = RoomPage(await visitor.open(path))
    await room.connected()
    return room


async def test_what_the_teacher_does_with_a_room_is_seen_by_learners_at_once(
    school: Installation, visit: Visit
) -> None:
    tom = await visit(school.first, school.person("tom"), options=NARROW)
    aisha = await visit(school.last, school.person("aisha"))
    corridor = await aisha.open("/")
    name, later = new("Planets"), new("Moons")
    path = await made(tom, name)
    door = corridor.locator(".door", has_text=name)
    await expect(door).to_be_visible()
    room = await entered(aisha, path)
    settings = await tom.open(f"{path}/settings")
    await good(settings)
    await settings.get_by_label("Name of the room").fill(later)
    await settings.get_by_role("button", name="Rename").click()
    await expect(room.page.get_by_role("heading", level=1)).to_have_text(later)
    await expect(corridor.locator(".door", has_text=later)).to_be_visible()
    await settings.get_by_label("Rose").check()
    await settings.get_by_role("button", name="Save").first.click()
    await expect(room.page.locator("body")).to_have_attribute("data-accent", "rose")
    await expect(room.composer).to_be_visible()
    await settings.get_by_text("Put this room away").click()
    await settings.get_by_role("button", name="Archive this room").click()
    await expect(room.page.get_by_text("This room is archived.")).to_be_visible()
    await expect(room.composer).to_have_count(0)
    await expect(corridor.locator(".door", has_text=later)).to_have_count(0)
    await good(settings)


async def test_what_is_for_one_is_shown_to_that_one_only(school: Installation, visit: Visit) -> None:
    tom = await visit(school.first, school.person("tom"), options=NARROW)
    aisha = await visit(school.last, school.person("aisha"), options=NARROW)
    megan = await visit(school.first, school.person("megan"), options=NARROW)
    path, secret = await made(tom, new("Reading")), new("More time")
    hers, others = await entered(aisha, path), await entered(megan, path)
    settings = await tom.open(f"{path}/settings")
    await settings.get_by_text("Make a sub-group").click()
    await settings.get_by_label("Name, for staff only").fill(secret)
    await settings.get_by_label("Aisha", exact=True).check()
    await settings.get_by_role("button", name="Make it").click()
    await expect(settings.get_by_text(secret)).to_be_visible()
    tab = hers.page.get_by_role("link", name="For you")
    await expect(tab).to_be_visible()
    await good(hers.page)
    await tab.click()
    await hers.connected()
    await expect(hers.page.get_by_text("You can read here, but not write.")).to_be_visible()
    teacher = await entered(tom, path)
    await teacher.page.get_by_role("link", name=secret).click()
    await teacher.connected()
    await teacher.said(task := new("Only the odd ones"))
    await hers.sees(task)
    await good(hers.page)
    whole = await entered(tom, path)
    await whole.said(everybody := new("For all of you"))
    await others.sees(everybody)
    assert await others.page.get_by_role("link", name="For you").count() == 0
    for page in (others.page, hers.page):
        assert secret not in await page.content()
    assert task not in await others.page.content()
