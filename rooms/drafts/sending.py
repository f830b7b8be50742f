"""Messages whose time has come are sent: each once, whichever server is first, and judged as of that moment."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import msgspec
import structlog
from sqlalchemy import Connection, delete, select, update

from accounts.sessions import own_room_of
from realtime.connection import Caller
from realtime.refusal import Refusal
from rooms import announcing, grants
from rooms.drafts import model
from rooms.drafts.model import scheduled
from rooms.posts import LONGEST_TEXT
from rooms.turn import GroupCommit, Handler, Job, Outcome
from storage.clock import Clock
from storage.database import Database, Transaction
from storage.rows import AnyRow

EVERY: Final = 0.5  # seconds
MOST_AT_ONCE: Final = 100

log = structlog.get_logger()


class Sending:
    """Looks for messages that are due. `post`: how a message is posted by whoever is there."""

    def __init__(self, database: Database, clock: Clock, secret: bytes, post: Handler[Any]) -> None:
        self._database = database
        self._clock = clock
        self._secret = secret
        self._post = post

    async def watch(self) -> None:
        """For as long as the process lives."""
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("looking for messages that are due failed")
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Send everything that is due by now; one that fails unforeseen keeps no other from going."""
        for each in await self._database.read(due, self._clock.now_ms()):
            try:
                await self._database.write(self._send, each)
            except Exception:
                log.exception("a message that was due could not be sent", scheduled=each)

    def _send(self, tx: Transaction, scheduled_id: str) -> None:
        now_ms = self._clock.now_ms()
        row = _claimed(tx.connection, scheduled_id, now_ms)
        if row is None:
            return  # another server had it, or it was called off
        outcome = self._posted(tx, row, now_ms)
        if isinstance(outcome, Refusal):
            _refused(tx, row, outcome, now_ms)
        else:
            tx.connection.execute(delete(scheduled).where(scheduled.c.id == row.id))
            body = {"scheduled": row.id, "room": row.room_id, "message": outcome["message"]}
            announcing.to_own_room(tx, row.person_id, "scheduled_sent", body, now_ms)

    def _posted(self, tx: Transaction, row: AnyRow, now_ms: int) -> Outcome:
        """As if the person sent it now: the same rights, the same key, the same event."""
        said: Mapping[str, Any] = {
            name: value
            for name, value in (("room", row.room_id), ("key", row.key), ("text", row.text),
                                ("reply_to", row.reply_to), ("thread", row.thread))
            if value is not None
        }  # fmt: skip
        command = msgspec.convert(said, self._post.command)
        absent = Caller(row.person_id, row.person_id, own_room_of(row.person_id), {})
        return GroupCommit(tx, self._secret, now_ms, load=grants.load_absent).run([Job(absent, command, self._post)])[0]


def due(connection: Connection, now_ms: int) -> list[str]:
    """The messages whose time has come, the oldest first."""
    chosen = select(scheduled.c.id).where(scheduled.c.due_ms <= now_ms)
    return list(connection.scalars(chosen.order_by(scheduled.c.due_ms, scheduled.c.id).limit(MOST_AT_ONCE)))


def _claimed(connection: Connection, scheduled_id: str, now_ms: int) -> AnyRow | None:
    """The message, if it is still due; nobody else can take it while this transaction lasts."""
    of = (scheduled.c.id == scheduled_id) & (scheduled.c.due_ms <= now_ms)
    return connection.execute(select(scheduled).where(of).with_for_update(skip_locked=True)).first()


def _refused(tx: Transaction, row: AnyRow, refusal: Refusal, now_ms: int) -> None:
    """It stays among what the person scheduled, with the reason, and its words are a draft again."""
    refused = {"due_ms": None, "refused": refusal.message}
    tx.connection.execute(update(scheduled).where(scheduled.c.id == row.id).values(**refused))
    about = row.thread or ""
    before = model.kept(tx.connection, row.person_id, row.room_id, about)
    both = row.text if before is None else f"{before.text}\n{row.text}"
    if len(both) <= LONGEST_TEXT:
        version = model.put(tx.connection, row.person_id, row.room_id, about, both, row.reply_to, now_ms)
        kept = {"room": row.room_id, "about": about, "version": version}
        announcing.to_own_room(tx, row.person_id, "draft_kept", kept, now_ms)
    body = {"scheduled": row.id, "room": row.room_id, "code": refusal.code}
    announcing.to_own_room(tx, row.person_id, "scheduled_refused", body, now_ms)
