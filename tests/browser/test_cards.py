"""Children at the door in a real browser: a camera that sees a card, a photo of it, a class and pictures."""

import base64
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.browser import axe, measures
from tests.browser.conftest import PLACE, QUIET
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.visitor import PATIENCE_MS, Visit, Visitor
from tests.harness.installation import Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]

REFUSED = "status of 401"
SIDE = 480  # pixels of the picture that the camera sees
# The first card's square, drawn on white as a camera would see it: its brightness, one byte a pixel.
DRAWN = """async side => {
    const svg = new XMLSerializer().serializeToString(document.querySelector('.class-card .qr'))
    const picture = new Image()
    picture.src = 'data:image/svg+xml;base64,' + btoa(svg)
    picture.width = picture.height = side
    await picture.decode()
    const canvas = document.createElement('canvas')
    canvas.width = canvas.height = side
    const context = canvas.getContext('2d')
    context.fillStyle = '#fff'
    context.fillRect(0, 0, side, side)
    context.drawImage(picture, side / 8, side / 8, side * 3 / 4, side * 3 / 4)
    const pixels = context.getImageData(0, 0, side, side).data
    let bright = ''
    for (let place = 0; place < pixels.length; place += 4) bright += String.fromCharCode(pixels[place])
    return [btoa(bright), canvas.toDataURL('image/png').split(',')[1]]
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def tom(school: Installation, visit: Visit) -> Visitor:
    return await visit(school.first, school.person("tom"))


@pytest_asyncio.fixture(loop_scope="session")
async def tablet(school: Installation, visit: Visit) -> Visitor:
    """Nobody is signed in on it."""
    return await visit(school.first, school.person("aisha"), signed_in=False)


async def his_class(tom: Visitor) -> Page:
    page = await tom.open("/classes")
    await page.get_by_role("link", name="4A", exact=True).click()
    return page


async def new_card(page: Page, name: str) -> tuple[bytes, bytes]:
    """A child's new card as the camera sees it, and as a PNG."""
    await page.get_by_role("button", name=f"New card {name}").click()
    await expect(page.locator(".class-card")).to_have_count(1)
    assert await axe.violations(page) == []
    bright, png = await page.evaluate(DRAWN, SIDE)
    return base64.b64decode(bright), base64.b64decode(png)


async def sound(page: Page, *, smallest: int = 0) -> None:
    """The page breaks no rule of accessibility, fits a small phone, and its controls fit a child's finger."""
    for colours in ("light", "dark"):
        await page.emulate_media(color_scheme=colours, reduced_motion="reduce")
        assert await axe.violations(page) == [], colours
    size = page.viewport_size
    await page.set_viewport_size({"width": 320, "height": 640})
    assert [*await measures.sideways(page), *await measures.small_targets(page)] == []
    boxes = [await each.bounding_box() for each in await page.locator(".tile, [data-size=child]:visible").all()]
    assert all(box and min(box["width"], box["height"]) >= smallest for box in boxes)
    assert size is not None
    await page.set_viewport_size(size)


async def says_yes(page: Page, name: str) -> None:
    await expect(page.get_by_role("heading", name="Is this you?")).to_be_visible()
    await expect(page.locator(".child-name")).to_have_text(name)
    await page.get_by_role("button", name="Yes, that is me").click()


@pytest_asyncio.fixture(loop_scope="session")
async def seeing(school: Installation, tmp_path: Path, tom: Visitor) -> AsyncIterator[tuple[Browser, str]]:
    """A browser whose camera sees Ben's new card, and where the server is."""
    bright, _ = await new_card(await his_class(tom), "Ben")
    grey = bytes([128]) * (SIDE * SIDE // 2)
    film = tmp_path / "card.y4m"
    film.write_bytes(f"YUV4MPEG2 W{SIDE} H{SIDE} F5:1 Ip A1:1 C420jpeg\n".encode() + b"FRAME\n" + bright + grey)
    flags = (*QUIET, "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=flags)
        yield chromium, school.first.url
        await chromium.close()


async def test_a_child_holds_the_card_in_front_of_the_camera_and_is_in(seeing: tuple[Browser, str]) -> None:
    browser, url = seeing
    refusing = await (await browser.new_context(**PLACE)).new_page()
    await refusing.goto(f"{url}/card")
    await refusing.get_by_role("button", name="Turn on the camera").click()
    await expect(refusing.get_by_role("status").first).to_contain_text("The camera is not allowed.")

    context = await browser.new_context(**PLACE, permissions=["camera"])
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    await page.goto(f"{url}/sign-in")
    await page.get_by_role("link", name="Sign in with a card").click()
    await sound(page, smallest=64)
    await page.get_by_role("button", name="Turn on the camera").click()
    await expect(page).to_have_url(f"{url}/card/you")
    await sound(page, smallest=64)
    await says_yes(page, "Ben")
    await expect(page).to_have_url(f"{url}/")
    await expect(page.locator(".account-name")).to_have_text("Ben")


async def test_a_photo_of_the_card_does_where_there_is_no_camera(tom: Visitor, tablet: Visitor, tmp_path: Path) -> None:
    _, png = await new_card(await his_class(tom), "Aisha")
    page = await tablet.open("/card")
    await page.get_by_role("button", name="Turn on the camera").click()
    await expect(page.get_by_role("status").first).to_contain_text("There is no camera here.")
    photo = tmp_path / "photo.png"
    photo.write_bytes(png)
    await page.locator("input[type=file]").set_input_files(photo)
    await says_yes(page, "Aisha")
    await expect(page.locator(".account-name")).to_have_text("Aisha")


async def test_a_poster_opens_the_class_and_three_pictures_the_door(tom: Visitor, tablet: Visitor) -> None:
    page = await his_class(tom)
    await sound(page)
    await page.get_by_role("button", name="Make the code").click()
    code = await page.locator(".class-code").inner_text()
    await page.get_by_role("button", name="New pictures Aisha").click()
    words = [re.sub(r"^\d\. ", "", each) for each in await page.locator(".told-pictures li").all_inner_texts()]

    tablet.complaints.forgive(REFUSED)
    page = await tablet.open(f"/sign-in/class#{code}")
    await page.get_by_role("link", name="Aisha").click()
    await sound(page, smallest=64)
    for word in ("apple", "apple", "key" if words[2] != "key" else "moon"):
        await page.get_by_role("button", name=word, exact=True).click()
    await expect(page.get_by_role("button", name="Come in")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("Those are not your pictures. Try again.")
    assert code.replace("-", "") not in page.url
    for word in words:
        await page.get_by_role("button", name=word, exact=True).press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.locator(".account-name")).to_have_text("Aisha")
