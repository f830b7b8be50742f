"""The adults' side in a browser: a look that nobody can tell, a message taken back, a pause said kindly."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser import axe
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.room_page import RoomPage
from tests.browser.visitor import Visit, Visitor, new
from tests.harness.api import Api
from tests.harness.installation import Installation
from tests.rooms.opening.moment import Thread, thread_of

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]

PAUSED = "A grown-up has paused messages for now."


@pytest_asyncio.fixture(loop_scope="session")
async def thread(school: Installation) -> AsyncIterator[Thread]:
    async with thread_of(school) as made:
        yield made


async def visiting(visit: Visit, school: Installation, name: str) -> Visitor:
    """A browser of somebody who is not signed in everywhere from the start."""
    known = school.person("aisha")
    async with Api(school.first.url) as api:
        token = await api.sign_in(known.school, name, known.password)
    return await visit(school.first, replace(known, name=name, token=token))


async def is_sound(page: Page) -> None:
    """Nothing for axe to say, wide and narrow; and nothing wider than a phone."""
    for width in (1000, 320):
        await page.set_viewport_size({"width": width, "height": 760})
        assert await axe.violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_a_look_from_the_reason_to_taking_a_message_back(
    thread: Thread, school: Installation, visit: Visit
) -> None:
    room = RoomPage(await (await visit(school.first, thread.aisha)).open(f"/rooms/{thread.room}"))
    await room.connected()
    unkind = new("Something unkind")
    await room.said(unkind)
    page = await (await visiting(visit, school, "ruth")).open(f"/oversight?find={thread.aisha.name}")
    await is_sound(page)
    await page.get_by_role("link", name="Aisha").click()
    await is_sound(page)
    await page.locator(f'a[href="/oversight/rooms/{thread.room}"]').click()
    await is_sound(page)
    await page.get_by_label("for safeguarding").check()
    await page.get_by_label("Why?").fill("Ben came to me")
    await page.get_by_role("button", name="Look, for half an hour").click()
    await expect(page.locator(".looked-text").filter(has_text=unkind)).to_be_visible()
    await is_sound(page)
    await expect(room.logged(unkind)).to_be_visible()
    message = page.locator(".looked-sticky").filter(has_text=unkind)
    await message.get_by_text("Take this back everywhere").click()
    await message.get_by_label("Why?").fill("It hurts")
    await message.get_by_role("button", name="Take it back").click()
    await expect(page.get_by_role("status").first).to_contain_text("Taken back, everywhere")
    await expect(room.logged(unkind)).to_have_count(0)
    await expect(page.locator(".looked-sticky[data-removed]").filter(has_text=unkind)).to_be_visible()
    assert "Ruth" not in await room.page.content()


async def test_a_pause_is_said_kindly_at_once_and_nothing_written_is_lost(
    thread: Thread, school: Installation, visit: Visit
) -> None:
    room = RoomPage(await (await visit(school.first, thread.aisha)).open(f"/rooms/{thread.room}"))
    await room.connected()
    words = new("About to send this")
    await room.composer.fill(words)
    page = await (await visiting(visit, school, "daniel")).open(f"/oversight/people/{thread.aisha.person}")
    await page.get_by_label("Why?").fill("A fight at lunch")
    await page.get_by_role("button", name="Pause this person's messages").click()
    await expect(room.page.locator('[data-part="window"]')).to_contain_text(PAUSED)
    await expect(room.composer).to_have_value(words)
    await expect(page.locator(".paused-banner")).to_be_visible()
    await is_sound(page)
    notes = await (await visiting(visit, school, "tom")).open(f"/people/{thread.aisha.person}/notes")
    await notes.get_by_text("Let more people see it").click()
    await is_sound(notes)
    await notes.goto(f"{school.first.url}/classes")
    await notes.locator('a[href$="/sign-in"]').first.click()
    await notes.get_by_role("link", name="How many stickies").click()
    await is_sound(notes)
    await page.get_by_role("button", name="Let them write again").click()
    await expect(room.page.locator('[data-part="window"]')).to_be_hidden()
    await room.composer.press("Enter")
    await room.sees(words)
