"""Sent, delivered, read between two people, live; and quiet hours that end while the page is open."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.browser.axe import violations
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.room_page import RoomPage
from tests.browser.visitor import Visit, Visitor, new
from tests.harness.installation import Installation, Template, installed

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = BROWSER

NARROW = {"viewport": {"width": 320, "height": 640}}
BEFORE_MORNING = "2026-11-24T07:29:35+00:00"  # a Tuesday; staff have quiet until half past seven


async def thread(visitor: Visitor, school: Installation, name: str) -> str:
    """The thread of somebody with this person."""
    me = await (await visitor.context.request.get(f"{visitor.url}/api/v1/me")).json()
    said = {"key": str(uuid4()), "room": me["own_room"], "people": [school.person(name).person]}
    answer = await visitor.context.request.post(f"{visitor.url}/api/v1/commands/start_thread", data=said)
    assert answer.ok, await answer.text()
    made: str = (await answer.json())["made"]
    return made


async def hang_up(route: WebSocketRoute) -> None:
    await route.close()


async def became(page: Page, text: str, words: str) -> None:
    await expect(RoomPage(page).logged(text).locator('[data-part="receipt"]')).to_have_text(words)


async def test_the_writer_sees_it_delivered_and_read(school: Installation, visit: Visit) -> None:
    tom, leila = await visit(school.first, school.person("tom")), await visit(school.last, school.person("leila"))
    await leila.context.route_web_socket("**/live", hang_up)
    of = await thread(tom, school, "leila")
    page = await tom.open(f"/rooms/{of}")
    room = RoomPage(page)
    await room.connected()
    first, second = new("Have you marked the poems?"), new("No hurry")
    await room.say(first)
    await became(page, first, "Sent")
    await leila.open("/")  # she has it, and has not looked at it
    await became(page, first, "Delivered")
    await room.say(second)
    await became(page, second, "Delivered")
    await expect(room.logged(first).locator('[data-part="receipt"]')).to_be_hidden()
    await leila.open(f"/rooms/{of}")
    await became(page, second, "Read")
    await page.reload()
    await became(page, second, "Read")
    await expect(page.locator('[data-part="receipt"]:visible')).to_have_count(1)
    assert await violations(page) == []
    assert await violations(await tom.open("/account/hours")) == []


@pytest.fixture
def early(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A server whose clock is a moment before half past seven."""
    env = {"CORRIDOR_CLOCK": BEFORE_MORNING}
    with installed(template, tmp_path_factory.mktemp("early"), env, None) as made:
        yield made


@ON_SQLITE
async def test_quiet_hours_end_while_the_pages_are_open(early: Installation, visit: Visit) -> None:
    aisha = await visit(early.first, early.person("aisha"), options=NARROW)
    tom = await visit(early.first, early.person("tom"))
    of = await thread(aisha, early, "tom")
    await tom.read_everything(10**9)
    home = await tom.open("/")
    page = await aisha.open(f"/rooms/{of}")
    room = RoomPage(page)
    await room.connected()
    text = new("What was the homework?")
    await room.say(text)
    reader = page.locator('[data-part="readers"]')
    await expect(reader).to_have_text("Tom Hughes will probably read this this morning.")
    await became(page, text, "Delivered")  # at once, to a page that says nothing of it
    assert await violations(page) == []
    count = home.locator("corridor-stickies [data-part=count]")
    await expect(home).to_have_title(re.compile(r"^[^(]"))
    await expect(count).to_be_hidden()
    await expect(count).to_have_text("1 new sticky", timeout=60_000)
    await expect(home.locator("#stickies-title")).to_contain_text("1 new")
    await expect(home).to_have_title(re.compile(r"^\(1\)"))
    await expect(reader).to_have_text("")
