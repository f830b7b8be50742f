"""The count of stickies in the masthead of every page, the page of notices, and what a device says of a push."""

import asyncio
import json
from uuid import uuid4

from playwright.async_api import Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.room_page import RoomPage
from tests.browser.visitor import Visit, Visitor
from tests.harness.installation import Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = BROWSER

NARROW = {"viewport": {"width": 320, "height": 640}}
SHOWN = "async () => (await (await navigator.serviceWorker.ready).getNotifications()).map((each) => each.title)"


def never_quiet(school: Installation, name: str) -> None:
    """The tests run at any hour."""
    person = school.person(name).person
    school.execute(f"DELETE FROM quiet_hours WHERE person_id = '{person}'")
    school.execute(f"INSERT INTO quiet_hours (person_id, body) VALUES ('{person}', '{{\"on\": false}}')")


async def does(visitor: Visitor, command: str, **fields: object) -> dict[str, object]:
    said = {"key": str(uuid4()), **fields}
    answer = await visitor.context.request.post(f"{visitor.url}/api/v1/commands/{command}", data=said)
    assert answer.ok, await answer.text()
    found: dict[str, object] = await answer.json()
    return found


def count(page: Page) -> Locator:
    return page.locator("corridor-stickies [data-part=count]")


async def test_the_count_is_live_on_every_page_and_in_every_tab(school: Installation, visit: Visit) -> None:
    never_quiet(school, "megan")
    amara = await visit(school.first, school.person("amara"))
    megan = await visit(school.last, school.person("megan"), options=NARROW)
    notices, search = await megan.open("/account/notices"), await megan.open("/search")
    room = await megan.staffroom()
    await expect(count(notices)).to_be_hidden()
    me = await (await amara.context.request.get(f"{amara.url}/api/v1/me")).json()
    begun = await does(amara, "start_thread", room=me["own_room"], people=[school.person("megan").person])
    thread = str(begun["made"])
    await does(amara, "post_message", room=thread, text="Have you got the key of the hall?")
    for page in (notices, search, room.page):
        await expect(count(page)).to_have_text("1 new sticky")
    await does(amara, "post_message", room=thread, text="Or is it with Sandra?")
    for page in (notices, search, room.page):
        await expect(count(page)).to_have_text("2 new stickies")
    await expect(notices.locator(".told-toast a")).to_have_text("Amara Okafor wrote to you")
    assert "key of the hall" not in await notices.content()
    assert await violations(notices) == []
    await notices.locator(".told-toast a").click()
    await RoomPage(notices).connected()
    for page in (search, room.page):
        await expect(count(page)).to_be_hidden()
    await does(amara, "post_message", room=thread, text="Found it.")
    await expect(notices.get_by_text("Found it.")).to_be_visible()
    await expect(notices.locator(".told-toast")).to_have_count(0)  # it is before one's eyes


@ON_SQLITE
async def test_a_device_says_that_something_waits_until_it_is_read(school: Installation, visit: Visit) -> None:
    tom = await visit(school.first, school.person("tom"))
    await tom.context.grant_permissions(["notifications"], origin=school.first.url)
    page = await tom.open("/account/notices")
    await page.evaluate("() => navigator.serviceWorker.ready")
    session = await tom.context.new_cdp_session(page)
    found: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def registered(said: dict[str, list[dict[str, str]]]) -> None:
        if said["registrations"] and not found.done():
            found.set_result(said["registrations"][0]["registrationId"])

    session.on("ServiceWorker.workerRegistrationUpdated", registered)
    await session.send("ServiceWorker.enable")

    async def push(kind: str) -> None:
        data = json.dumps({"kind": kind, "tag": "t1"})
        of = {"origin": school.first.url, "registrationId": await asyncio.wait_for(found, 10)}
        await session.send("ServiceWorker.deliverPushMessage", {**of, "data": data})

    await push("sticky")
    await page.wait_for_function(f"async () => (await ({SHOWN})()).join() === 'There is a new sticky for you'")
    await push("help")  # of the same thread: it takes the place of the other
    await page.wait_for_function(f"async () => (await ({SHOWN})()).join() === 'Somebody asks for help'")
    await push("close")
    await page.wait_for_function(f"async () => (await ({SHOWN})()).length === 0")
