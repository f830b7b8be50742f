"""What a running server does about its logs by itself: the day's file of heads, and what is kept no longer."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import structlog

from accounts.audit import heads, retention
from accounts.audit.noticing import Noticing
from storage.clock import Clock
from storage.database import Database

EVERY_S: Final = 60.0

log = structlog.get_logger()


class Keeping:
    """Every server may run it: what one has done the others find done."""

    def __init__(self, database: Database, clock: Clock, data: Path, noticing: Noticing) -> None:
        self._database = database
        self._clock = clock
        self._data = data
        self._noticing = noticing
        self._expired_on = ""  # the day on which this process last looked for what is kept no longer

    async def run(self) -> None:
        """Look now and every minute, until cancelled."""
        while True:
            await self.once()
            await asyncio.sleep(EVERY_S)

    async def once(self) -> None:
        """Do what is due. What fails is logged and tried again next time, and keeps nothing else from being done."""
        await _try(self._noticing.sweep)
        await _try(self._export)
        await _try(self._expire)

    async def _export(self) -> None:
        now_ms = self._clock.now_ms()
        if not heads.path_of(self._data, now_ms).exists():
            found = await self._database.read(heads.current)
            await asyncio.to_thread(heads.write, self._data, found, now_ms)

    async def _expire(self) -> None:
        now_ms = self._clock.now_ms()
        today = heads.path_of(self._data, now_ms).stem
        if today != self._expired_on:
            for school in await self._database.read(retention.schools):
                await self._database.write(retention.expire, school, now_ms)
            self._expired_on = today


async def _try(work: Callable[[], Awaitable[None]]) -> None:
    try:
        await work()
    except Exception:
        log.exception("keeping the logs failed")
