"""Messages whose time has come are sent: each once, whichever server is first, and judged as of that moment.

What waits for an opening goes then. Where it is still closed at that time it waits on, and where it opens sooner it
goes sooner: when a school has changed something, all that waits for it is looked at.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import msgspec
import structlog
from sqlalchemy import Connection, delete, select, update

from accounts.model import person, school
from accounts.sessions import own_room_of
from realtime.connection import Caller
from realtime.protocol import Command
from realtime.refusal import Refusal
from rooms import announcing, grants
from rooms import log as event_log
from rooms.drafts import model
from rooms.drafts.model import scheduled
from rooms.drafts.rules import LOOK_AGAIN_MS
from rooms.posts import LONGEST_TEXT
from rooms.turn import GroupCommit, Handler, Job, Turn
from storage.clock import Clock
from storage.database import AWAY, Database, Transaction
from storage.rows import AnyRow

EVERY: Final = 0.5  # seconds
MOST_AT_ONCE: Final = 100

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be sent now, and in how many seconds the next is due, if that is soon."""

    now: Sequence[str]
    next_in: float


class Sending:
    """Looks for messages that are due. `post`: how a message is posted by whoever is there."""

    def __init__(self, database: Database, clock: Clock, secret: bytes, post: Handler[Any]) -> None:
        self._database = database
        self._clock = clock
        self._secret = secret
        self._post = post
        self._versions: Mapping[str, int] = {}  # of what schools have settled

    async def watch(self) -> None:
        """For as long as the process lives."""
        while True:
            wait = EVERY
            try:
                wait = await self.look()
            except Exception:
                log.exception("looking for messages that are due failed")
            await asyncio.sleep(wait)

    async def look(self) -> float:
        """Send everything that is due by now; gives the seconds until there may be more."""
        await self._heed_changes()
        while True:
            found = await self._database.read(due, self._clock.now_ms())
            taken = await self._send(found.now) if found.now else 0
            if taken < MOST_AT_ONCE:  # else there may be more; where another server has them, it sends them
                return found.next_in

    async def _heed_changes(self) -> None:
        """Where a school has changed something, what waits for it to open is due to be judged."""
        versions = await self._database.read(_versions)
        changed = [each for each, version in versions.items() if self._versions.get(each) != version]
        if changed:
            waits: bool = await self._database.read(_any_wait, changed)
            if waits:
                await self._database.write(_judge_now, changed, self._clock.now_ms())
        self._versions = versions

    async def _send(self, ids: Sequence[str]) -> int:
        """All in one transaction; where that fails each by itself, so that one keeps no other from going.

        Gives how many it took. One that fails unforeseen is tried again later, and stands before no others till then.
        """
        try:
            return await self._database.write(self._send_together, ids)
        except AWAY:
            raise
        except Exception:
            if len(ids) > 1:
                return sum([await self._send([each]) for each in ids])
            log.exception("a message that was due could not be sent", scheduled=ids[0])
            await self._database.write(_wait_until, {ids[0]: self._clock.now_ms() + LOOK_AGAIN_MS})
            return 1

    def _send_together(self, tx: Transaction, ids: Sequence[str]) -> int:
        _hold_rooms(tx.connection, ids)
        now_ms = self._clock.now_ms()
        rows = _claimed(tx.connection, ids, now_ms)
        jobs = [self._job(row) for row in rows]
        outcomes = GroupCommit(tx, self._secret, now_ms, load=grants.load_absent).run(jobs)
        sent: list[str] = []
        waiting: dict[str, int] = {}
        for row, outcome in zip(rows, outcomes, strict=True):
            again_ms = _again(row, outcome, now_ms) if isinstance(outcome, Refusal) else None
            if not isinstance(outcome, Refusal):
                sent.append(row.id)
                if outcome["repeat"]:  # the person's own browser was quicker
                    announcing.to_own_room(tx, row.person_id, "scheduled_sent", _said(row, outcome["message"]), now_ms)
            elif again_ms is not None:
                waiting[row.id] = again_ms
            else:
                _refused(tx, row, outcome, now_ms)
        tx.connection.execute(delete(scheduled).where(scheduled.c.id.in_(sent)))
        _wait_until(tx, waiting)
        return len(rows)

    def _job(self, row: AnyRow) -> Job:
        """As if the person sent it now: the same rights, the same key, the same event."""
        said: Mapping[str, Any] = {
            name: value
            for name, value in (("room", row.room_id), ("key", row.key), ("text", row.text),
                                ("reply_to", row.reply_to), ("thread", row.thread))
            if value is not None
        }  # fmt: skip
        own_room = own_room_of(row.person_id)

        def send(turn: Turn, command: Command) -> None:
            self._post.handle(turn, command)
            turn.append("scheduled_sent", _said(row, turn.body["message"]), own_room)

        handler = replace(self._post, handle=send, also=lambda _, caller: (caller.own_room,))
        absent = Caller(row.person_id, row.person_id, own_room, {})
        return Job(absent, msgspec.convert(said, self._post.command), handler)


def _said(row: AnyRow, message: str) -> dict[str, Any]:
    return {"scheduled": row.id, "room": row.room_id, "message": message}


def due(connection: Connection, now_ms: int) -> Due:
    """The messages whose time has come, the oldest first."""
    soon = now_ms + int(EVERY * 1000)
    chosen = select(scheduled.c.id, scheduled.c.due_ms).where(scheduled.c.due_ms <= soon)
    rows = connection.execute(chosen.order_by(scheduled.c.due_ms, scheduled.c.id).limit(MOST_AT_ONCE)).all()
    next_ms = min((row.due_ms for row in rows if row.due_ms > now_ms), default=soon)
    return Due([row.id for row in rows if row.due_ms <= now_ms], max(0.0, (next_ms - now_ms) / 1000))


def _hold_rooms(connection: Connection, ids: Sequence[str]) -> None:
    """Rooms before rows, as who calls one off has it: else the two would wait for each other."""
    found = connection.execute(select(scheduled.c.room_id, scheduled.c.person_id).where(scheduled.c.id.in_(ids)))
    event_log.lock(connection, {each for row in found for each in (row.room_id, own_room_of(row.person_id))})


def _claimed(connection: Connection, ids: Sequence[str], now_ms: int) -> Sequence[AnyRow]:
    """Those of them that are still due; nobody else can take them while this transaction lasts."""
    of = scheduled.c.id.in_(ids) & (scheduled.c.due_ms <= now_ms)
    ordered = select(scheduled).where(of).order_by(scheduled.c.due_ms, scheduled.c.id)
    return connection.execute(ordered.with_for_update(skip_locked=True)).all()


def _again(row: AnyRow, refusal: Refusal, now_ms: int) -> int | None:
    """When what waits for an opening is looked at again; none if no opening is in sight."""
    if not row.when_open:
        return None
    if refusal.code == "paused":
        return now_ms + LOOK_AGAIN_MS
    opens_at = refusal.more.get("opens_at") if refusal.code == "window_closed" else None
    return None if opens_at is None else max(now_ms + 1, int(datetime.fromisoformat(opens_at).timestamp() * 1000))


def _wait_until(tx: Transaction, moments: Mapping[str, int]) -> None:
    for each, at_ms in moments.items():
        tx.connection.execute(update(scheduled).where(scheduled.c.id == each).values(due_ms=at_ms, at_ms=at_ms))


def _versions(connection: Connection) -> dict[str, int]:
    return {row.id: row.rights_version for row in connection.execute(select(school.c.id, school.c.rights_version))}


def _any_wait(connection: Connection, schools: Sequence[str]) -> bool:
    of = (
        select(scheduled.c.id).join(person, person.c.id == scheduled.c.person_id).where(person.c.school_id.in_(schools))
    )
    waits = scheduled.c.when_open & scheduled.c.due_ms.is_not(None)
    return connection.scalar(of.where(waits).limit(1)) is not None


def _judge_now(tx: Transaction, schools: Sequence[str], now_ms: int) -> None:
    of = select(person.c.id).where(person.c.school_id.in_(schools))
    waits = scheduled.c.when_open & (scheduled.c.due_ms > now_ms) & scheduled.c.person_id.in_(of)
    tx.connection.execute(update(scheduled).where(waits).values(due_ms=now_ms))


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
