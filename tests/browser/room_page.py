"""A room's page as its reader uses it: what they see, and what they do with mouse and keys."""

from playwright.async_api import Locator, Page, expect

IN_LOG = '[data-part="messages"] > li.message'


class RoomPage:
    """The page of one room in one tab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.composer = page.locator("#text")
        self.line = page.locator('[data-part="line"]')
        self.typing = page.locator('[data-part="typing"]')
        self.news = page.locator('[data-part="news"] button')
        self.people = page.locator("#people .people-one")
        self.log = page.locator(IN_LOG)
        self.pending = page.locator('[data-part="pending"] > li.message')

    async def connected(self) -> None:
        await expect(self.line).to_have_text("Connected")

    def message(self, text: str) -> Locator:
        """Wherever it is shown: in the log, or below it while it is not saved."""
        words = self.page.locator(".message-text").get_by_text(text, exact=True)
        itself = self.page.locator(".message-text", has_text=text).and_(words)
        return self.page.locator("li.message").filter(has=itself)

    def logged(self, text: str) -> Locator:
        return self.page.locator(IN_LOG).and_(self.message(text))

    def state(self, text: str) -> Locator:
        """What the page says became of it."""
        return self.message(text).locator('[data-part="state"]')

    async def say(self, text: str) -> None:
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def said(self, text: str) -> None:
        """Say it, and see that it is saved."""
        await self.say(text)
        await expect(self.state(text)).to_have_text("Saved")
        await expect(self.logged(text)).to_have_count(1)

    async def choose(self, text: str, action: str) -> None:
        """Take an action of a message's menu."""
        await self.message(text).hover()
        await self.message(text).locator("summary").click()
        await self.message(text).get_by_role("link", name=action, exact=True).click()

    async def reply(self, text: str, answer: str) -> None:
        await self.message(text).hover()
        await self.message(text).locator("a.message-reply").click()
        await self.said(answer)

    async def edit(self, text: str, better: str) -> None:
        await self.choose(text, "Edit")
        await self.composer.fill(better)
        await self.composer.press("Enter")

    async def remove(self, text: str, reason: str = "") -> None:
        await self.choose(text, "Remove")
        dialog = self.page.get_by_role("dialog")
        await dialog.get_by_label("Reason").fill(reason)
        await dialog.get_by_role("button", name="Remove").click()

    async def texts(self) -> list[str]:
        """All that the log shows, in order."""
        return await self.page.locator(f"{IN_LOG} .message-text").all_text_contents()

    async def sees(self, text: str) -> None:
        """It is there, as the log has it, once."""
        await expect(self.logged(text)).to_be_visible()
        await expect(self.message(text)).to_have_count(1)

    async def ids(self) -> list[str]:
        found: list[str] = await self.log.evaluate_all("all => all.map(each => each.id)")
        return found
