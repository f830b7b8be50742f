"""Every page in every state that people meet, by name: opened, and left as it then is."""

from collections.abc import Awaitable, Callable, Mapping

from playwright.async_api import Page, expect

from tests.browser.complaints import LOST_CONNECTION
from tests.browser.room_page import RoomPage
from tests.browser.visitor import Visitor, new

View = Callable[[Visitor], Awaitable[Page]]


async def sign_in(visitor: Visitor) -> Page:
    await visitor.context.clear_cookies(name="corridor_session")
    return await visitor.open("/sign-in")


async def sign_in_error(visitor: Visitor) -> Page:
    page = await sign_in(visitor)
    visitor.complaints.forgive("status of 401")
    await page.locator("#school").fill("oakfield")
    await page.locator("#name").fill("nobody")
    await page.locator("#password").fill("nothing")
    await page.locator("corridor-sign-in form button:not([type])").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    return page


async def home(visitor: Visitor) -> Page:
    page = await visitor.open("/")
    await expect(page.locator(".door, .home-none").first).to_be_visible()
    return page


async def home_menu(visitor: Visitor) -> Page:
    page = await home(visitor)
    await page.locator(".masthead summary").click()
    return page


async def staffroom(visitor: Visitor) -> Page:
    return (await room_of(visitor)).page


async def message_menu(visitor: Visitor) -> Page:
    room = await room_of(visitor)
    text = new("A message with a menu")
    await room.say(text)
    await expect(room.logged(text)).to_be_visible()
    await room.message(text).hover()
    await room.message(text).locator("summary").click()
    return room.page


async def removing(visitor: Visitor) -> Page:
    page = await message_menu(visitor)
    await page.locator('details[open] [data-act="remove"]').click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    return page


async def replying(visitor: Visitor) -> Page:
    room = await room_of(visitor)
    await room.log.last.hover()
    await room.log.last.locator("a.message-reply").click()
    await expect(room.page.locator('[data-part="about"]')).to_be_visible()
    return room.page


async def editing(visitor: Visitor) -> Page:
    page = await message_menu(visitor)
    await page.locator('details[open] [data-act="edit"]').click()
    await expect(page.locator('[data-part="about"]')).to_be_visible()
    return page


async def offline(visitor: Visitor) -> Page:
    room = await room_of(visitor)
    visitor.complaints.forgive(LOST_CONNECTION)
    await visitor.context.set_offline(True)
    await room.say(new("Written offline"))
    await expect(room.line).to_have_attribute("data-state", "offline")
    return room.page


async def too_long(visitor: Visitor) -> Page:
    room = await room_of(visitor)
    await room.composer.fill("long " * 1601)
    await expect(room.page.locator('.composer [data-part="count"][data-over]')).to_be_visible()
    return room.page


async def people(visitor: Visitor) -> Page:
    room = await room_of(visitor)
    await room.page.set_viewport_size({"width": 800, "height": 700})
    await room.page.locator(".room-people-open").click()
    return room.page


async def settings(visitor: Visitor) -> Page:
    return await visitor.open("/account/settings")


async def look_of_school(visitor: Visitor) -> Page:
    return await visitor.open("/administration/look")


async def no_such_room(visitor: Visitor) -> Page:
    visitor.complaints.forgive("status of 404")
    return await visitor.open("/rooms/r0000000000")


async def room_of(visitor: Visitor) -> RoomPage:
    room = RoomPage(await visitor.open(f"/rooms/{visitor.who.staffroom}"))
    await expect(room.line).to_have_attribute("data-state", "live")
    return room


VIEWS: Mapping[str, View] = {
    "sign-in": sign_in,
    "sign-in refused": sign_in_error,
    "corridor": home,
    "account menu": home_menu,
    "staffroom": staffroom,
    "message menu": message_menu,
    "removing": removing,
    "replying": replying,
    "editing": editing,
    "offline": offline,
    "too long": too_long,
    "people": people,
    "settings": settings,
    "look of the school": look_of_school,
    "no such room": no_such_room,
}
