"""Everything without a mouse, and always with the focus in sight."""

import re
from collections.abc import Callable

from playwright.async_api import Page, expect

from tests.browser import measures
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.room_page import RoomPage
from tests.browser.visitor import Visit, new
from tests.harness.api import Api, new_key
from tests.harness.installation import Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]

MOST_STEPS = 60


async def test_signing_in_and_going_to_the_staffroom(school: Installation, visit: Visit) -> None:
    visitor = await visit(school.first, school.person("tom"), signed_in=False)
    page = await visitor.open("/")
    await expect(page.get_by_label("School")).to_be_focused()
    for field in (visitor.who.school, visitor.who.name, visitor.who.password):
        await page.keyboard.type(field)
        await page.keyboard.press("Tab")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Hello, Tom Hughes")).to_be_visible()
    await walk(page, "Tab", lambda html: 'class="door"' in html)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/rooms/"))


async def test_every_stop_on_the_way_through_the_staffroom_can_be_seen(school: Installation, visit: Visit) -> None:
    room = await (await visit(school.first, school.person("amara"))).staffroom()
    await room.page.keyboard.press("Tab")
    await expect(room.page.get_by_role("link", name="Skip to the newest message")).to_be_focused()
    await walk(room.page, "Tab", lambda html: "message-reply" in html)
    await walk(room.page, "Shift+Tab", lambda html: "#latest" in html)
    await room.page.keyboard.press("Enter")
    await expect(room.news).to_be_hidden()
    await walk(room.page, "Tab", lambda html: 'id="text"' in html)
    for _ in range(12):
        await room.page.keyboard.press("Shift+Tab")
        await measures.focus(room.page)


async def test_posting_replying_editing_and_removing(school: Installation, visit: Visit) -> None:
    room = await (await visit(school.first, school.person("amara"))).staffroom()
    keyboard = room.page.keyboard
    text, answer, better = new("By keyboard"), new("An answer"), new("A better one")
    await walk(room.page, "Tab", lambda html: "skip" in html and "#composer" in html)
    await keyboard.press("Enter")
    await walk(room.page, "Tab", lambda html: 'id="text"' in html)
    await keyboard.type(text)
    await keyboard.press("Shift+Enter")
    await keyboard.type("second line")
    await keyboard.press("Enter")
    both = f"{text}\nsecond line"
    await expect(room.log.last.locator(".message-text")).to_have_text(both)
    await expect(room.composer).to_be_focused()
    await walk(room.page, "Shift+Tab", lambda html: "message-reply" in html)
    await keyboard.press("Enter")
    await expect(room.composer).to_be_focused()
    await keyboard.type(answer)
    await keyboard.press("Enter")
    await room.sees(answer)
    await expect(room.message(answer).locator("a.quote")).to_contain_text(text)
    await open_menu(room)
    await walk(room.page, "Tab", lambda html: 'data-act="edit"' in html)
    await keyboard.press("Enter")
    await expect(room.composer).to_have_value(answer)
    await keyboard.press("ControlOrMeta+a")
    await keyboard.type(better)
    await keyboard.press("Enter")
    await room.sees(better)
    await open_menu(room)
    await walk(room.page, "Tab", lambda html: 'data-act="remove"' in html)
    await keyboard.press("Enter")
    await walk(room.page, "Tab", lambda html: 'value="remove"' in html)
    await keyboard.press("Enter")
    await expect(room.message(better)).to_have_count(0)
    await expect(room.log.last).to_contain_text("This message was removed.")
    await measures.focus(room.page)


async def test_escape_closes_what_is_open_and_the_focus_stays_where_it_was(school: Installation, visit: Visit) -> None:
    room = await (await visit(school.first, school.person("amara"))).staffroom()
    keyboard = room.page.keyboard
    text = new("To be left alone")
    await room.said(text)
    await open_menu(room)
    await keyboard.press("Escape")
    await expect(room.page.locator("details[open]")).to_have_count(0)
    assert "<summary" in (await measures.focus(room.page))["html"]
    await keyboard.press("Enter")
    await walk(room.page, "Tab", lambda html: 'data-act="remove"' in html)
    await keyboard.press("Enter")
    await expect(room.page.get_by_role("dialog")).to_be_visible()
    await keyboard.press("Escape")
    await expect(room.page.get_by_role("dialog")).to_have_count(0)
    await measures.focus(room.page)
    await room.sees(text)
    await walk(room.page, "Shift+Tab", lambda html: "message-reply" in html)
    await keyboard.press("Enter")
    await keyboard.press("Escape")
    await expect(room.page.locator('[data-part="about"]')).to_be_hidden()
    await expect(room.composer).to_be_focused()


async def test_the_people_open_and_close(school: Installation, visit: Visit) -> None:
    visitor = await visit(school.first, school.person("amara"), options={"viewport": {"width": 700, "height": 700}})
    room = await visitor.staffroom()
    await walk(room.page, "Tab", lambda html: "room-people-open" in html)
    await room.page.keyboard.press("Enter")
    await expect(room.people.first).to_be_in_viewport()
    await walk(room.page, "Tab", lambda html: "room-people-close" in html)
    await room.page.keyboard.press("Enter")
    await expect(room.people.first).to_be_hidden()
    await room.page.keyboard.press("Tab")
    await measures.focus(room.page)


async def test_the_focus_stays_in_sight_when_the_way_to_the_newest_goes_away(
    school: Installation, visit: Visit
) -> None:
    amara = school.person("amara")
    async with Api(school.first.url, amara.token) as api:
        for _ in range(6):
            await api.command("post_message", room=school.staffroom, key=new_key(), text="short")
        await api.command("read", room=school.staffroom, seq=school.head(school.staffroom))
    await test_the_people_open_and_close(school, visit)


async def test_the_account_menu_opens_and_closes(school: Installation, visit: Visit) -> None:
    page = await (await visit(school.first, school.person("amara"))).open("/")
    await walk(page, "Tab", lambda html: "<summary" in html)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Calm mode")).to_be_visible()
    await walk(page, "Tab", lambda html: 'value="true"' in html)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Calm mode")).to_be_hidden()
    assert "<summary" in (await measures.focus(page))["html"]


async def open_menu(room: RoomPage) -> None:
    """The menu of the newest message, from the field where one writes."""
    await expect(room.composer).to_be_focused()
    await walk(room.page, "Shift+Tab", lambda html: "<summary" in html)
    await room.page.keyboard.press("Enter")


async def walk(page: Page, key: str, there: Callable[[str], bool]) -> None:
    """Press the key until the focus is there; at each stop it must be seen."""
    stops = []
    for _ in range(MOST_STEPS):
        await page.keyboard.press(key)
        stops.append((await measures.focus(page))["html"])
        if there(stops[-1]):
            return
    raise AssertionError("never came there:\n" + "\n".join(stops))
