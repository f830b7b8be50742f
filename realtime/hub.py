"""What this process delivers: hints come in, rows are read, frames go out to whoever follows the room."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol

import structlog

from realtime.catching_up import CatchingUp
from realtime.protocol import CATCH_UP_LIMIT, CloseCode, Event
from realtime.refusal import Refusal
from realtime.watch import Subscriber, Subscription, View, Watch

UNOPENED: Final = -1
TAIL_BUDGET: Final = 64 * 1024 * 1024  # bytes of frames kept for those who come back

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Admission:
    """That somebody may follow a room, as which audience, and where its log stands."""

    head: int
    floor: int
    audience: str = "home"
    presence: bool = False  # may see who is here, and be seen
    school: str = ""  # whose settings say who may write; empty where nobody's do
    windowed: bool = False  # the clock may change whether they may write


@dataclass(frozen=True, slots=True)
class Ask:
    """Whether a person, in this session, may follow these rooms."""

    person: str
    session: str
    rooms: tuple[str, ...]


class Rooms(Protocol):
    """What the hub needs to know of rooms; the rooms package provides it."""

    async def admit(self, ask: Ask) -> Mapping[str, Admission]: ...

    async def after(self, room: str, after: int, limit: int) -> Sequence[Event]: ...

    async def heads(self, rooms: Collection[str]) -> Mapping[str, int]: ...

    async def ended(self, sessions: Collection[str]) -> Mapping[str, int]:
        """Of these sessions, those that are over, with the close code that says why."""
        ...

    def concerns(self, event: Event) -> str | None:
        """The person whose access this event may have changed."""
        ...

    def redacts(self, event: Event) -> bool: ...  # has it taken something out of the log?

    def view(self, event: Event, audience: str) -> Event: ...


class Member(Subscriber, Protocol):
    """A subscriber that can be tended and told to go."""

    subscriptions: dict[str, Subscription]

    def tend(self, now: float) -> None: ...

    def end(self, code: int, retry_ms: int | None = None) -> None: ...


class Observer(Protocol):
    """Is told who opens and leaves rooms."""

    def followed(self, subscription: Subscription) -> None: ...

    def unfollowed(self, subscription: Subscription, *, judged: bool) -> None: ...


@dataclass
class HubCounts:
    """Figures for the metrics."""

    delivered: int = 0
    poll_finds: int = 0
    log_reads: int = 0


class Hub:
    """All watches and all subscribers of this process."""

    def __init__(self, rooms: Rooms, observe: Callable[[Event], None] = lambda event: None) -> None:
        self.rooms = rooms
        self.counts = HubCounts()
        self.members: set[Member] = set()
        self.draining = False
        self.observers: list[Observer] = []
        self._observe = observe  # told of an event at the moment of its delivery, for the fan-out lag
        self._watches: dict[str, Watch] = {}
        self._people: dict[str, set[Member]] = {}
        self._tail_bytes = 0
        self._judgements = 0  # how often the access of somebody here was judged again
        self._tasks: set[asyncio.Task[None]] = set()
        self.view: View = rooms.view
        self.missed = CatchingUp(self._read_log, self.view, self._remembered).missed

    # Who is here

    def join(self, member: Member, own_room: str) -> None:
        """A connection of a signed-in person; once `own_room` is opened, changes of access reach it."""
        self.members.add(member)
        self._people.setdefault(member.person, set()).add(member)
        self._watch(own_room, UNOPENED).keepers += 1

    def leave(self, member: Member, own_room: str) -> None:
        if member not in self.members:
            return
        for room in list(member.subscriptions):
            self.unfollow(member, room)
        self.members.discard(member)
        others = self._people[member.person]
        others.discard(member)
        if not others:
            del self._people[member.person]
        watch = self._watches[own_room]
        watch.keepers -= 1
        self._forget_if_idle(watch)

    def sockets_of(self, person: str) -> int:
        return len(self._people.get(person, ()))

    @contextmanager
    def expecting(self, rooms: Collection[str]) -> Iterator[None]:
        """Note hints about these rooms from now on, before anybody reads where they stand.

        Else a commit between that reading and `follow` would be heard of by nobody.
        """
        watches = [self._watch(room, UNOPENED) for room in rooms]
        for watch in watches:
            watch.keepers += 1
        try:
            yield
        finally:
            for watch in watches:
                watch.keepers -= 1
                self._forget_if_idle(watch)

    def open(self, room: str, head: int) -> int:
        """The database says that an expected room stands at `head`. Gives how far it was delivered here."""
        watch = self._watches[room]
        if watch.head == UNOPENED:
            watch.head = head
        if max(head, watch.wanted) > watch.head:
            self._hint(watch, head)
        return watch.head

    def follow(self, member: Member, room: str, after: int, admission: Admission) -> Subscription:
        """Subscribe, in an expected and opened room, from after a position; live once the subscriber has caught up."""
        watch = self._watches[room]
        subscription = watch.followers.get(member)
        if subscription is None:
            subscription = Subscription(
                watch, member, admission.audience, after, presence=admission.presence, school=admission.school,
                windowed=admission.windowed,
            )  # fmt: skip
            watch.followers[member] = member.subscriptions[room] = subscription
            for observer in self.observers:
                observer.followed(subscription)
        else:
            subscription.live, subscription.sent = False, after
        return subscription

    def unfollow(self, member: Member, room: str, *, judged: bool = False) -> None:
        """End a subscription, if there is one; `judged`: because the right to it ended."""
        subscription = member.subscriptions.pop(room, None)
        if subscription is not None:
            subscription.watch.followers.pop(member, None)
            for observer in self.observers:
                observer.unfollowed(subscription, judged=judged)
            self._forget_if_idle(subscription.watch)

    def followers(self, room: str) -> Collection[Subscription]:
        watch = self._watches.get(room)
        return list(watch.followers.values()) if watch else ()

    def _watch(self, room: str, head: int) -> Watch:
        watch = self._watches.get(room)
        if watch is None:
            watch = self._watches[room] = Watch(room, head)
        return watch

    def _forget_if_idle(self, watch: Watch) -> None:
        if watch.idle:
            self._watches.pop(watch.room, None)

    # Events come

    def committed(self, rows: Sequence[Event]) -> None:
        """Rows that this process has just committed, in order within each room: no need to read them back."""
        by_room: dict[str, list[Event]] = {}
        for row in rows:
            if row.room in self._watches:
                by_room.setdefault(row.room, []).append(row)
        for room, events in by_room.items():
            watch = self._watches[room]
            plain = all(self.rooms.concerns(event) is None for event in events)
            if plain and not watch.reading and events[0].seq == watch.head + 1:
                self._advance(watch, events)
            else:
                self._hint(watch, events[-1].seq)

    def hints(self, heads: Mapping[str, int]) -> None:
        """Somebody says that these rooms have got so far."""
        for room, seq in heads.items():
            watch = self._watches.get(room)
            if watch is not None and seq > watch.head:
                self._hint(watch, seq)

    def _hint(self, watch: Watch, seq: int) -> None:
        watch.wanted = max(watch.wanted, seq)
        if not watch.reading and watch.head != UNOPENED:
            watch.reading = True
            self.spawn(self._read_on(watch))

    async def _read_on(self, watch: Watch) -> None:
        """The room's one reader: reads what is wanted, delivers it, stops when there is no more."""
        try:
            while watch.head < watch.wanted and not watch.idle:
                events = await self._read_log(watch.room, watch.head, CATCH_UP_LIMIT)
                if not events:
                    watch.wanted = watch.head
                elif events[0].seq != watch.head + 1:
                    self._skip(watch, events[-1].seq)  # the log no longer holds what came between
                else:
                    await self._deliver(watch, events)
        except Exception:
            log.exception("reading a room failed", room=watch.room)  # the slow poll asks again
        finally:
            watch.reading = False

    async def _deliver(self, watch: Watch, events: Sequence[Event]) -> None:
        """Deliver in order; before an event that takes somebody's access away, take it away."""
        start = 0
        for place, event in enumerate(events):
            person = self.rooms.concerns(event)
            if person is not None:
                self._advance(watch, events[start:place])
                await self.judge_again(person)
                start = place
        self._advance(watch, events[start:])

    def _advance(self, watch: Watch, events: Sequence[Event]) -> None:
        if not events:
            return
        self._remembered(watch.advance(events, self.view))
        if any(self.rooms.redacts(event) for event in events):
            watch.tails = None  # they hold what is no longer in the log
        self._observe(events[0])
        self.counts.delivered += len(events) * len(watch.followers)

    def _skip(self, watch: Watch, head: int) -> None:
        watch.tails, watch.head = None, head
        for subscription in list(watch.followers.values()):
            subscription.sent = -1  # further back than any log reaches
            subscription.live = False
            subscription.subscriber.set_back(subscription)

    async def _read_log(self, room: str, after: int, limit: int) -> Sequence[Event]:
        self.counts.log_reads += 1
        return await self.rooms.after(room, after, limit)

    def _remembered(self, grown: int) -> None:
        """Tails have grown by so many bytes; beyond the budget all of them are forgotten, and read again by need."""
        self._tail_bytes += grown
        if self._tail_bytes > TAIL_BUDGET:
            self._tail_bytes = 0
            for watch in self._watches.values():
                watch.tails = None

    # Access

    async def admit(self, ask: Ask) -> Mapping[str, Admission]:
        """What may be followed now. An answer that is older than a judgement would let in who was just taken out."""
        before = self._judgements
        admitted = await self.rooms.admit(ask)
        return admitted if before == self._judgements else await self.admit(ask)

    async def judge_again(self, person: str) -> None:
        """Ask again about all that this person follows, and end what may no longer be."""
        self._judgements += person in self._people
        for member in list(self._people.get(person, ())):
            ended = await self.rooms.ended([member.session])
            if ended:
                member.end(ended[member.session])
                continue
            rooms = tuple(member.subscriptions)
            admitted = await self.rooms.admit(Ask(person, member.session, rooms))
            for room in rooms:
                self._judged(member, room, admitted.get(room))

    def _judged(self, member: Member, room: str, admission: Admission | None) -> None:
        subscription = member.subscriptions.get(room)
        if subscription is None:
            return
        if admission is None:
            head = subscription.reached
            self.unfollow(member, room, judged=True)
            member.dropped(room, head)
        else:
            subscription.audience, subscription.presence = admission.audience, admission.presence
            subscription.windowed = admission.windowed

    async def check_sessions(self) -> None:
        """End the connections of sessions that are over, even if no hint told so."""
        members = list(self.members)
        ended = await self.rooms.ended({member.session for member in members})
        for member in members:
            if member.session in ended:
                member.end(ended[member.session])

    async def poll(self) -> None:
        """The safety net: compare heads with the database, in case a hint was lost."""
        if not self._watches:
            return
        known = list(self._watches)
        heads = await self.rooms.heads(known)
        for room, seq in heads.items():
            watch = self._watches.get(room)
            if watch is not None and seq > watch.head and not watch.reading:
                self.counts.poll_finds += seq > watch.wanted
                self._hint(watch, seq)

    # Ending

    async def drain(self, batch: int = 200, pause: float = 0.05) -> None:
        """Tell everybody to come back later, in batches, each at its own moment."""
        self.draining = True
        members = list(self.members)
        spread = max(1000, 2 * len(members))
        for start in range(0, len(members), batch):
            for place, member in enumerate(members[start : start + batch], start):
                member.end(CloseCode.RESTART, retry_ms=200 + spread * place // max(1, len(members)))
            await asyncio.sleep(pause)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` beside everything else; the hub keeps it from being forgotten."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, Refusal):  # a refusal ended the connection that it was for
            log.error("a task failed", exc_info=error)

    async def stop(self) -> None:
        """Cancel what still runs."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def watched(self) -> int:
        return len(self._watches)
