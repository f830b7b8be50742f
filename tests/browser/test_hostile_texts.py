"""Whatever is written is shown as it was written, and does nothing else."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.visitor import Visit, new
from tests.harness.api import Api, new_key
from tests.harness.installation import Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]

PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True}
TEXTS = {
    "an image that acts": "<img src=x onerror=alert(1)>",
    "the end of a script": "</script><script>alert(2)</script>",
    "the end of a template": "</template></textarea></p><b>bold</b>",
    "a link that acts": "javascript:alert(3) and https://example.org/a?b=1&c=<i>",
    "an entity": "&lt;b&gt; &amp;amp; &#x41;",
    "braces": "{{ 7*7 }} {% raw %} ${7*7} %(name)s {name} {count}",
    "right to left": "السلام عليكم، اجتماع الساعة 10 في القاعة",
    "marks that turn the line": "abc \u202e evil \u2066 def \u2069 ghi",
    "both directions": "The word שלום means peace, see שלום 3.",
    "emoji": "👩🏽‍🏫👨‍👩‍👧‍👦🏴󠁧󠁢󠁷󠁬󠁳󠁿 well done 🎉",
    "one long word": "Donaudampfschifffahrt" * 40,
    "a long address": "https://example.org/" + "path/" * 120,
    "many marks on a letter": "Z" + "̷̧̛̣" * 60 + "algo",
    "lines": "one\n\n\n  two   with   spaces\n\tthree",
    "quotes": "\"double\" 'single' `back \\ \\u0041",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
async def test_a_text_is_shown_as_it_is_live_and_after_a_reload_and_on_a_phone(
    school: Installation, visit: Visit, text: str
) -> None:
    amara = await (await visit(school.first, school.person("amara"), options=PHONE)).staffroom()
    sent = new(text)
    async with Api(school.first.url, school.person("daniel").token) as daniel:
        done = await daniel.command("post_message", room=school.staffroom, key=new_key(), text=sent)
        first = amara.page.locator(f"#{done['message']}")
        await daniel.command(
            "post_message", room=school.staffroom, key=new_key(), text=new("Re:"), reply_to=done["message"]
        )
    await expect(first).to_be_visible()
    live = await first.locator(".message-text").evaluate("each => each.textContent")
    await amara.page.reload()
    await amara.connected()
    assert live == await first.locator(".message-text").evaluate("each => each.textContent") == sent
    assert await first.locator(".message-text").evaluate("each => each.querySelectorAll(':not(a)').length") == 0
    assert await sideways(amara.page) == 0


async def test_the_longest_text_is_accepted_and_one_more_character_is_not_sent(
    school: Installation, visit: Visit
) -> None:
    amara = await (await visit(school.first, school.person("amara"), options=PHONE)).staffroom()
    ending = new("end")
    longest = "🙂 " * 3500 + "x" * (8000 - 7000 - len(ending)) + ending
    await amara.composer.fill(longest + "y")
    await expect(amara.page.locator('.composer [data-part="count"]')).to_have_text("1 character too many")
    send = amara.page.get_by_role("button", name="Send")
    await send.click(force=True)
    assert (await amara.composer.input_value()).endswith(ending + "y")
    await amara.composer.fill(longest)
    await expect(amara.page.locator('.composer [data-part="count"]')).to_have_text("0 characters left")
    await send.click()
    await expect(amara.log.last.locator('[data-part="state"]')).to_have_text("Saved")
    assert school.query(f"SELECT length(text) AS long FROM message WHERE text LIKE '%{ending}'") == [{"long": 8000}]
    assert await sideways(amara.page) == 0


async def test_a_name_that_is_hostile_does_nothing(school: Installation, visit: Visit) -> None:
    amara = await visit(school.first, school.person("amara"))
    page = await amara.open('/rooms/"><img src=x onerror=alert(1)>')
    amara.complaints.forgive("status of 404")
    await expect(page.get_by_role("heading")).to_have_text("There is no such door")
    page = await amara.open('/sign-in?back="><script>alert(1)</script>')
    await expect(page).to_have_url(amara.url + "/")


async def sideways(page: Page) -> int:
    """How many pixels of the page are beside the screen."""
    found: int = await page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return found
