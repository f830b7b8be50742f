"""One person at one browser, which shares nothing with anybody else's."""

import itertools
from collections.abc import Mapping
from typing import Any, Protocol

from playwright.async_api import BrowserContext, Page, expect

from tests.browser.complaints import Complaints
from tests.browser.room_page import RoomPage
from tests.harness.api import COOKIE, SignIn
from tests.harness.live import Place

PATIENCE_MS = 10_000
_numbers = itertools.count(1)
expect.set_options(timeout=PATIENCE_MS)


class Visit(Protocol):
    """Opens a browser for a person, who is signed in unless `signed_in` says otherwise; closed after the test."""

    async def __call__(
        self, server: Place, who: SignIn, *, signed_in: bool = True, options: Mapping[str, Any] | None = None
    ) -> "Visitor": ...


class Visitor:
    """A browser context with the tabs that the test opens in it."""

    def __init__(self, context: BrowserContext, url: str, who: SignIn) -> None:
        self.context = context
        self.url = url
        self.who = who
        self.complaints = Complaints(context, url)
        context.set_default_timeout(PATIENCE_MS)

    async def take_session(self) -> None:
        """Be signed in without the form."""
        await self.context.add_cookies([{"name": COOKIE, "value": self.who.token, "url": self.url}])

    async def open(self, path: str = "/") -> Page:
        """A new tab."""
        page = await self.context.new_page()
        await page.goto(self.url + path)
        return page

    async def staffroom(self) -> RoomPage:
        """The staffroom in a new tab, connected."""
        room = RoomPage(await self.open(f"/rooms/{self.who.staffroom}"))
        await room.connected()
        return room

    async def read_everything(self, head: int) -> None:
        """As if they had been in the staffroom a moment ago, and in their other rooms too."""
        me = await (await self.context.request.get(f"{self.url}/api/v1/me")).json()
        marks = [f"{each['id']}:{each['head']}" for each in me["rooms"] if each["id"] != self.who.staffroom]
        place = {"room": me["own_room"], "marks": [*marks, f"{self.who.staffroom}:{head}"]}
        assert (await self.context.request.post(f"{self.url}/api/v1/commands/read_all", data=place)).ok

    async def sign_in(self, page: Page) -> None:
        """Fill in the form that is on the page."""
        await page.get_by_label("School").fill(self.who.school)
        await page.get_by_label("Name").fill(self.who.name)
        await page.get_by_label("Password").fill(self.who.password)
        await page.get_by_role("button", name="Sign in", exact=True).click()


def new(sentence: str) -> str:
    """The sentence with a number: no other test says the same in a room that tests share."""
    return f"{sentence} ({next(_numbers)})"
