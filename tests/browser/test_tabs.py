"""One person with two tabs, or two devices; and what is left on a device after they have gone."""

import re

import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browser.complaints import LOST_CONNECTION
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.visitor import Visit, Visitor, new
from tests.harness.installation import Installation, signed_in_again

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]

SIGN_IN = re.compile("/sign-in")
KEPT = "() => Object.entries(localStorage).concat(Object.entries(sessionStorage)).flat().join(' ')"


@pytest_asyncio.fixture(loop_scope="session")
async def owen(school: Installation, visit: Visit) -> Visitor:
    """Owen, with a session of his own that the test may end."""
    visitor = await visit(school.first, await signed_in_again(school.first.url, school.person("owen")))
    visitor.complaints.forgive(LOST_CONNECTION, "status of 401")
    return visitor


async def test_what_is_said_in_one_tab_is_in_the_other_once(owen: Visitor) -> None:
    one, other = await owen.staffroom(), await owen.staffroom()
    text, answer = new("From one tab"), new("From the other")
    await one.said(text)
    await other.sees(text)
    await other.said(answer)
    await one.sees(answer)
    assert await one.ids() == await other.ids()
    await expect(other.pending).to_have_count(0)


async def test_what_waits_is_shown_in_both_tabs_and_sent_once(owen: Visitor, school: Installation) -> None:
    one, other = await owen.staffroom(), await owen.staffroom()
    await owen.context.set_offline(True)
    texts = [new("Written in one"), new("Written in the other")]
    await one.say(texts[0])
    await other.say(texts[1])
    for room in (one, other):
        for text in texts:
            await expect(room.state(text)).to_have_text("Kept on this device, not sent yet")
    await owen.context.set_offline(False)
    for room in (one, other):
        for text in texts:
            await room.sees(text)
        await expect(room.pending).to_have_count(0)
    for text in texts:
        assert len(school.query(f"SELECT seq FROM message WHERE text = '{text}'")) == 1


async def test_signing_out_in_one_tab_ends_the_other(owen: Visitor) -> None:
    one, other, home = await owen.staffroom(), await owen.staffroom(), await owen.open("/")
    await sign_out(one.page)
    for page in (one.page, other.page, home):
        await expect(page).to_have_url(SIGN_IN)


async def test_signing_out_everywhere_ends_the_pages_on_other_devices(
    owen: Visitor, school: Installation, visit: Visit
) -> None:
    elsewhere = await visit(school.last, await signed_in_again(school.last.url, school.person("owen")))
    elsewhere.complaints.forgive(LOST_CONNECTION, "status of 401")
    here, there = await owen.staffroom(), await elsewhere.staffroom()
    words = new("Half a thought")
    await there.composer.fill(words)
    await sign_out(here.page, "Sign out on all devices")
    await expect(there.page).to_have_url(SIGN_IN)
    assert words not in await there.page.evaluate(KEPT)


async def test_signing_out_on_one_device_leaves_what_is_being_written_on_another(
    owen: Visitor, school: Installation, visit: Visit
) -> None:
    elsewhere = await visit(school.last, await signed_in_again(school.last.url, school.person("owen")))
    here, there = await owen.staffroom(), await elsewhere.staffroom()
    words = new("Half a thought")
    await there.composer.fill(words)
    await sign_out(here.page)
    await expect(here.page).to_have_url(SIGN_IN)
    await there.said(new("Still here"))
    await there.composer.fill(words)
    await there.page.reload()
    await expect(there.composer).to_have_value(words)
    await there.composer.fill("")


async def test_a_draft_is_kept_until_it_is_sent_and_only_for_its_author(
    owen: Visitor, school: Installation, visit: Visit
) -> None:
    room = await owen.staffroom()
    words = new("Not finished")
    await room.composer.fill(words)
    await room.page.reload()
    await room.connected()
    await expect(room.composer).to_have_value(words)
    assert school.staffroom in str(await draft_names(room.page))
    await room.composer.press("Enter")
    await room.sees(words)
    await room.page.reload()
    await expect(room.composer).to_have_value("")
    assert await draft_names(room.page) == []


async def test_signing_out_leaves_nothing_that_was_written_on_the_device(owen: Visitor) -> None:
    room = await owen.staffroom()
    words = new("For nobody's eyes")
    await room.composer.fill(words)
    await sign_out(room.page)
    await expect(room.page).to_have_url(SIGN_IN)
    assert words not in await room.page.evaluate(KEPT)
    assert await room.page.evaluate("() => indexedDB.databases()") == []


async def test_signing_out_asks_before_it_loses_what_is_not_saved(owen: Visitor) -> None:
    room = await owen.staffroom()
    words = new("Not sent yet")
    await owen.context.set_offline(True)
    await room.say(words)
    await sign_out(room.page)
    question = room.page.get_by_role("dialog")
    await expect(question).to_contain_text("1 message is not saved yet.")
    await question.get_by_role("button", name="Stay here").click()
    await expect(question).to_have_count(0)
    await owen.context.set_offline(False)
    await room.sees(words)


async def test_who_signs_in_next_on_the_device_finds_nothing_of_the_person_before(
    owen: Visitor, school: Installation
) -> None:
    room = await owen.staffroom()
    words = new("My own thoughts")
    await room.composer.fill(words)
    await room.page.reload()
    await expect(room.composer).to_have_value(words)
    await owen.context.clear_cookies()
    owen.who = school.person("tom")
    await owen.take_session()
    tom = await owen.staffroom()
    await expect(tom.composer).to_have_value("")
    assert words not in await tom.page.evaluate(KEPT)


async def sign_out(page: Page, how: str = "Sign out") -> None:
    await page.locator("summary", has_text="Your account").click()
    await page.get_by_role("button", name=how, exact=True).click()


async def draft_names(page: Page) -> list[str]:
    names: list[str] = await page.evaluate("() => Object.keys(localStorage).filter(name => name.includes('draft'))")
    return names
