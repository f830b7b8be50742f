"""News, cards of links and videos on a room's page, from a real site outside."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser import axe
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.visitor import Visit, new
from tests.harness.hostile import Hostile, page
from tests.harness.installation import Install, Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]

ITEM = "<item><title>{}</title><guid>{}</guid><description>&lt;script&gt;x&lt;/script&gt;Words</description></item>"
FEED = '<rss version="2.0"><channel><title>School news</title>{}</channel></rss>'
SNOW, THAW = ITEM.format("Snow &lt;b&gt;today&lt;/b&gt;", 1), ITEM.format("Thaw", 2)
CARD = '<head><title>Water</title><meta name="description" content="It <i>flows</i>.">'
VIDEO = "https://youtu.be/dQw4w9WgXcQ"


@pytest_asyncio.fixture(loop_scope="session")
async def outside() -> AsyncIterator[Hostile]:
    async with Hostile() as running:
        running.pages |= {"/feed": page(FEED.format(SNOW), "text/xml"), "/water": page(CARD)}
        yield running


@pytest.fixture
def oakfield(install: Install) -> Installation:
    """A school that shows cards of what this very machine serves."""
    made = install(FEED_NETWORKS="127.0.0.0/8")
    settled = json.dumps({"card_hosts": ["127.0.0.1"]})
    made.execute(f"UPDATE school SET settings = '{settled}', rights_version = rights_version + 1")
    return made


async def test_news_comes_into_the_room_while_it_is_read(
    oakfield: Installation, outside: Hostile, visit: Visit
) -> None:
    head = await visit(oakfield.first, oakfield.person("amara"))
    reader = await visit(oakfield.last, oakfield.person("tom"))
    room = (await reader.staffroom()).page
    await expect(room.locator("a.feeds-open")).to_be_hidden()
    page_of_feeds = await head.open(f"/rooms/{oakfield.staffroom}/feeds")
    await page_of_feeds.get_by_label("Address of a feed").fill(outside.url("/feed"))
    await page_of_feeds.get_by_role("button", name="Add this feed").click()
    await expect(page_of_feeds.get_by_role("status").get_by_text("Added.")).to_be_visible()
    await expect(room.get_by_text("something new")).to_have_count(1)
    await room.get_by_role("link", name="News from outside").click()
    drawer = room.get_by_role("complementary", name="News from outside")
    await expect(drawer.get_by_text("Snow today", exact=True)).to_be_visible()
    await expect(drawer.get_by_text("from 127.0.0.1")).to_be_visible()
    assert await axe.violations(room) == []
    await room.keyboard.press("Escape")
    await expect(drawer).to_be_hidden()
    await expect(room.get_by_role("link", name="News from outside")).to_be_focused()
    outside.pages["/feed"] = page(FEED.format(THAW + SNOW), "text/xml")
    oakfield.execute("UPDATE feed SET due_ms = 1")
    await expect(room.locator(".feed-title", has_text="Thaw")).to_have_count(1)
    assert await axe.violations(page_of_feeds) == []


async def test_a_card_comes_after_its_message_and_goes_with_it(
    oakfield: Installation, outside: Hostile, visit: Visit
) -> None:
    writer = await visit(oakfield.first, oakfield.person("amara"))
    reader = await visit(oakfield.last, oakfield.person("tom"))
    mine, theirs = await writer.staffroom(), await reader.staffroom()
    words = new("Look at this")
    await mine.say(f"{words}: {outside.url('/water')}")
    for room in (mine, theirs):
        message = room.page.locator("li.message", has_text=words)
        card = message.locator(".link-card")
        await expect(card).to_have_attribute("href", outside.url("/water"))
        await expect(card).to_contain_text("Water")
        await expect(card).to_contain_text("It flows.")
    await theirs.page.reload()
    await expect(theirs.page.locator(".link-card")).to_have_count(1)
    assert await axe.violations(theirs.page) == []
    message = mine.page.locator("li.message", has_text=words)
    await message.hover()
    await message.locator("summary").click()
    await message.locator('[data-act="remove"]').click()
    await mine.page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    for room in (mine, theirs):
        await expect(room.page.locator(".link-card")).to_have_count(0)


async def test_a_video_asks_its_site_for_nothing_before_a_click(oakfield: Installation, visit: Visit) -> None:
    """Every request to another site is a complaint, until the click that the test makes."""
    writer = await visit(oakfield.first, oakfield.person("amara"))
    room = await writer.staffroom()
    await room.say(f"[Our play]({VIDEO})")
    player = room.page.get_by_role("link", name="Play the video: Our play")
    await expect(player).to_be_visible()
    await room.page.reload()
    await expect(player).to_be_visible()
    assert await room.page.locator("iframe").count() == 0
    assert writer.complaints.left == []
    asked = r"https://www\.youtube-nocookie\.com/embed/dQw4w9WgXcQ"
    writer.complaints.forgive(asked)
    await writer.context.route("https://www.youtube-nocookie.com/**", lambda route: route.fulfill(body="It plays"))
    await player.click()
    inner = room.page.frame_locator("iframe.video-frame").frame_locator("iframe")
    await expect(inner.get_by_text("It plays")).to_be_visible()
    assert await axe.violations(room.page) == []
    await room.page.get_by_role("button", name="Close the video").click()
    await expect(room.page.locator("iframe")).to_have_count(0)
    await expect(player).to_be_focused()
