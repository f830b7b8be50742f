"""Tells whoever is connected here when it opens or closes where they may write: at the moment, and never before it.

A little before the moment everybody's answer for it is worked out, so that at the moment frames are ready to go. What a
school changes, an exception or a pause, shows in its `rights_version`. Only this process's own connections are told:
every process does the same for its own.
"""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, TypeVar

import structlog
from msgspec import Raw, structs
from sqlalchemy import Connection, select

from accounts.model import school
from accounts.policy.store import rights_of
from accounts.rights import NOTHING, Rights
from realtime.hub import Hub
from realtime.passing import passing_frame
from realtime.protocol import encode
from realtime.watch import Subscription
from rooms import grants
from rooms.opening.answers import Window
from rooms.opening.rules import is_plain, next_change, windows_of
from rooms.openings import Standing, standing
from storage.clock import Clock, rfc3339
from storage.database import Database

EVERY: Final = 0.5  # seconds between two looks at what schools have settled
AHEAD_MS: Final = 2000  # how long before a moment it is prepared
MOST_AT_ONCE: Final = 200  # judged in one question, or told in one turn of the loop

log = structlog.get_logger()

T = TypeVar("T")
Judged = list[tuple[Subscription, Standing]]


@dataclass(frozen=True, slots=True)
class _Known:
    """What a subscriber was told, and of which moment it is."""

    standing: Standing
    at_ms: int


@dataclass(eq=False)
class _Prepared:
    """Who will be told what at a moment."""

    at_ms: int
    version: int
    judged: Judged


@dataclass(eq=False)
class _School:
    """A school with people here."""

    here: set[Subscription] = field(default_factory=set)
    version: int = -1
    rights: Rights = NOTHING
    windows: frozenset[str] = frozenset()
    open_now: frozenset[str] = frozenset()
    since_ms: int = 0  # what is known from before is old
    all_old: bool = False  # also where no clock has a say: the school has changed something
    next_ms: int | None = None
    prepared: _Prepared | None = None
    timer: asyncio.TimerHandle | None = None


class Watching:
    """Keeps what everybody here knows about where they may write as it is."""

    def __init__(self, database: Database, clock: Clock, hub: Hub) -> None:
        self._database = database
        self._clock = clock
        self._hub = hub
        self._schools: dict[str, _School] = {}
        self._known: dict[Subscription, _Known] = {}
        hub.observers.append(self)

    def followed(self, subscription: Subscription) -> None:
        if subscription.school:
            self._schools.setdefault(subscription.school, _School()).here.add(subscription)

    def unfollowed(self, subscription: Subscription, *, judged: bool) -> None:  # noqa: ARG002 - an Observer's
        self._known.pop(subscription, None)
        of = self._schools.get(subscription.school)
        if of is None:
            return
        of.here.discard(subscription)
        if not of.here:
            del self._schools[subscription.school]
            if of.timer is not None:
                of.timer.cancel()

    async def watch(self) -> None:
        """For as long as the process lives."""
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("looking where one may write failed")  # the next look may succeed
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Tell what has changed since the last look, and prepare what will change before the next."""
        if not self._schools:
            return
        now_ms = self._clock.now_ms()
        for school_id, (version, rights) in (await self._database.read(_settled, list(self._schools))).items():
            of = self._schools.get(school_id)
            if of is None:
                continue
            self._note(of, version, rights, now_ms)
            old = sorted((each for each in of.here if self._is_old(of, each)), key=lambda each: not each.windowed)
            for some in _batches(old):
                self._tell(of, await self._judge(some, now_ms), now_ms)
            of.all_old = False
            if of.next_ms is not None and of.next_ms - now_ms <= AHEAD_MS:
                await self._prepare(of, of.next_ms)

    def _note(self, of: _School, version: int, rights: Rights, now_ms: int) -> None:
        """See whether the school changed something, or a moment has passed."""
        at = datetime.fromtimestamp(now_ms / 1000, UTC)
        if version != of.version:
            of.all_old = of.all_old or of.version >= 0
            of.version, of.rights, of.windows, of.prepared = version, rights, windows_of(rights), None
            of.since_ms = now_ms
        open_now = frozenset(each for each in of.windows if rights.is_open(each, at))
        passed = of.next_ms is not None and now_ms >= of.next_ms
        if passed or open_now != of.open_now or of.since_ms == now_ms:
            self._crossed(of, of.next_ms if passed and of.next_ms is not None else now_ms)
            of.open_now, of.next_ms = open_now, next_change(rights, of.windows, at)

    def _crossed(self, of: _School, at_ms: int) -> None:
        """A moment has come: what was prepared for it goes, the rest is judged again."""
        of.since_ms = max(of.since_ms, at_ms)
        prepared, of.prepared = of.prepared, None
        if prepared is not None and prepared.at_ms == at_ms and prepared.version == of.version:
            self._tell(of, prepared.judged, prepared.at_ms)

    def _is_old(self, of: _School, subscription: Subscription) -> bool:
        known = self._known.get(subscription)
        if of.all_old:
            return True
        return subscription.windowed if known is None else known.at_ms < of.since_ms

    async def _judge(self, subscriptions: Sequence[Subscription], at_ms: int) -> Judged:
        asked = [(each.subscriber.person, each.subscriber.session, each.watch.room) for each in subscriptions]
        found = await self._database.read(_standings, asked, at_ms)
        return [(each, said) for each, said in zip(subscriptions, found, strict=True) if said is not None]

    async def _prepare(self, of: _School, at_ms: int) -> None:
        """Work out what is said at a moment that is near, and set the clock for it."""
        if of.prepared is not None and of.prepared.at_ms == at_ms:
            return
        prepared = _Prepared(at_ms, of.version, [])
        for some in _batches([each for each in of.here if each.windowed]):
            prepared.judged += await self._judge(some, at_ms)
        of.prepared = prepared
        self._set_timer(of, prepared)

    def _set_timer(self, of: _School, prepared: _Prepared) -> None:
        if of.timer is not None:
            of.timer.cancel()
        wait = max(0.0, (prepared.at_ms - self._clock.now_ms()) / 1000)
        of.timer = asyncio.get_running_loop().call_later(wait, self._ring, of, prepared)

    def _ring(self, of: _School, prepared: _Prepared) -> None:
        of.timer = None
        if of.prepared is not prepared or not of.here:
            return
        if self._clock.now_ms() < prepared.at_ms:  # the loop's clock is a little ahead of the day's
            self._set_timer(of, prepared)
            return
        self._hub.spawn(self._tell_in_turns(of, prepared))

    async def _tell_in_turns(self, of: _School, prepared: _Prepared) -> None:
        """Others are served in between."""
        for some in _batches(prepared.judged):
            self._tell(of, some, prepared.at_ms)
            await asyncio.sleep(0)

    def _tell(self, of: _School, judged: Judged, at_ms: int) -> None:
        """Whoever knows something else. Where no clock has a say everybody knows from the page that it is open."""
        bodies: dict[Standing, Raw] = {}
        for subscription, found in judged:
            known = self._known.get(subscription)
            if subscription not in of.here or (known is not None and known.at_ms > at_ms):
                continue
            self._known[subscription] = _Known(found, at_ms)
            if found == known.standing if known is not None else not subscription.windowed and is_plain(found):
                continue
            body = bodies.get(found) or bodies.setdefault(found, _body(found, at_ms))
            room = subscription.watch.room
            first = known is None and subscription.windowed
            subscription.subscriber.put_window(room, passing_frame(room, "window", body), first=first)


def _body(found: Standing, at_ms: int) -> Raw:
    return Raw(encode(Window(*structs.astuple(found), now=rfc3339(at_ms))))


def _settled(connection: Connection, schools: Collection[str]) -> Mapping[str, tuple[int, Rights]]:
    """The version of what each school has settled, and what it is."""
    rows = connection.execute(select(school.c.id, school.c.rights_version).where(school.c.id.in_(schools))).all()
    return {row.id: (row.rights_version, rights_of(connection, row.id, row.rights_version)) for row in rows}


def _standings(connection: Connection, asked: Sequence[tuple[str, str, str]], at_ms: int) -> list[Standing | None]:
    """How it stands at a moment, for people in their sessions and rooms."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    pairs = [(n, person, session, room, None) for n, (person, session, room) in enumerate(asked)]
    return [standing(grant, at) for grant in grants.load(connection, pairs, at_ms)]


def _batches(of: Iterable[T]) -> Iterator[list[T]]:
    some = list(of)
    for start in range(0, len(some), MOST_AT_ONCE):
        yield some[start : start + MOST_AT_ONCE]
