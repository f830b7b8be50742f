"""Mails that are due: the one that asks whether an address is right, and digests. Each is sent once, by one server.

A mail is claimed in one transaction, sent outside of any, and settled in another. A server that dies between the two
leaves it due a while later, under the same Message-ID.
"""

import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Final, NamedTuple, Protocol

import structlog
from sqlalchemy import Connection, select, update

from accounts.model import person, school
from accounts.rights import may
from config import MailSettings
from rooms import grants
from rooms.telling import letters, model, rules
from rooms.telling.allowing import may_be_told, quiet_for
from rooms.telling.letters import Links
from rooms.telling.model import mail_choice
from rooms.telling.pushing import Count
from storage.clock import Clock
from storage.database import Database, Transaction
from storage.rows import AnyRow
from web.pages import Pages

AT_ONCE: Final = 20
SECONDS: Final = 30
FIRST_PERMANENT: Final = 500

log = structlog.get_logger()


class Refused(Exception):  # noqa: N818 - an answer
    """There is no such address, or it takes nothing from us."""


class Carrier(Protocol):
    """Takes a mail; Refused where trying again is of no use, OSError where it may be."""

    async def carry(self, letter: EmailMessage) -> None: ...


class SMTP:
    """The school's own mail server. `tls`: whom to trust, if not whom the machine trusts."""

    def __init__(self, settings: MailSettings, tls: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._tls = tls

    async def carry(self, letter: EmailMessage) -> None:
        import aiosmtplib  # noqa: PLC0415 - only where mail is sent

        of = self._settings
        try:
            await aiosmtplib.send(
                letter, hostname=of.host, port=of.port, username=of.user, password=of.password, timeout=SECONDS,
                use_tls=of.tls == "tls", start_tls=of.tls == "starttls", tls_context=self._tls,
            )  # fmt: skip
        except aiosmtplib.SMTPRecipientsRefused as refused:
            if all(each.code >= FIRST_PERMANENT for each in refused.recipients):
                raise Refused from None
            raise OSError("the address was put off") from None
        except aiosmtplib.SMTPException as failed:
            raise OSError(type(failed).__name__) from None


class Digest(NamedTuple):
    """A mail that this server has taken on."""

    person: str
    address: str
    language: str
    nonce: str
    slot_ms: int  # for when it was due
    tries: int
    many: int | None  # of stickies that wait; None: it asks whether the address is right
    zone: str


class Mailing:
    """Sends what is due."""

    def __init__(
        self, database: Database, clock: Clock, links: Links, pages: Pages, carrier: Carrier, sender: str, count: Count
    ) -> None:
        self._database = database
        self._clock = clock
        self._links = links
        self._pages = pages
        self._carrier = carrier
        self._sender = sender
        self._count = count

    async def look(self) -> int:
        """Send everything that is due by now; gives how many were looked at."""
        due = await self._database.read(model.due_ids, mail_choice, "person_id", self._clock.now_ms(), AT_ONCE)
        for each in due:
            digest = await self._database.write(claim, each, self._clock.now_ms())
            if digest is not None:
                outcome = await self._sent(digest)
                self._count("mail", outcome)
                await self._database.write(settled, digest, outcome, self._clock.now_ms())
        return len(due)

    async def _sent(self, digest: Digest) -> str:
        try:
            await self._carrier.carry(self.letter(digest))
        except Refused:
            return "bounced"
        except (OSError, ValueError) as fault:
            log.warning("a mail could not be sent", why=str(fault))
            return "later"
        return "sent"

    def letter(self, digest: Digest) -> EmailMessage:
        now_ms, count = self._clock.now_ms(), digest.many
        if count is None:
            words = letters.words_of(self._pages, digest.language, "confirm")
            link = self._links.verify(digest.person, digest.nonce, now_ms + rules.VERIFY_MS)
            stop = ""
        else:
            shown = str(count) if count < model.MOST_COUNTED else f"{model.MOST_COUNTED - 1}+"
            words = letters.words_of(self._pages, digest.language, "digest", count=count, shown=shown)
            link, stop = self._links.home(), self._links.stop(digest.person, digest.nonce)
        identity = f"{digest.nonce}.{digest.slot_ms}"
        return letters.letter(words, digest.language, self._sender, digest.address, link, stop, identity, now_ms)


def claim(tx: Transaction, person_id: str, now_ms: int) -> Digest | None:
    """The mail that this person is to get now, if there is one; of two servers one gets it."""
    row = _held(tx.connection, person_id, now_ms)
    if row is None:
        return None
    about = tx.connection.execute(
        select(person.c.preferences, school.c.zone)
        .join(school, school.c.id == person.c.school_id)
        .where(person.c.id == person_id)
    ).one()
    further = None
    if row.verified_ms is not None:
        further = rules.next_digest_ms(row.digest, row.hour, about.zone, now_ms)
    if row.off_ms is not None or not may_be_told(tx.connection, person_id, "mail", now_ms):
        _put(tx, person_id, due_ms=further if row.off_ms is None else None)
        return None
    count = None
    if row.verified_ms is not None:
        until_ms = quiet_for(tx.connection, person_id, "thread", now_ms)
        if until_ms is not None:
            _put(tx, person_id, due_ms=until_ms)
            return None
        count, news = waiting(tx.connection, person_id, row.sent_ms or 0, now_ms)
        if not news:
            _put(tx, person_id, due_ms=further, tries=0)
            return None
    _put(tx, person_id, due_ms=rules.again_ms(now_ms, row.tries + 1), tries=row.tries + 1)
    language = letters.language_of(about.preferences)
    slot_ms = row.due_ms - row.due_ms % rules.HOUR_MS  # the same when it is tried again
    return Digest(person_id, row.address, language, row.nonce, slot_ms, row.tries + 1, count, about.zone)


def waiting(connection: Connection, person_id: str, since_ms: int, now_ms: int) -> tuple[int, bool]:
    """How many stickies somebody has not read in all threads, and whether one has come since a moment."""
    count, news = 0, False
    threads = model.threads_of(connection, person_id, now_ms)
    pairs = [(n, person_id, person_id, each.room, None) for n, each in enumerate(threads)]
    at = datetime.fromtimestamp(now_ms / 1000, UTC)
    for each, grant in zip(threads, grants.load_absent(connection, pairs, now_ms), strict=True):
        if may(grant.who, "read", grant.place, at) is None:
            unread = model.unread_in(connection, each, person_id)
            count += unread.many if unread else 0
            news = news or (unread is not None and unread.at_ms > since_ms)
    return min(count, model.MOST_COUNTED), news


def settled(tx: Transaction, digest: Digest, outcome: str, now_ms: int) -> None:
    """How it went. An address that refuses mail three times is left alone until its person says otherwise."""
    of = (mail_choice.c.person_id == digest.person) & (mail_choice.c.nonce == digest.nonce)
    row = tx.connection.execute(select(mail_choice).where(of)).first()
    if row is None:
        return  # another address meanwhile, or none
    further = None
    if row.verified_ms is not None:
        further = rules.next_digest_ms(row.digest, row.hour, digest.zone, now_ms)
    if outcome == "sent":
        _put(tx, digest.person, due_ms=further, tries=0, bounces=0, sent_ms=now_ms)
    elif outcome == "bounced":
        off = row.bounces + 1 >= rules.MOST_BOUNCES or row.verified_ms is None
        changed = {"bounces": row.bounces + 1, "tries": 0, "off_ms": now_ms if off else None}
        _put(tx, digest.person, due_ms=None if off else further, **changed)
    elif digest.tries >= rules.MAIL_TRIES:
        _put(tx, digest.person, due_ms=further, tries=0)


def _held(connection: Connection, person_id: str, now_ms: int) -> AnyRow | None:
    of = (mail_choice.c.person_id == person_id) & (mail_choice.c.due_ms <= now_ms)
    return connection.execute(select(mail_choice).where(of).with_for_update(skip_locked=True)).first()


def _put(tx: Transaction, person_id: str, **values: int | None) -> None:
    tx.connection.execute(update(mail_choice).where(mail_choice.c.person_id == person_id).values(**values))
