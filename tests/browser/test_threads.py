"""Threads, calls on people and marks, as people use them in a browser."""

import re

import pytest
from playwright.async_api import expect

from tests.browser import axe, measures
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.room_page import RoomPage
from tests.browser.visitor import Visit, new
from tests.harness.installation import Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]


async def test_a_thread_is_answered_read_and_left_by_keyboard_while_the_room_sees_its_count(
    school: Installation, visit: Visit
) -> None:
    amara = await (await visit(school.first, school.person("amara"))).staffroom()
    priya_visitor = await visit(
        school.last, school.person("priya"), options={"viewport": {"width": 320, "height": 640}}
    )
    question, answer = new("Who has the key?"), new("I **have** it")
    await amara.said(question)
    priya = await priya_visitor.staffroom()
    await priya.choose(question, "Answer in a thread")
    await expect(priya.page).to_have_url(re.compile("/threads/m.*#composer"))
    thread = RoomPage(priya.page)
    await thread.connected()
    await thread.say(answer)
    await expect(thread.page.locator(".message-text strong").get_by_text("have", exact=True).last).to_be_visible()
    assert await axe.violations(thread.page) == []
    line = amara.message(question).locator(".message-thread")
    await expect(line).to_contain_text("1 reply")
    await expect(line).to_contain_text("1 new")
    await expect(amara.log.filter(has_text="have it")).to_have_count(0)
    await line.focus()
    await amara.page.keyboard.press("Enter")
    opened = RoomPage(amara.page)
    await opened.connected()
    await expect(opened.log).to_have_count(1)
    await opened.page.keyboard.press("Escape")
    await expect(amara.page).to_have_url(re.compile("/rooms/r[0-9a-z]+(#.*)?$"))
    await expect(amara.message(question)).to_be_in_viewport()
    await expect(amara.message(question).locator(".message-thread-new")).to_be_hidden()


async def test_somebody_is_called_on_from_the_list_and_the_words_stay_editable(
    school: Installation, visit: Visit
) -> None:
    room = await (await visit(school.first, school.person("amara"))).staffroom()
    words = new("please")
    await room.composer.press_sequentially("Ask @pri")
    option = room.page.get_by_role("option", name="@Priya")
    await expect(option).to_be_visible()
    await room.page.keyboard.press("Enter")
    await room.composer.press_sequentially(words)
    await room.page.keyboard.press("Enter")
    said = room.page.locator("li.message", has=room.page.locator(".mention")).filter(has_text=words)
    await expect(said.locator(".mention")).to_have_text(re.compile("^@Priya"))
    await said.hover()
    await said.locator("summary").click()
    await said.get_by_role("link", name="Edit", exact=True).click()
    await expect(room.composer).to_have_value(re.compile(r"^Ask @Priya [^(]*" + re.escape(words) + "$"))
    await measures.focus(room.page)


@pytest.mark.parametrize("script", [True, False])
async def test_a_thread_and_a_day_are_reached_without_script_too(
    school: Installation, visit: Visit, script: bool
) -> None:
    amara = await visit(school.first, school.person("amara"), options={"java_script_enabled": script})
    question, answer = new("Without script?"), new("Yes")
    if script:
        room = await amara.staffroom()
        await room.said(question)
    else:
        page = await amara.open(f"/rooms/{amara.who.staffroom}")
        await page.locator("#text").fill(question)
        await page.get_by_role("button", name="Send").click()
        room = RoomPage(page)
    url = await room.message(question).locator('[data-act="thread"]').get_attribute("href")
    thread = RoomPage(await amara.open(url or ""))
    await thread.page.locator("#text").fill(answer)
    await thread.page.get_by_role("button", name="Send").click()
    await expect(thread.message(answer)).to_be_visible()
    await thread.page.get_by_role("link", name="Back to the room").click()
    await expect(thread.page.locator("li.message:target")).to_contain_text(question)
    await thread.page.goto(f"{amara.url}/rooms/{amara.who.staffroom}?on=2001-01-01")
    await expect(thread.page.get_by_text("This is where Staffroom begins.")).to_be_visible()
