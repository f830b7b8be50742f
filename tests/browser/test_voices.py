"""A voice note from one browser to another, in a thread on a small screen; and a message that is read aloud."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.axe import violations
from tests.browser.conftest import chromium
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.room_page import RoomPage
from tests.browser.visitor import Visit, Visitor, new
from tests.harness.installation import Installation
from tests.rooms.files import samples

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]

SMALL = {"viewport": {"width": 320, "height": 640}}
NOT_ALLOWED = "() => Promise.reject(new DOMException('', 'NotAllowedError'))"
REFUSING = f"() => {{ navigator.mediaDevices.getUserMedia = {NOT_ALLOWED}; }}"
# A device with a voice of its own and one that would be sent the text; what is spoken is written down.
VOICES = """
window.spoken = [];
Object.defineProperty(window, "speechSynthesis", {value: {
  getVoices: () => [
    {name: "Remote", lang: "en-GB", localService: false}, {name: "Own", lang: "en-US", localService: true},
  ],
  speak: (said) => window.spoken.push([said.voice.name, said.text]), cancel: () => window.spoken.push("stopped"),
}});
window.SpeechSynthesisUtterance = function (text) { this.text = text; };
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One whose microphone hears something, and which lets pages listen."""
    async with chromium("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream") as launched:
        yield launched


async def thread(visitor: Visitor, school: Installation, name: str) -> str:
    """The thread of somebody with this person."""
    me = await (await visitor.context.request.get(f"{visitor.url}/api/v1/me")).json()
    said = {"key": str(uuid4()), "room": me["own_room"], "people": [school.person(name).person]}
    answer = await visitor.context.request.post(f"{visitor.url}/api/v1/commands/start_thread", data=said)
    assert answer.ok, await answer.text()
    made: str = (await answer.json())["made"]
    return made


async def test_a_voice_note_is_recorded_heard_sent_and_played_slowly(school: Installation, visit: Visit) -> None:
    leila = await visit(school.first, school.person("leila"), options=SMALL)
    tom = await visit(school.last, school.person("tom"), options=SMALL)
    of = await thread(leila, school, "tom")
    page = await leila.open(f"/rooms/{of}")
    await RoomPage(page).connected()
    record, panel = (
        page.get_by_role("button", name="Record a voice note"),
        page.get_by_role("region", name="Voice note"),
    )
    await record.click()
    await expect(panel).to_contain_text("0:58")
    assert await violations(page) == []
    await panel.get_by_role("button", name="Discard").click()
    await expect(panel).to_be_hidden()
    await expect(record).to_be_focused()
    await record.click()
    await expect(panel).to_contain_text("0:58")
    await panel.get_by_role("button", name="Stop").click()
    await expect(panel.get_by_role("button", name="Send")).to_be_focused()
    await expect(panel.locator("audio[controls]")).to_have_js_property("paused", True)
    assert await violations(page) == []
    await page.keyboard.press("Enter")
    heard = RoomPage(await tom.open(f"/rooms/{of}"))
    await expect(heard.log).to_have_count(1)
    await expect(heard.log).to_contain_text("Voice note (0:0")
    player = heard.log.locator("audio")
    await heard.log.get_by_role("button", name="Slow", exact=True).click()
    await player.evaluate("each => each.play()")
    assert await player.evaluate("each => [each.playbackRate, each.error, each.autoplay]") == [0.5, None, False]
    assert await violations(heard.page) == []
    assert await heard.page.evaluate("document.documentElement.scrollWidth") == 320
    await heard.page.locator('[data-part="choose"]').set_input_files(
        {"name": "heron.jpg", "mimeType": "image/jpeg", "buffer": samples.photo((300, 200))}
    )
    await heard.page.get_by_role("textbox", name="What does the picture show?").fill("A heron")
    text = new("Look")
    await heard.said(text)
    await expect(RoomPage(page).message(text).get_by_role("img", name="A heron")).to_be_visible()
    await page.evaluate(REFUSING)
    await record.click()
    await expect(panel).to_contain_text("allow the microphone")


async def test_a_message_is_read_by_a_voice_of_the_device_or_not_at_all(school: Installation, visit: Visit) -> None:
    leila = await visit(school.first, school.person("leila"))
    await leila.context.add_init_script(VOICES)
    of = await thread(leila, school, "daniel")
    page = await leila.open(f"/rooms/{of}")
    room = RoomPage(page)
    await room.connected()
    english, hebrew = new("The hall is free"), new("שלום לכולם")
    await room.said(english)
    await room.said(hebrew)
    for word in ("Read aloud", "Stop reading"):
        await room.message(english).hover()
        await room.message(english).locator("summary").click()
        await room.message(english).get_by_role("button", name=word).click()
    assert await page.evaluate("window.spoken") == ["stopped", ["Own", english], "stopped"]
    await room.message(hebrew).hover()
    await room.message(hebrew).locator("summary").click()
    await expect(room.message(hebrew)).to_contain_text("This device has no voice")
    await expect(room.message(hebrew).locator('[data-part="aloud"]')).to_be_hidden()
