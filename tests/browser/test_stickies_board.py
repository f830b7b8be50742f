"""The board of stickies: live, by the keyboard, on a narrow screen, from right to left."""

import json
from uuid import uuid4

from playwright.async_api import expect

from tests.browser.axe import violations
from tests.browser.marks import BROWSER
from tests.browser.visitor import Visit, Visitor, new
from tests.harness.installation import Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = BROWSER

NARROW = {"viewport": {"width": 320, "height": 640}}


async def write(visitor: Visitor, room: str, text: str) -> None:
    said = {"room": room, "key": str(uuid4()), "text": text}
    answer = await visitor.context.request.post(f"{visitor.url}/api/v1/commands/post_message", data=json.dumps(said))
    assert answer.ok, await answer.text()


async def test_a_new_note_and_a_new_word_show_without_a_reload(school: Installation, visit: Visit) -> None:
    leila = await visit(school.first, school.person("leila"), options=NARROW)
    dev = await visit(school.last, school.person("dev"))
    board = await leila.open("/stickies")
    await expect(board.locator(".note").filter(has_text="Chloe")).to_be_visible()
    choosing = await dev.open("/stickies/new")
    assert await violations(choosing) == []
    await choosing.get_by_role("button", name="Leila Haddad").press("Enter")
    await choosing.wait_for_url("**/rooms/*")
    room = choosing.url.rpartition("/")[2]
    first, second = new("I finished the maze"), new("It has a cat in it")
    await write(dev, room, first)
    note = board.locator(".note").filter(has_text="Dev")
    await expect(note).to_contain_text(first)
    await expect(board.locator(".note").first).to_contain_text("Dev")
    await note.locator(".note-open").focus()
    await write(dev, room, second)
    await expect(note).to_contain_text(second)
    await expect(note.locator(".note-new")).to_have_text("2 new")
    await expect(note.locator(".note-open")).to_be_focused()
    assert await violations(board) == []
    width = await board.evaluate("document.documentElement.scrollWidth")
    assert width == NARROW["viewport"]["width"]


async def test_colour_putting_away_and_the_plain_list_by_the_keyboard(school: Installation, visit: Visit) -> None:
    amara = await visit(school.first, school.person("amara"))
    page = await amara.open("/stickies")
    note = page.locator(".note").filter(has_text="Harjit Gill")
    await note.locator("summary").press("Enter")
    assert await violations(page) == []
    await note.get_by_role("button", name="Mint").press("Enter")
    await expect(note).to_have_attribute("data-colour", "mint")
    await note.locator("summary").press("Enter")
    await note.get_by_role("button", name="Put it away").press("Enter")
    await expect(note).to_have_count(0)
    await page.get_by_role("link", name="What you put away").press("Enter")
    await note.locator("summary").press("Enter")
    await note.get_by_role("button", name="Bring it back").press("Enter")
    await page.get_by_role("link", name="Back to the board").press("Enter")
    await expect(note).to_have_attribute("data-colour", "mint")
    await page.get_by_role("button", name="Show them as a list").press("Enter")
    await expect(page.locator('.notes[data-view="list"]')).to_be_visible()
    assert await violations(page) == []
    await page.goto(f"{amara.url}/stickies?lang=ar")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.locator('[name="stickies"][value="board"]').press("Enter")
    await expect(page.locator('.notes[data-view="board"]')).to_be_visible()
    assert await violations(page) == []
