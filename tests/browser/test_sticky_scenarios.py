"""The scenarios of stickies, played in browsers: with a live connection and without, on each kind of database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.browser.axe import violations
from tests.browser.marks import BROWSER
from tests.browser.room_page import RoomPage
from tests.browser.visitor import Visit, Visitor, new
from tests.harness import Redis
from tests.harness.installation import Installation, Template, installed

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = BROWSER

PHONE = {"viewport": {"width": 320, "height": 640}}
MONDAY_AT_TEN, SATURDAY_AT_TEN = "2026-11-23T10:00:00+00:00", "2026-11-28T10:00:00+00:00"
WAYS = pytest.mark.parametrize("sockets", [True, False], ids=["sockets", "polling"])


@pytest.fixture(scope="module")
def at_school(
    template: Template, shared_redis: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Servers whose clock says Monday, ten in the morning."""
    with at(MONDAY_AT_TEN, template, shared_redis, tmp_path_factory.mktemp("at-school")) as made:
        yield made


@pytest.fixture(scope="module")
def at_home(
    template: Template, shared_redis: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Servers whose clock says Saturday, ten in the morning: classmates may write to each other."""
    with at(SATURDAY_AT_TEN, template, shared_redis, tmp_path_factory.mktemp("at-home")) as made:
        yield made


@contextmanager
def at(moment: str, template: Template, shared_redis: Redis, folder: Path) -> Iterator[Installation]:
    redis = None if template.kind == "sqlite" else shared_redis
    with installed(template, folder, {"CORRIDOR_CLOCK": moment, "CORRIDOR_LONG_POLL": "2"}, redis) as made:
        yield made


@WAYS
async def test_a_quiet_child_writes_to_her_teacher_and_the_next_day_again(
    school: Installation, visit: Visit, *, sockets: bool
) -> None:
    dev = await visitor(visit, school.first, school, "dev", sockets=sockets)
    leila = await visitor(visit, school.last, school, "leila", sockets=sockets, options=PHONE)
    words, answer, again = new("I read to my nan today"), new("What did you read?"), new("The book about foxes")
    board = await leila.open("/stickies")
    dev_s = RoomPage(await begin(dev, "Leila Haddad"))
    await expect(dev_s.page.get_by_text("can see")).not_to_have_count(0)
    await dev_s.said(words)
    note = board.locator(".note", has_text=words)
    await expect(note).to_be_visible()
    await note.locator(".note-open").click()
    leila_s = RoomPage(board)
    await leila_s.sees(words)
    await expect(dev_s.page.locator('[data-part="receipt"]', has_text="Read")).to_be_visible()
    await leila_s.said(answer)
    await dev_s.sees(answer)
    await dev_s.said(again)
    await leila_s.sees(again)
    assert await dev_s.ids() == await leila_s.ids()
    chloe = await visit(school.first, school.person("chloe"))
    thread = dev_s.page.url.rsplit("/", 1)[-1]
    gone = await chloe.context.request.get(f"{chloe.url}/rooms/{thread}")
    assert gone.status == 404
    assert thread not in await (await chloe.context.request.get(f"{chloe.url}/api/v1/me")).text()


@WAYS
async def test_in_school_time_classmates_wait_and_on_a_snow_day_they_need_not(
    at_school: Installation, visit: Visit, *, sockets: bool
) -> None:
    chloe = await visitor(visit, at_school.first, at_school, "chloe", sockets=sockets)
    dev = await visitor(visit, at_school.last, at_school, "dev", sockets=sockets)
    priya = await visit(at_school.first, at_school.person("priya"))
    room = RoomPage(await begin(chloe, "Dev"))
    await expect(room.page.locator('[data-part="window"]')).to_contain_text("You can write to Dev again at 15:30 today")
    thread, words = room.page.url.rsplit("/", 1)[-1], new("Shall we play after school?")
    refused = await chloe.context.request.post(
        f"{chloe.url}/api/v1/commands/post_message",
        data={"room": thread, "key": "6f1c2f8e-7a51-4f0e-9d3c-1f2e3d4c5b6a", "text": words},
    )
    said = await refused.json()
    assert (said["code"], said["opens_at"]) == ("window_closed", "2026-11-23T15:30:00+00:00")
    await room.composer.fill(words)
    settings = await priya.open("/administration/windows")
    await open_now(settings)
    await expect(room.page.locator('[data-part="window"]')).to_be_hidden()
    await expect(room.composer).to_have_value(words)
    await room.composer.press("Enter")
    await expect(room.logged(words)).to_have_count(1)
    board = await dev.open("/stickies")
    await expect(board.locator(".note", has_text=words)).to_be_visible()
    await end_it(settings)
    await expect(room.page.locator('[data-part="window"]')).to_be_visible()


async def test_a_report_reaches_the_team_and_tells_the_other_nothing(at_home: Installation, visit: Visit) -> None:
    ben, aisha = await visit(at_home.first, at_home.person("ben")), await visit(at_home.last, at_home.person("aisha"))
    ruth = await visit(at_home.last, at_home.person("ruth"), options=PHONE)
    inbox = await ruth.open("/safeguarding")
    theirs = RoomPage(await begin(ben, "Aisha"))
    unkind = new("Nobody likes your drawing")
    await theirs.said(unkind)
    thread = theirs.page.url.rsplit("/", 1)[-1]
    before = await knows(ben)
    hers = RoomPage(await aisha.open(f"/rooms/{thread}"))
    await hers.sees(unkind)
    await hers.choose(unkind, "Report to an adult")
    await hers.page.get_by_role("button", name="Send").last.click()
    await expect(inbox.locator(".concern", has_text="Aisha")).to_be_visible()
    await theirs.remove(unkind)
    await expect(theirs.logged(unkind)).to_have_count(0)
    heard = [row["kind"] for row in at_home.events(before["own_room"]) if row["seq"] > before["own_head"]]
    assert set(heard) <= {"room_read"}  # what he did himself
    await inbox.locator(".concern", has_text="Aisha").get_by_role("link").first.click()
    await expect(inbox.locator(".frozen [data-reported]")).to_contain_text(unkind)
    assert await violations(inbox) == []
    await inbox.get_by_label("What the child reads").fill("Thank you for telling us.")
    await inbox.get_by_role("button", name="looked at").click()
    helped = await aisha.open("/help")
    await expect(helped.get_by_text("Thank you for telling us.")).to_be_visible()


async def test_who_looks_gives_a_reason_and_is_on_record(at_home: Installation, visit: Visit) -> None:
    chloe, ruth = await visit(at_home.first, at_home.person("chloe")), await visit(at_home.last, at_home.person("ruth"))
    words = new("Do you want to swap cards?")
    room = RoomPage(await begin(chloe, "Dev"))
    await room.said(words)
    thread = room.page.url.rsplit("/", 1)[-1]
    look = await ruth.open(f"/oversight/rooms/{thread}")
    await expect(look.get_by_text(words)).to_have_count(0)
    await look.get_by_role("radio").first.check()
    await look.get_by_role("textbox").first.fill("A parent asked us to")
    await look.get_by_role("button", name="Look").click()
    await expect(look.get_by_text(words)).to_be_visible()
    assert await violations(look) == []
    looks = at_home.query("SELECT kind FROM audit_log ORDER BY seq DESC LIMIT 20")
    assert any("look" in row["kind"] for row in looks)
    assert (await chloe.context.request.get(f"{chloe.url}/oversight/rooms/{thread}")).status in (403, 404)


async def visitor(
    visit: Visit, server: Any, school: Installation, name: str, *, sockets: bool, options: dict[str, Any] | None = None
) -> Visitor:
    who = await visit(server, school.person(name), options=options)
    if not sockets:
        await who.context.route_web_socket("**/live", hang_up)
    return who


async def hang_up(socket: WebSocketRoute) -> None:
    await socket.close()


async def begin(who: Visitor, name: str) -> Page:
    """From the board to the thread with somebody, as one does it."""
    page = await who.open("/stickies")
    await page.get_by_role("link", name="Write a sticky").click()
    await page.locator("button.sticky-person", has_text=name).click()
    await expect(page.locator("#text")).to_be_attached()
    return page


async def knows(who: Visitor) -> dict[str, Any]:
    """All that the first answer to a client says, but for the time."""
    said: dict[str, Any] = await (await who.context.request.get(f"{who.url}/api/v1/me")).json()
    del said["now"]
    return said


async def open_now(settings: Page) -> None:
    await settings.get_by_label("Why, in a few words").fill("Snow day")
    await settings.get_by_role("button", name="Let it hold").click()


async def end_it(settings: Page) -> None:
    await settings.get_by_role("button", name="End it now").first.click()
