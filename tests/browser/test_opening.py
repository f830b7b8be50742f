"""Where one writes opens by itself, at the moment, with what was written still there."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Page, WebSocketRoute, expect

from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.room_page import RoomPage
from tests.browser.visitor import Visit, new
from tests.harness.installation import Installation
from tests.rooms.opening.moment import Thread, now_ms, thread_of

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]

SOON_MS = 6000
CLOSED = "You can write to Ben again at"


@pytest_asyncio.fixture(loop_scope="session")
async def thread(school: Installation) -> AsyncIterator[Thread]:
    async with thread_of(school) as made:
        yield made


async def hang_up(route: WebSocketRoute) -> None:
    await route.close()


async def opened(page: Page) -> None:
    await expect(page.locator('[data-part="window"]')).to_be_hidden()
    await expect(page.locator("#announcer")).to_have_text("You can write now.")


async def test_it_opens_by_itself_and_what_was_left_goes_then(
    thread: Thread, school: Installation, visit: Visit
) -> None:
    page = await (await visit(school.first, thread.aisha)).open(f"/rooms/{thread.room}")
    room = RoomPage(page)
    await room.connected()
    await expect(room.composer).to_be_editable()
    thread.hold(opens=False, until_ms=now_ms() + SOON_MS)
    note, leave = page.locator('[data-part="window"]'), page.get_by_role("button", name="Leave it until it opens")
    await expect(note).to_contain_text(CLOSED)
    await expect(page.get_by_role("button", name="Send", exact=True)).to_be_hidden()
    for_later, going_on = new("Football at four?"), new("And bring the ball")
    await room.composer.fill(for_later)
    await leave.click()
    await expect(room.composer).to_have_value("")
    await expect(page.locator('[data-part="left"]')).to_have_text("1 waiting to be sent")
    await expect(page.locator('[data-part="not-left"]')).to_be_hidden()
    await room.say(going_on)  # Enter sends nothing yet, and loses nothing
    await expect(room.composer).to_have_value(going_on)
    await opened(page)
    await room.sees(for_later)
    await expect(page.locator('[data-part="left"]')).to_be_hidden()
    await expect(room.composer).to_have_value(going_on)
    await room.composer.press("Enter")
    await room.sees(going_on)


async def test_without_a_socket_and_on_a_device_whose_clock_lies(
    thread: Thread, school: Installation, visit: Visit
) -> None:
    visitor = await visit(school.first, thread.aisha)
    visitor.complaints.forgive("status of 403")
    await visitor.context.route_web_socket("**/live", hang_up)
    await visitor.context.add_init_script("const real = Date.now; Date.now = () => real() - 5 * 3600e3")
    page = await visitor.open(f"/rooms/{thread.room}")
    room = RoomPage(page)
    await expect(room.line).to_contain_text("Working without a live connection")
    thread.hold(opens=False, until_ms=now_ms() + SOON_MS)
    words = new("Just too late")
    await room.say(words)  # on its way when it closed
    await expect(page.locator('[data-part="window"]')).to_contain_text(CLOSED)
    await expect(room.composer).to_have_value(words)
    await expect(room.message(words)).to_have_count(0)
    await opened(page)
    await room.composer.press("Enter")
    await room.sees(words)
