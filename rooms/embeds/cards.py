"""Cards of links: after a message with a link to a host that the school allows, what that page says of itself."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final

import msgspec
import structlog
from sqlalchemy import Connection, Select, delete, select, update

from accounts import settings
from accounts.model import school
from config import Rate
from realtime.limits import Limits
from rooms import log
from rooms.embeds import model
from rooms.embeds.model import link_card
from rooms.embeds.reading import EmbedFault, Page, Reader
from rooms.embeds.rules import first_link, is_of, site_of
from rooms.model import event, room
from rooms.posting import Posted
from rooms.posts import message, message_id
from rooms.turn import Turn
from storage.clock import Clock
from storage.database import Database, Transaction
from storage.rows import AnyRow
from web.outside import Outside, OutsideFault, Terms

LOOK_EVERY: Final = 1.0  # seconds
AT_ONCE: Final = 4
LEASE_MS: Final = 60 * 1000  # longer than fetching and reading take; then another server may try
FRESH_MS: Final = 24 * 3600 * 1000  # how long what a page said is taken for what it says
KEPT_MS: Final = 7 * FRESH_MS
TOO_LATE_MS: Final = 10 * 60 * 1000  # a card that comes later than that after its message surprises only
BY: Final = ""  # nobody in particular
TERMS: Final = Terms(
    seconds=8, largest=512 * 1024, redirects=3, types=frozenset({"text/html", "application/xhtml+xml"}),
    packed=True, cut=True,
)  # fmt: skip
RATES: Final[Mapping[str, Rate]] = {"person": Rate(10, 1 / 60), "room": Rate(30, 1 / 20)}

log_of_server = structlog.get_logger()


def want_card(turn: Turn, posted: Posted) -> Mapping[str, Any]:
    """Note that this message may get a card. Which link is meant is looked at later: the writer does not wait."""
    if "https://" in posted.text or "http://" in posted.text:
        turn.insert(link_card, (posted.room, turn.next_seq(), turn.who.id, None, turn.now_ms, None, "", ""))
    return {}


def take_cards(tx: Transaction, room_id: str, seqs: Sequence[int], _by: str, _now_ms: int) -> None:
    """The cards of messages that go: nothing of what their links said stays in the log."""
    made = {row.made_seq: row.seq for row in model.forget_cards(tx, room_id, seqs)}
    for made_seq, seq in made.items():
        body = {"message": message_id(room_id, seq), "removed": True}
        of = (event.c.room_id == room_id) & (event.c.seq == made_seq)
        tx.connection.execute(update(event).where(of).values(body=msgspec.json.encode(body).decode()))


@dataclass(frozen=True)
class _Wanted:
    url: str
    hosts: Sequence[str]


class Cards:
    """Every server runs it: what one takes the others leave alone."""

    def __init__(self, database: Database, clock: Clock, outside: Outside, reader: Reader) -> None:
        self._database = database
        self._clock = clock
        self._outside = outside
        self._reader = reader
        self._limits = Limits(RATES, time.monotonic)
        self._tidied_ms = 0

    async def run(self) -> None:
        """For as long as the process lives."""
        while True:
            try:
                await self.look()
                await self._tidy()
            except Exception:
                log_of_server.exception("looking for cards failed")  # the same cards are due the next time
            await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> int:
        """Make the cards that are due; gives how many messages were looked at."""
        due = await self._database.read(model.cards_due, self._clock.now_ms(), AT_ONCE)
        return sum(await asyncio.gather(*(self._make(row.room_id, row.seq) for row in due)))

    async def _make(self, room_id: str, seq: int) -> bool:
        now_ms = self._clock.now_ms()
        row = await self._database.write(model.claim_card, room_id, seq, now_ms, now_ms + LEASE_MS)
        if row is None:
            return False
        wanted = await self._database.read(_wanted, row, now_ms)
        page = Page() if wanted is None else await self._page(wanted.url, wanted.hosts, row)
        if wanted is None or not page.title:
            await self._database.write(_give_up, row)
        else:
            await self._database.write(_settle, row, wanted.url, page, self._clock.now_ms())
        return True

    async def _page(self, url: str, hosts: Sequence[str], row: AnyRow) -> Page:
        """What a page says of itself; nothing, if it says nothing or cannot be asked."""
        now_ms = self._clock.now_ms()
        known = await self._database.read(model.page_known, url, now_ms - FRESH_MS)
        if known is not None:
            return Page(known.title, known.text)
        if self._limits.wait("person", row.author_id) or self._limits.wait("room", row.room_id):
            return Page()
        page = await self._ask(url, hosts)
        await self._database.write(model.keep_page, url, page.title, page.text, now_ms)
        return page

    async def _ask(self, url: str, hosts: Sequence[str]) -> Page:
        terms = replace(TERMS, may_ask=lambda address: is_of(address, hosts))  # where redirects lead too
        try:
            answer = await self._outside.ask("GET", url, terms, {"Accept": "text/html"})
            return await self._reader.page(answer) if answer.status == HTTPStatus.OK else Page()
        except (OutsideFault, EmbedFault):
            return Page()

    async def _tidy(self) -> None:
        now_ms = self._clock.now_ms()
        if now_ms - self._tidied_ms > FRESH_MS:
            self._tidied_ms = now_ms
            await self._database.write(model.forget_pages, now_ms - KEPT_MS)


def _wanted(connection: Connection, row: AnyRow, now_ms: int) -> _Wanted | None:
    """The link of which a card is made; None if there is none that the school allows, or no message any more."""
    found = connection.execute(_of_message(row)).first()
    if found is None or found.removed_ms is not None or now_ms - found.at_ms > TOO_LATE_MS:
        return None
    hosts = settings.decoded(found.settings).card_hosts
    url = first_link(found.text, hosts)
    return None if url is None else _Wanted(url, hosts)


def _of_message(row: AnyRow) -> Select[Any]:
    of = (message.c.room_id == row.room_id) & (message.c.seq == row.seq)
    return (
        select(message.c.text, message.c.removed_ms, message.c.at_ms, school.c.settings)
        .join(room, room.c.id == message.c.room_id)
        .join(school, school.c.id == room.c.school_id)
        .where(of, room.c.closed_ms.is_(None))
    )


def _give_up(tx: Transaction, row: AnyRow) -> None:
    of = (link_card.c.room_id == row.room_id) & (link_card.c.seq == row.seq)
    tx.connection.execute(delete(link_card).where(of))


def _settle(tx: Transaction, row: AnyRow, url: str, page: Page, now_ms: int) -> None:
    """Show the card to the room, unless the message went meanwhile: then its row went with it."""
    log.lock(tx.connection, [row.room_id])
    head = log.heads(tx.connection, [row.room_id])[row.room_id]
    of = (link_card.c.room_id == row.room_id) & (link_card.c.seq == row.seq) & link_card.c.made_seq.is_(None)
    made = {"url": url, "title": page.title, "text": page.text}
    values = {**made, "due_ms": None, "made_seq": head + 1}
    if tx.connection.execute(update(link_card).where(of).values(values)).rowcount:
        body = {"message": message_id(row.room_id, row.seq), **made, "site": site_of(url)}
        log.append(tx, row.room_id, "link_card_made", BY, now_ms, body)
