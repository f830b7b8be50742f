"""JavaScript is off, blocked or not there yet: reading, writing and leaving work by links and forms."""

import re

import pytest_asyncio
from playwright.async_api import Locator, Page, Request, expect

from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.room_page import RoomPage
from tests.browser.visitor import Visit, Visitor, new
from tests.harness.installation import Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]

NO_SCRIPT = {"java_script_enabled": False}
REFUSED = r"Failed to load resource: the server responded with a status of 4"


@pytest_asyncio.fixture(loop_scope="session")
async def sandra(school: Installation, visit: Visit) -> Visitor:
    return await visit(school.first, school.person("sandra"), options=NO_SCRIPT)


async def test_signing_in_leads_to_where_one_wanted_to_go_and_signing_out_ends_it(
    school: Installation, visit: Visit
) -> None:
    visitor = await visit(school.first, school.person("megan"), signed_in=False, options=NO_SCRIPT)
    page = await visitor.open(f"/rooms/{school.staffroom}")
    await visitor.sign_in(page)
    await expect(page).to_have_url(f"{visitor.url}/rooms/{school.staffroom}")
    await page.locator("summary", has_text="Your account").click()
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await expect(page).to_have_url(f"{visitor.url}/sign-in")
    await page.goto(f"{visitor.url}/rooms/{school.staffroom}")
    await expect(page).to_have_url(re.compile("/sign-in"))


async def test_a_wrong_password_says_so_and_keeps_the_name(school: Installation, visit: Visit) -> None:
    visitor = await visit(school.first, school.person("megan"), signed_in=False, options=NO_SCRIPT)
    visitor.complaints.forgive(REFUSED)
    page = await visitor.open("/sign-in")
    await page.get_by_label("School").fill("oakfield")
    await page.get_by_label("Name").fill("megan")
    await page.get_by_label("Password").fill("not this one")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_have_text("The school, the name or the password is not right.")
    await expect(page.get_by_label("Name")).to_have_value("megan")
    await expect(page.get_by_label("Password")).to_have_value("")


async def test_one_posts_replies_edits_and_removes(sandra: Visitor, school: Installation, visit: Visit) -> None:
    daniel = await (await visit(school.last, school.person("daniel"))).staffroom()
    page = await sandra.open(f"/rooms/{school.staffroom}")
    text, answer, better = new("By a form"), new("An answer"), new("A better answer")
    await write(page, text)
    await daniel.sees(text)
    await act(page, text, "reply")
    await expect(page.get_by_text("Replying to Sandra Bell")).to_be_visible()
    await write(page, answer)
    await expect(daniel.message(answer).locator("a.quote")).to_contain_text(text)
    await act(page, answer, "edit")
    await expect(RoomPage(page).composer).to_have_value(answer)
    await write(page, better)
    await daniel.sees(better)
    place = await daniel.message(better).get_attribute("id")
    await act(page, better, "remove")
    await page.get_by_role("textbox", name="Reason").fill("It was wrong")
    await page.get_by_role("button", name="Remove").click()
    await expect(page.locator(f"#{place}")).to_contain_text("This message was removed.")
    await expect(daniel.page.locator(f"#{place}")).to_contain_text("This message was removed.")
    assert better not in await page.content()
    assert school.query("SELECT reason FROM evidence WHERE reason = 'It was wrong'")


async def test_a_text_that_is_refused_comes_back_with_the_reason(sandra: Visitor, school: Installation) -> None:
    sandra.complaints.forgive(REFUSED)
    page = await sandra.open(f"/rooms/{school.staffroom}")
    long = new("x" * 8001)
    await write(page, long)
    await expect(page.get_by_role("alert")).to_contain_text("This is too long.")
    await expect(RoomPage(page).composer).to_have_value(long)
    short = new("Shorter")
    await write(page, short)
    await expect(message(page, short)).to_be_visible()


async def test_an_edit_that_is_refused_stays_an_edit(sandra: Visitor, school: Installation) -> None:
    sandra.complaints.forgive(REFUSED)
    page = await sandra.open(f"/rooms/{school.staffroom}")
    text, better = new("Before"), new("After")
    await write(page, text)
    await act(page, text, "edit")
    await write(page, "y" * 8001)
    await expect(page.get_by_role("alert")).to_contain_text("This is too long.")
    await write(page, better)
    await expect(message(page, better)).to_be_visible()
    await expect(message(page, text)).to_have_count(0)


async def test_a_form_that_is_sent_twice_posts_once(sandra: Visitor, school: Installation) -> None:
    page = await sandra.open(f"/rooms/{school.staffroom}")
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    text = new("Clicked twice")
    await RoomPage(page).composer.fill(text)
    await page.get_by_role("button", name="Send").dblclick()
    await expect(message(page, text)).to_have_count(1)
    again = await page.request.post(
        sent[0].url, data=sent[0].post_data or "", headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert again.ok
    await page.reload()
    await expect(message(page, text)).to_have_count(1)
    assert len(school.query(f"SELECT seq FROM message WHERE text = '{text}'")) == 1


async def test_a_form_whose_session_ended_leads_to_the_sign_in_page(school: Installation, visit: Visit) -> None:
    visitor = await visit(school.first, school.person("sandra"), options=NO_SCRIPT)
    visitor.complaints.forgive(REFUSED)
    page = await visitor.open(f"/rooms/{school.staffroom}")
    await visitor.context.clear_cookies()
    await RoomPage(page).composer.fill(new("Too late"))
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("Please sign in first.")).to_be_visible()


async def write(page: Page, text: str) -> None:
    await RoomPage(page).composer.fill(text)
    await page.get_by_role("button", name=re.compile("Send|Save")).click()


async def act(page: Page, text: str, action: str) -> None:
    """Follow one of a message's links; the page is loaded anew."""
    await message(page, text).hover()
    if action != "reply":
        await message(page, text).locator("summary").click()
    await message(page, text).locator(f'[data-act="{action}"]:visible').click()


def message(page: Page, text: str) -> Locator:
    return RoomPage(page).message(text)
