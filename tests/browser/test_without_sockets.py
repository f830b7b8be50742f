"""A network that breaks WebSockets: the same conversation by requests and long poll."""

import pytest_asyncio
from playwright.async_api import WebSocketRoute, expect

from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.room_page import RoomPage
from tests.browser.visitor import Visit, new
from tests.harness.installation import Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]

POLLING = "Working without a live connection. Messages may take a moment."


@pytest_asyncio.fixture(loop_scope="session")
async def behind_a_proxy(school: Installation, visit: Visit) -> RoomPage:
    """Amara, where every WebSocket is closed as soon as it is open."""
    visitor = await visit(school.first, school.person("amara"))
    await visitor.context.route_web_socket("**/live", hang_up)
    room = RoomPage(await visitor.open(f"/rooms/{school.staffroom}"))
    await expect(room.line).to_have_text(POLLING)
    return room


async def test_two_people_talk_though_one_has_no_live_connection(
    behind_a_proxy: RoomPage, school: Installation, visit: Visit
) -> None:
    amara = behind_a_proxy
    daniel = await (await visit(school.last, school.person("daniel"))).staffroom()
    question, answer, better = new("Can you hear me?"), new("Loud and clear"), new("Loud and clear, over")
    await amara.said(question)
    await daniel.reply(question, answer)
    await amara.sees(answer)
    await daniel.edit(answer, better)
    await amara.sees(better)
    await amara.edit(question, question + "!")
    await daniel.sees(question + "!")
    await amara.remove(question + "!")
    await expect(daniel.message(question + "!")).to_have_count(0)
    await daniel.remove(better)
    await expect(amara.message(better)).to_have_count(0)
    assert await amara.ids() == await daniel.ids()


async def test_what_they_read_is_marked_as_read(behind_a_proxy: RoomPage, school: Installation, visit: Visit) -> None:
    other_device = await visit(school.last, school.person("amara"))
    await other_device.read_everything(school.head(school.staffroom))
    home = await other_device.open("/")
    daniel = await (await visit(school.last, school.person("daniel"))).staffroom()
    text = new("News")
    await daniel.said(text)
    await behind_a_proxy.sees(text)
    await expect(home.locator(f'[data-room="{school.staffroom}"] [data-part="unread"]')).to_be_hidden()


async def test_the_corridor_counts_new_messages_too(school: Installation, visit: Visit) -> None:
    leila = await visit(school.first, school.person("leila"))
    await leila.read_everything(school.head(school.staffroom))
    await leila.context.route_web_socket("**/live", hang_up)
    home = await leila.open("/")
    daniel = await (await visit(school.last, school.person("daniel"))).staffroom()
    await daniel.said(new("News"))
    await expect(home.locator(f'[data-room="{school.staffroom}"] [data-part="unread"]')).to_have_text("1 new")


async def hang_up(socket: WebSocketRoute) -> None:
    await socket.close()
