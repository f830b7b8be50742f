"""Beginning sessions: those who come in together are let in by one transaction.

Every commit waits for the disk, and SQLite has one writer: a class that comes in must not stand before each message of
those who are in already. See docs/decisions/sessions.md.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from accounts import sessions, throttle
from accounts.audit.log import Happened, record_all
from accounts.audit.whereabouts import all_whereabouts
from accounts.sessions import Fresh
from storage.batching import Batcher
from storage.clock import Clock
from storage.database import AWAY, Database, Transaction

MOST_TOGETHER: Final = 16  # few enough that a message which comes meanwhile hardly waits for them

# Tells a person's other devices, in their own room's log: (transaction, person, kind, body, milliseconds).
Announce = Callable[[Transaction, str, str, dict[str, Any], int], None]
# What happens in the transaction that begins a session, before it: (transaction, milliseconds).
First = Callable[[Transaction, int], None]


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who has shown who they are. `tried`: the subject whose wrong tries are forgotten, if any.

    `first`: work of the same transaction; a Refusal from it begins no session.
    """

    person: str
    method: str
    strong: bool
    device: str
    address: str
    tried: str = ""
    first: First | None = None


class Beginning:
    """Begins sessions, each with an outcome of its own."""

    def __init__(self, database: Database, clock: Clock, announce: Announce) -> None:
        self._database = database
        self._clock = clock
        self._announce = announce
        self._batcher: Batcher[Arrival, str] = Batcher(self._begin, MOST_TOGETHER)

    def submit(self, arrival: Arrival) -> "asyncio.Future[str]":
        """A future of the session's token, known once it is committed."""
        return self._batcher.submit(arrival)

    async def _begin(self, arrivals: Sequence[Arrival]) -> Sequence[str | BaseException]:
        try:
            return await self._database.write(self._start, arrivals, self._clock.now_ms())
        except AWAY as error:  # to try each of them alone would only make all wait for the database in turn
            return [error for _ in arrivals]

    def _start(self, tx: Transaction, arrivals: Sequence[Arrival], now_ms: int) -> list[str]:
        """All of them or none: where one is refused, the batcher runs each again by itself."""
        for each in sorted(arrivals, key=lambda each: each.person):  # a fixed order, or two servers could wait
            if each.first:
                each.first(tx, now_ms)
        throttle.succeed_all(tx, {each.tried for each in arrivals if each.tried}, now_ms)
        where = all_whereabouts(tx.connection, [(each.person, each.address) for each in arrivals])
        fresh = [
            Fresh(each.person, each.device, each.method, each.strong, inside)
            for each, (_, inside) in zip(arrivals, where, strict=True)
        ]
        tokens = sessions.start_all(tx, fresh, now_ms)
        self._end_surplus(tx, [each.person for each in arrivals], now_ms)
        schools = [school for school, _ in where]
        record_all(tx, [_told(each, of) for each, of in zip(fresh, schools, strict=True)], now_ms)
        return tokens

    def _end_surplus(self, tx: Transaction, people: Sequence[str], now_ms: int) -> None:
        for person_id, which in sorted(sessions.surplus(tx.connection, people, now_ms).items()):
            end_sessions(tx, person_id, which, self._announce, now_ms)


def end_sessions(tx: Transaction, person_id: str, which: Sequence[str], announce: Announce, now_ms: int) -> None:
    """End these sessions of a person; their connections close at once."""
    if which:
        sessions.end(tx, which, now_ms)
        announce(tx, person_id, "session_ended", {"sessions": sorted(which)}, now_ms)


def _told(fresh: Fresh, school: str) -> Happened:
    detail = {"method": fresh.method, "strong": fresh.strong}
    return Happened(school, "signed_in", fresh.person, fresh.person, fresh.in_school, detail)
