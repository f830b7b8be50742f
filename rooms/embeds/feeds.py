"""Fetching rooms' feeds: every half an hour, by one server, and telling the room when there is something new."""

import asyncio
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

import msgspec
import structlog
from sqlalchemy import select, update

from rooms import log
from rooms.embeds import model
from rooms.embeds.model import feed
from rooms.embeds.reading import EmbedFault, Feed, Reader, Trouble
from rooms.embeds.rules import due_again_ms, has_news, newest, site_of
from storage.clock import Clock
from storage.database import Database, Transaction
from storage.rows import AnyRow
from web.outside import Answer, Outside, OutsideFault, Terms, media_type

LOOK_EVERY: Final = 2.0  # seconds
AT_ONCE: Final = 4  # feeds
LEASE_MS: Final = 2 * 60 * 1000  # longer than fetching and reading take; then another server may try
BY: Final = ""  # nobody in particular
LONGEST_MARK: Final = 300  # characters of an ETag
TYPES: Final = frozenset(
    {
        "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/xml", "text/xml",
        "application/x-rss+xml", "text/rss+xml",
    }
)  # fmt: skip
PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})
TERMS: Final = Terms(seconds=20, largest=2 * 1024 * 1024, redirects=3, types=TYPES, packed=True)

FIRST_TERMS: Final = replace(TERMS, types=TYPES | PAGES)

log_of_server = structlog.get_logger()


class Feeds:
    """Every server runs it: what one takes the others leave alone."""

    def __init__(self, database: Database, clock: Clock, outside: Outside, reader: Reader) -> None:
        self._database = database
        self._clock = clock
        self._outside = outside
        self._reader = reader

    async def run(self) -> None:
        """For as long as the process lives."""
        while True:
            try:
                await self.look()
            except Exception:
                log_of_server.exception("looking for feeds failed")  # the same feeds are due the next time
            await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> int:
        """Fetch what is due; gives how many feeds that were."""
        due = await self._database.read(model.feeds_due, self._clock.now_ms(), AT_ONCE)
        taken = await asyncio.gather(*map(self._fetch, due))
        return sum(taken)

    async def _fetch(self, feed_id: str) -> bool:
        now_ms = self._clock.now_ms()
        row = await self._database.write(model.claim_feed, feed_id, now_ms, now_ms + LEASE_MS)
        if row is None:
            return False
        try:
            await self._settle(row)
        except (OutsideFault, EmbedFault) as fault:
            trouble: Trouble = fault.reason if isinstance(fault, OutsideFault) else fault.trouble
            await self._database.write(_failed, row, trouble, self._clock.now_ms())
        return True

    async def _settle(self, row: AnyRow) -> None:
        """Ask for a feed and keep what it says. The first time it may be a page, which says where its feed is."""
        first = row.checked_ms is None and row.failures == 0
        answer = await self._outside.ask("GET", row.url, FIRST_TERMS if first else TERMS, _headers(row))
        if first and answer.status == HTTPStatus.OK and media_type(answer.headers) in PAGES:
            page = await self._reader.page(answer)
            if page.feed is None or not await self._database.write(_leads_to, row, page.feed, self._clock.now_ms()):
                raise EmbedFault("type")
            return
        found = None if answer.status == HTTPStatus.NOT_MODIFIED else await self._reader.feed(_good(answer))
        await self._database.write(_answered, row, answer, found, self._clock.now_ms())


def _headers(row: AnyRow) -> dict[str, str]:
    asked = {"Accept": ", ".join(sorted(TYPES))}
    if row.etag:
        asked["If-None-Match"] = row.etag
    if row.modified:
        asked["If-Modified-Since"] = row.modified
    return asked


def _good(answer: Answer) -> Answer:
    if answer.status != HTTPStatus.OK:
        raise EmbedFault("status")
    return answer


def _failed(tx: Transaction, row: AnyRow, trouble: Trouble, now_ms: int) -> None:
    """What was shown is shown on; who keeps the room is told what is wrong."""
    failures = row.failures + 1
    due_ms = due_again_ms(row.id, now_ms, failures)
    values = {"failures": failures, "trouble": trouble, "due_ms": due_ms}
    tx.connection.execute(update(feed).where(feed.c.id == row.id).values(values))


def _leads_to(tx: Transaction, row: AnyRow, url: str, now_ms: int) -> bool:
    """Take the feed for the page that was given, and fetch it next; not if the room has it already."""
    known = tx.connection.scalar(select(feed.c.id).where(feed.c.room_id == row.room_id, feed.c.url == url))
    if known is not None:
        return False
    # A failure, so that what it leads to is asked as a feed and not for a further one.
    values = {"url": url, "failures": 1, "due_ms": now_ms}
    tx.connection.execute(update(feed).where(feed.c.id == row.id).values(values))
    return True


def _answered(tx: Transaction, row: AnyRow, answer: Answer, found: Feed | None, now_ms: int) -> None:
    """Keep what the feed says; None: what it said before."""
    log.lock(tx.connection, [row.room_id])
    values: dict[str, Any] = {
        "failures": 0,
        "trouble": None,
        "checked_ms": now_ms,
        "due_ms": due_again_ms(row.id, now_ms, 0),
    }
    before, after = model.entries_of(row), [] if found is None else newest(found.entries or (), now_ms)
    if found is not None:
        values |= {
            "title": found.title, "entries": msgspec.json.encode(after).decode(),
            "etag": _mark(answer, "etag"), "modified": _mark(answer, "last-modified"),
        }  # fmt: skip
    still = tx.connection.execute(update(feed).where(feed.c.id == row.id).values(values)).rowcount
    if still and has_news(before, after):
        body = {"feed": row.id, "title": found.title if found else "", "site": site_of(row.url)}
        log.append(tx, row.room_id, "feed_changed", BY, now_ms, body)


def _mark(answer: Answer, name: str) -> str | None:
    """What the site wants to hear the next time, if it can be sent back."""
    given = answer.headers.get(name, "")
    return given if 0 < len(given) <= LONGEST_MARK and given.isascii() and given.isprintable() else None
