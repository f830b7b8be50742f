"""Asking for help without a network, reporting a message in two taps, and the team's inbox as it changes."""

from playwright.async_api import Page, expect

from tests.browser.axe import violations
from tests.browser.complaints import LOST_CONNECTION
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.visitor import Visit, new
from tests.harness.installation import Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]

KEPT = """async () => {
    const names = (await caches.keys()).filter(name => name.startsWith('corridor-pages:'))
    for (const name of names) if (await (await caches.open(name)).match('/help')) return true
    return false
}"""
PHONE = {"viewport": {"width": 320, "height": 640}}


async def ask(page: Page, text: str) -> None:
    await page.get_by_label("Write something, if you like").fill(text)
    await page.get_by_role("button", name="Send").click()


NOTHING_WAITS = "() => !Object.keys(localStorage).some(name => name.startsWith('corridor:help:'))"


async def test_what_a_child_asks_offline_is_kept_and_sent_once_on_return(school: Installation, visit: Visit) -> None:
    visitor = await visit(school.first, school.person("chloe"), options=PHONE)
    visitor.complaints.forgive(LOST_CONNECTION)
    page = await visitor.open()
    await page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    await page.reload()
    await page.wait_for_function(KEPT)
    await visitor.context.set_offline(True)
    await page.get_by_role("link", name="I need help").click()
    text = new("I am stuck on the bus")
    await ask(page, text)
    await expect(page.get_by_text("It goes by itself when the network is back")).to_be_visible()
    await page.close()
    again = await visitor.open("/help")
    await expect(again.get_by_text("Not sent yet", exact=True)).to_be_visible()
    assert school.query(f"SELECT seq FROM message WHERE text = '{text}'") == []
    await visitor.context.set_offline(False)
    await again.wait_for_function(NOTHING_WAITS)  # the page comes back by itself, and may be loaded anew
    assert len(school.query(f"SELECT seq FROM message WHERE text = '{text}'")) == 1


async def test_signing_out_asks_before_it_forgets_a_call_that_is_not_sent(school: Installation, visit: Visit) -> None:
    visitor = await visit(school.first, school.person("chloe"))
    visitor.complaints.forgive(LOST_CONNECTION)
    page = await visitor.open("/help")
    await visitor.context.set_offline(True)
    await ask(page, new("Kept"))
    await page.locator(".masthead-end > summary").click()
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.get_by_role("dialog").get_by_role("button").first.click()
    assert await page.evaluate("() => Object.keys(localStorage).some(name => name.startsWith('corridor:help:'))")


async def test_a_report_takes_two_taps_and_the_inbox_shows_it_without_reload(
    school: Installation, visit: Visit
) -> None:
    head = await visit(school.first, school.person("amara"))
    inbox = await head.open("/safeguarding")
    leila = await (await visit(school.first, school.person("leila"))).staffroom()
    daniel = await (await visit(school.first, school.person("daniel"))).staffroom()
    text = new("This was unkind")
    await daniel.said(text)
    await leila.sees(text)
    await leila.message(text).hover()
    await leila.message(text).locator("[data-part=more] > summary").click()
    await leila.message(text).get_by_role("link", name="Report to an adult").click()
    assert await violations(leila.page) == []
    await leila.page.get_by_role("button", name="Send").click()
    await expect(leila.page.get_by_text("It has arrived. You did the right thing.")).to_be_visible()
    assert await violations(leila.page) == []
    found = inbox.get_by_role("link", name="Leila").first
    await expect(found).to_be_visible()
    assert await violations(inbox) == []
    await found.click()
    await expect(inbox.get_by_text(text)).to_be_visible()
    await inbox.get_by_label("What the child reads about it").fill("We talked about it.")
    assert await violations(inbox) == []
    await inbox.get_by_role("button", name="Done").click()
    await expect(leila.page.get_by_text("We talked about it.")).to_be_visible()
