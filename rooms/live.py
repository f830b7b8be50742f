"""What the hub asks of rooms: may this person follow, what came after, where do they stand."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from accounts import sessions
from accounts.rights import may
from realtime.hub import Admission, Ask
from realtime.protocol import Event
from rooms import grants, log
from storage.batching import Batcher
from storage.clock import Clock
from storage.database import Database

PLAIN: Final = "plain"  # the audience that is told less
Views = Mapping[str, Callable[[Event], Event]]

_MEMBERSHIP = frozenset({"member_added", "member_removed"})
_OWN = frozenset({"session_ended", "access_changed"})


class _AboutPerson(Struct):
    person: str


class LiveRooms:
    """The hub's window on the database. Questions that wait together are asked together."""

    def __init__(
        self, database: Database, clock: Clock, redacting: Collection[str] = (), plainly: Views | None = None
    ) -> None:
        """`redacting`: the kinds of events that take something out of the log. `plainly`: those of which learners,
        guardians and visitors are told less, and what that is.
        """
        self._database = database
        self._clock = clock
        self._redacting = frozenset(redacting)
        self._plainly = dict(plainly or {})
        self._asks: Batcher[Ask, Mapping[str, Admission]] = Batcher(self._admit_all)
        self._reads: Batcher[tuple[str, int, int], Sequence[Event]] = Batcher(self._read_all)

    async def admit(self, ask: Ask) -> Mapping[str, Admission]:
        """Of the rooms asked about, those that the person may follow now."""
        return await self._asks.submit(ask)

    async def after(self, room: str, after: int, limit: int) -> Sequence[Event]:
        return await self._reads.submit((room, after, limit))

    async def heads(self, rooms: Collection[str]) -> Mapping[str, int]:
        return await self._database.read(log.heads, rooms)

    async def ended(self, session_ids: Collection[str]) -> Mapping[str, int]:
        return await self._database.read(sessions.ended, session_ids, self._clock.now_ms())

    def concerns(self, event: Event) -> str | None:
        if event.kind in _MEMBERSHIP:
            return msgspec.json.decode(event.body, type=_AboutPerson).person
        return "p" + event.room[1:] if event.kind in _OWN else None

    def redacts(self, event: Event) -> bool:
        return event.kind in self._redacting

    def view(self, event: Event, audience: str) -> Event:
        """The event as it is sent to an audience; partner schools will see less, too."""
        if audience != PLAIN or event.kind not in self._plainly:
            return event
        return self._plainly[event.kind](event)

    async def _admit_all(self, asks: Sequence[Ask]) -> Sequence[Mapping[str, Admission]]:
        return await self._database.read(_admit, asks, self._clock.now_ms())

    async def _read_all(self, reads: Sequence[tuple[str, int, int]]) -> Sequence[Sequence[Event]]:
        return await self._database.read(_read, reads)


def _admit(connection: Connection, asks: Sequence[Ask], now_ms: int) -> list[Mapping[str, Admission]]:
    asked = ((ask, room) for ask in asks for room in ask.rooms)
    pairs = [(n, ask.person, ask.session, room, None) for n, (ask, room) in enumerate(asked)]
    loaded = iter(grants.load_to_read(connection, pairs, now_ms))
    at = datetime.fromtimestamp(now_ms / 1000, UTC)
    return [
        {room: admission for room in ask.rooms if (admission := _admission(next(loaded), at)) is not None}
        for ask in asks
    ]


def _admission(grant: grants.Grant, at: datetime) -> Admission | None:
    if may(grant.who, "read", grant.place, at) is not None:
        return None
    presence = may(grant.who, "presence", grant.place, at) is None
    full = grant.who.rights.kinds.get(grant.who.role) in ("staff", "governor")
    place = grant.place
    school = "" if place is None or place.kind == "person" else place.school
    return Admission(
        grant.head, grant.floor, "home" if full else PLAIN, presence=presence, school=school,
        windowed=bool(school) and _is_windowed(grant, at),
    )  # fmt: skip


def _is_windowed(grant: grants.Grant, at: datetime) -> bool:
    """Whether the clock has a say in who may write there, or a pause that will end."""
    kind = "" if grant.place is None else grant.place.kind
    lines = grant.who.rights.lines.get((grant.who.role, "write", kind), ())
    if kind == "thread" or any(line.window is not None for line in lines):
        return True
    return may(grant.who, "write", grant.place, at) == "paused"


def _read(connection: Connection, reads: Sequence[tuple[str, int, int]]) -> list[Sequence[Event]]:
    return [log.after(connection, *each) for each in reads]
