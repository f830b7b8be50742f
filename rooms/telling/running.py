"""What a running server does for notices: its way out, and the watch that looks for what is due."""

import asyncio
from typing import Final

import structlog
from starlette.routing import Route

from accounts.frame import Frame
from config import Settings
from rooms.telling.devices import Devices
from rooms.telling.letters import Links
from rooms.telling.mailing import SMTP, Mailing
from rooms.telling.pages import NoticesPages
from rooms.telling.pushing import Count, Pushing
from rooms.telling.settling import settle_all, tidy
from rooms.telling.waiting import WaitingPages
from storage.clock import Clock
from storage.database import Database
from web.outside import Outside
from web.pages import Pages

EVERY: Final = 1.0  # seconds
TIDY_EVERY: Final = 300  # looks

log = structlog.get_logger()


class Telling:
    """Every server runs it: what one takes the others leave alone."""

    def __init__(self, database: Database, clock: Clock, secret: bytes, settings: Settings, count: Count) -> None:
        self.devices = Devices(secret, settings.push_hosts)
        self.links = Links(secret, settings.address)
        self.mails = settings.mail is not None
        self._database = database
        self._clock = clock
        self._settings = settings
        self._count = count
        self._outside = Outside(settings.push_networks)
        self._pushing = Pushing(database, clock, self.devices, self._outside, settings.address, count)

    def routes(self, frame: Frame, epoch: str) -> list[Route]:
        pages = NoticesPages(frame, self.devices, self.links, mails=self.mails)
        return [*WaitingPages(frame, epoch).routes(), *pages.routes()]

    async def watch(self, pages: Pages) -> None:
        """For as long as the process lives. Mails wait for nobody's device, and devices for no mail."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._pushes())
            if self._settings.mail is not None:
                of = self._settings.mail
                mailing = Mailing(
                    self._database, self._clock, self.links, pages, SMTP(of), of.sender, self._count
                )  # fmt: skip
                both.create_task(self._mails(mailing))

    async def _pushes(self) -> None:
        looks = 0
        while True:
            try:
                if looks % TIDY_EVERY == 0:
                    await self._database.write(tidy, self._clock.now_ms())
                looks += 1
                await settle_all(self._database, self._clock.now_ms())
                while await self._pushing.look():
                    pass  # the next few at once
            except Exception:
                log.exception("telling people's devices failed")  # looked for again
            await asyncio.sleep(EVERY)

    async def _mails(self, mailing: Mailing) -> None:
        while True:
            try:
                await mailing.look()
            except Exception:
                log.exception("sending mails failed")
            await asyncio.sleep(EVERY)

    async def close(self) -> None:
        await self._outside.close()
