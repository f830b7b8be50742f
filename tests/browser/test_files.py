"""Files as people send, see and lose them: a broken line, another person's eyes, a removal, a shelf in two tabs."""

import itertools
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.axe import violations
from tests.browser.complaints import LOST_CONNECTION
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.visitor import Visit, new
from tests.harness.installation import Installation
from tests.rooms.files import samples

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]

REFUSED = "status of 400"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "heron.jpg").write_bytes(samples.photo((1200, 800)))
    (tmp_path / "Report.txt").write_text("The hall floor\n" * 80_000)
    (tmp_path / "drawing.svg").write_text("<svg onload='alert(1)'/>")
    return tmp_path


async def break_once(page: Page) -> None:
    """The line breaks under the second part that is brought."""
    count = itertools.count(1)

    async def handle(route: Route) -> None:
        if route.request.method == "PATCH" and next(count) == 2:
            await route.abort("connectionreset")
        else:
            await route.continue_()

    await page.route("**/api/v1/files/*", handle)


async def test_files_arrive_over_a_broken_line_are_seen_by_others_and_vanish_with_their_message(
    school: Installation, visit: Visit, folder: Path
) -> None:
    amara = await visit(school.first, school.person("amara"))
    daniel = await visit(school.last, school.person("daniel"))
    amara.complaints.forgive(LOST_CONNECTION)
    amara.complaints.forgive(REFUSED)
    writer, reader = await amara.staffroom(), await daniel.staffroom()
    await break_once(writer.page)
    rows = writer.page.locator(".tray-row")
    await writer.page.locator('[data-part="choose"]').set_input_files(
        [folder / "heron.jpg", folder / "Report.txt", folder / "drawing.svg"]
    )
    await expect(rows.and_(writer.page.locator('[data-stage="ready"]'))).to_have_count(2)
    refused = rows.filter(has_text="drawing.svg")
    await expect(refused).to_contain_text("SVG drawings cannot be sent here")
    assert await violations(writer.page) == []
    await refused.get_by_role("button", name="Take away: drawing.svg").click()
    await writer.page.get_by_role("textbox", name="What does the picture show?").fill("A heron on the roof")
    text = new("Look who came")
    await writer.said(text)
    picture = reader.message(text).get_by_role("img", name="A heron on the roof")
    await expect(picture).to_have_attribute("width", "160")
    await expect(picture).to_have_attribute("height", "240")
    report = reader.message(text).get_by_role("link", name="Report.txt")
    address = f"{daniel.url}{await report.get_attribute('href')}"
    assert len(await (await daniel.context.request.get(address)).body()) == (folder / "Report.txt").stat().st_size
    assert await violations(reader.page) == []
    await reader.message(text).locator("a.attached-picture").click()
    viewer = reader.page.get_by_role("dialog", name="A heron on the roof")
    await expect(viewer.get_by_role("img")).to_be_in_viewport(ratio=0.9)
    await reader.page.keyboard.press("Escape")
    await writer.remove(text)
    await expect(picture).to_have_count(0)
    await expect(report).to_have_count(0)
    assert (await daniel.context.request.get(address)).status == 404


async def test_a_shelf_is_kept_without_script_and_other_tabs_follow(
    school: Installation, visit: Visit, folder: Path
) -> None:
    sandra = await visit(school.first, school.person("sandra"), options={"java_script_enabled": False})
    daniel = await visit(school.last, school.person("daniel"))
    here = f"/rooms/{school.staffroom}/shelf"
    page, other = await sandra.open(here), await daniel.open(here)
    title = new("Plan of the hall")
    await page.get_by_text("Add a file").click()
    await page.get_by_label("File", exact=True).set_input_files(folder / "heron.jpg")
    await page.get_by_label("Name (optional)").fill(title)
    await page.get_by_role("button", name="Add the file").click()
    await expect(page.get_by_role("link", name=title, exact=True)).to_be_visible()
    await expect(other.get_by_role("link", name=title, exact=True)).to_be_visible()
    assert await violations(other) == []
    await page.get_by_role("link", name=f"More about {title}").click()
    await page.get_by_role("button", name="Remove").click()
    await expect(other.get_by_role("link", name=title, exact=True)).to_have_count(0)
    await page.get_by_role("status").get_by_role("button", name="Put it back").click()
    await expect(other.get_by_role("link", name=title, exact=True)).to_be_visible()
