"""A notice that must be read, and a message that goes by itself: with two people each, at 320 px."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.async_api import expect

from tests.browser.axe import violations
from tests.browser.marks import BROWSER
from tests.browser.room_page import RoomPage
from tests.browser.visitor import Visit, new
from tests.harness.installation import Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = BROWSER

NARROW = {"viewport": {"width": 320, "height": 640}}


async def test_a_notice_is_put_up_read_and_counted_without_a_reload(school: Installation, visit: Visit) -> None:
    amara = await visit(school.first, school.person("amara"), options=NARROW)
    tom = await visit(school.last, school.person("tom"), options=NARROW)
    writer, reader = await amara.staffroom(), await tom.staffroom()
    text = new("Fire drill on Thursday")
    await writer.composer.fill(text)
    await writer.page.locator(".composer-later summary").click()
    await writer.page.get_by_role("button", name="As a notice that must be read").click()
    await expect(writer.page.get_by_label("Notice", exact=True)).to_have_value(text)
    assert await violations(writer.page) == []
    await writer.page.get_by_role("button", name="Put up the notice").click()
    await writer.connected()
    await expect(writer.composer).to_have_value("")  # what was put up is no draft any more
    await reader.sees(text)
    await expect(reader.page.locator('[data-part="to-read"]')).to_be_visible()
    count = writer.message(text).get_by_role("link", name="have read it")
    before = (await count.inner_text()).split()[0]
    assert before == "0"
    await expect(reader.message(text).get_by_text("have read it")).to_be_hidden()
    assert await violations(reader.page) == []
    await reader.message(text).get_by_role("button", name="I have read this").press("Enter")
    await expect(reader.message(text).get_by_text("You have read this")).to_be_visible()
    await expect(count).to_contain_text("1 of")
    await expect(reader.message(text).get_by_role("button", name="I have read this")).to_be_hidden()
    await pinned_and_thanked(writer, reader, text)


async def pinned_and_thanked(writer: RoomPage, reader: RoomPage, text: str) -> None:
    """By the keyboard, and live at the other."""
    await reader.message(text).get_by_role("link", name="React").press("Enter")
    await reader.page.get_by_role("group", name="React").get_by_role("button", name="Thank you").press("Enter")
    chip = reader.message(text).get_by_role("button", name="Thank you")
    await expect(chip).to_have_attribute("aria-pressed", "true")
    await expect(writer.message(text).get_by_role("button", name=re.compile("Thank you.*Tom Hughes"))).to_be_visible()
    await writer.choose(text, "Pin")
    await expect(reader.page.locator(".pins")).to_contain_text(text)
    await expect(reader.message(text).get_by_text("Pinned", exact=True)).to_be_visible()
    assert await violations(reader.page) == []
    await chip.press("Enter")
    await expect(writer.message(text).locator(".reaction")).to_have_count(0)
    await writer.choose(text, "Take the pin down")
    await expect(reader.page.locator(".pins")).not_to_contain_text(text)


async def test_a_draft_follows_to_another_device_and_goes_later_by_itself(school: Installation, visit: Visit) -> None:
    here = await visit(school.first, school.person("priya"))
    there = await visit(school.last, school.person("priya"), options=NARROW)
    leila = await (await visit(school.first, school.person("leila"))).staffroom()
    desk, phone = await here.staffroom(), await there.staffroom()
    text = new("The hall is free after break")
    await desk.composer.fill(text)
    await expect(phone.composer).to_have_value(text)
    await phone.page.locator(".composer-later summary").click()
    await phone.page.get_by_role("button", name="Send later").click()
    soon = (datetime.now(UTC) + timedelta(hours=1)).astimezone(ZoneInfo("Europe/London")).strftime("%Y-%m-%dT%H:%M")
    await phone.page.get_by_label("Day and time").fill(soon)
    assert await violations(phone.page) == []
    await phone.page.get_by_role("button", name="Send then").click()
    await expect(phone.page.get_by_role("status").filter(has_text="Your message is waiting")).to_be_visible()
    assert await violations(phone.page) == []
    await expect(desk.composer).to_have_value("")
    school.execute("UPDATE scheduled SET due_ms = 1, at_ms = 1")  # its time has come
    await leila.sees(text)
    await desk.sees(text)
    await phone.page.reload()
    await expect(phone.page.get_by_text("Nothing is waiting")).to_be_visible()
