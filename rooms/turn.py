"""One group commit: every waiting command gets its turn in one transaction, and its own answer."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import UNSET, Struct, structs
from sqlalchemy import Connection, Table

from accounts import features
from accounts.asking import refusal
from accounts.rights import Verb, Who, may
from accounts.sessions import own_room_of
from realtime.connection import Caller
from realtime.protocol import Command, KeyedCommand
from realtime.refusal import Refusal
from rooms import grants, log
from rooms.grants import Grant
from storage.clock import rfc3339
from storage.database import Transaction
from storage.rows import insert_rows

_encode = msgspec.json.Encoder().encode

C = TypeVar("C", bound=Command)
Outcome = Mapping[str, Any] | Refusal
Load = Callable[[Connection, Sequence[grants.Pair], int], list[Grant]]


@dataclass(frozen=True)
class Handler(Generic[C]):
    """How one kind of command is carried out.

    verb: what the person must be allowed in the command's room before `handle` is called.
    answers: the fields of the event's body that `done` repeats, such as "message".
    also: further rooms to which `handle` appends.
    reaching: of the rooms that such commands name, further ones to which `handle` may append, by the database. Where
    that happens often they are held together with the others: servers that held them one by one would cross.
    limit: the bucket that it draws on.
    feature: what the school may have switched off, for some or for all; see accounts.features.
    """

    command: type[C]
    handle: Callable[["Turn", C], None]
    verb: Verb
    limit: str = "acts"
    feature: str | None = None
    answers: tuple[str, ...] = ()
    also: Callable[[C, Caller], tuple[str, ...]] = lambda command, caller: ()
    reaching: Callable[[Connection, Collection[str]], Collection[str]] | None = None


class Job(Struct, frozen=True):
    """A command that waits for its turn."""

    caller: Caller
    command: Command
    handler: Handler[Any]

    @property
    def rooms(self) -> tuple[str, ...]:
        return (self.command.room, *self.handler.also(self.command, self.caller))


class Turn:
    """What a handler sees of the transaction while its command is carried out.

    Nothing of it stays if the handler refuses: appended rows are dropped, and what went through `connection` is
    rolled back to where the turn began.
    """

    __slots__ = (
        "_commit", "_job", "_key", "_savepoint", "body", "grant", "inserts", "now_ms", "reached", "rows", "who",
    )  # fmt: skip

    def __init__(self, commit: "GroupCommit", job: Job, grant: Grant, key: str | None) -> None:
        self.who: Who = grant.who
        self.grant = grant
        self.now_ms = commit.now_ms
        self.rows: list[log.Row] = []
        self.inserts: list[tuple[Table, tuple[Any, ...]]] = []
        self.body: Mapping[str, Any] = {}  # of the first event
        self.reached: int | None = None  # what `done` gives as seq, where that is not the first event's
        self._commit = commit
        self._job = job
        self._key = key
        self._savepoint: Any = None

    def require(self, verb: Verb) -> None:
        code = may(self.who, verb, self.grant.place, self._commit.now)
        if code is not None:
            raise refusal(code, self.who, verb, self.grant.place, self._commit.now)

    def append(self, kind: str, body: Mapping[str, Any], room: str | None = None, *, by: str | None = None) -> int:
        """Append an event to the command's room, or to one of the handler's `also`; gives its seq.

        `by`: whose name it bears, where those who see it are not to learn who asked for it.
        """
        command = self._job.command
        of = room or command.room
        seq = self.next_seq(of)
        key = said = None
        if not self.rows:
            self.body = body
            if isinstance(command, KeyedCommand):
                key, said = self._key, fingerprint(self._commit.secret, command)
        self.rows.append((of, seq, kind, by or self.who.id, self.now_ms, _encode(body).decode(), key, said))
        return seq

    def tell(self, people: Collection[str], kind: str, body: Mapping[str, Any]) -> None:
        """Append an event to the own room of each of these people, under their own names. Good for a whole school."""
        told = {own_room_of(each): each for each in sorted(set(people))}
        self.reach(told)
        said, before = _encode(body).decode(), Counter(row[0] for row in self.rows)
        self.rows += [
            (of, self._commit.heads[of] + before[of] + 1, kind, each, self.now_ms, said, None, None)
            for of, each in told.items()
        ]

    def next_seq(self, room: str | None = None) -> int:
        """The seq that the next event of a room will get."""
        of = room or self._job.command.room
        head = self._commit.heads[of] + 1
        return head + sum(row[0] == of for row in self.rows) if self.rows else head

    def reach(self, rooms: Collection[str]) -> None:
        """Let this turn append to further rooms, which its command could not name: those of a group's people, say.

        They are held out of order. Where two servers cross over that, the database undoes one, which tries again.
        """
        new = sorted({each for each in rooms if each not in self._commit.heads})
        log.lock(self.connection, new)
        self._commit.heads |= log.heads(self.connection, new)

    def insert(self, table: Table, row: tuple[Any, ...]) -> None:
        """Insert a row, with all columns in the table's order, together with those of the other turns."""
        self.inserts.append((table, row))

    @property
    def now(self) -> datetime:
        return self._commit.now

    @property
    def room(self) -> str:
        return self._job.command.room

    @property
    def caller(self) -> Caller:
        return self._job.caller

    @property
    def own_room(self) -> str:
        return self._job.caller.own_room

    @property
    def session(self) -> str:
        return self._job.caller.session

    @property
    def tx(self) -> Transaction:
        return self._commit.tx

    @property
    def connection(self) -> Connection:
        """The transaction itself, in which everything that earlier turns wrote can be seen."""
        if self._savepoint is None:
            self._commit.flush()
            self._savepoint = self._commit.tx.connection.begin_nested()
        return self._commit.tx.connection

    def keep(self) -> None:
        if self._savepoint is not None:
            self._savepoint.commit()
        self._commit.take(self)

    def drop(self) -> None:
        if self._savepoint is not None:
            self._savepoint.rollback()

    def done(self) -> dict[str, Any]:
        seq = self.rows[0][1] if self.rows else self.grant.head
        if self.reached is not None:
            seq = self.reached
        return _done(self._job, seq, self.body, self._commit.at, repeat=False)


@dataclass
class GroupCommit:
    """The state of one transaction that serves many commands."""

    tx: Transaction
    secret: bytes
    now_ms: int
    now: datetime = field(init=False)
    at: str = field(init=False)
    heads: dict[str, int] = field(default_factory=dict)
    rows: list[log.Row] = field(default_factory=list)
    inserts: dict[Table, list[tuple[Any, ...]]] = field(default_factory=dict)
    taken: dict[tuple[str, str, str], log.Row] = field(default_factory=dict)  # keys used in this very batch
    load: Load = grants.load  # how rights are found out; by the sessions of those who ask

    def __post_init__(self) -> None:
        self.now = datetime.fromtimestamp(self.now_ms / 1000, UTC)
        self.at = rfc3339(self.now_ms)

    def run(self, jobs: Sequence[Job]) -> list[Outcome]:
        """The outcome of each job, in order."""
        rooms = [job.rooms for job in jobs]
        further = self._further(jobs)
        log.lock(self.tx.connection, {room for of in rooms for room in of} | further)
        asked = ((job, room) for job, of in zip(jobs, rooms, strict=True) for room in of)
        pairs = [_pair(n, job, room) for n, (job, room) in enumerate(asked)]
        loaded = self.load(self.tx.connection, pairs, self.now_ms)
        for pair, grant in zip(pairs, loaded, strict=True):
            # A caller who is gone knows nothing of the room: another's answer counts.
            self.heads[pair[3]] = max(self.heads.get(pair[3], 0), grant.head)
        if further:
            self.heads |= log.heads(self.tx.connection, further - self.heads.keys())
        outcomes, place = [], 0
        for job, of in zip(jobs, rooms, strict=True):
            outcomes.append(self._turn(job, loaded[place], pairs[place][4]))
            place += len(of)
        self.flush()
        return outcomes

    def _further(self, jobs: Sequence[Job]) -> set[str]:
        """What the handlers' `reaching` finds. On SQLite everything is held anyway."""
        if self.tx.connection.dialect.name == "sqlite":
            return set()
        asked: dict[Callable[[Connection, Collection[str]], Collection[str]], set[str]] = {}
        for job in jobs:
            if job.handler.reaching is not None:
                asked.setdefault(job.handler.reaching, set()).add(job.command.room)
        return {room for reaching, rooms in asked.items() for room in reaching(self.tx.connection, rooms)}

    def _turn(self, job: Job, grant: Grant, key: str | None) -> Outcome:
        turn = Turn(self, job, grant, key)
        try:
            code = may(grant.who, job.handler.verb, grant.place, self.now)
            if code is not None:
                turn.require("read")  # what one may not see does not exist, whatever one wants to do with it
            repeat = self._repeat(job, grant, key) if key is not None else None
            if repeat is not None:
                return repeat  # what has happened has happened, also for those who may do it no longer
            if code is not None:
                raise refusal(code, grant.who, job.handler.verb, grant.place, self.now)
            if job.handler.feature is not None:
                features.require(self.tx.connection, grant.who, job.handler.feature, self.now_ms)
            job.handler.handle(turn, job.command)
        except Refusal as refused:
            turn.drop()
            return refused
        turn.keep()
        return turn.done()

    def _repeat(self, job: Job, grant: Grant, key: str) -> Outcome | None:
        """The answer to a command that has already happened; None if it has not."""
        command = job.command
        row = self.taken.get((command.room, grant.who.id, key))
        if row is not None:
            earlier = grants.Earlier(row[1], row[7] or "", row[4], row[5])
        elif grant.earlier is not None:
            earlier = grant.earlier
        else:
            return None
        if earlier.fingerprint != fingerprint(self.secret, command):
            raise Refusal("key_conflict")
        return _done(job, earlier.seq, msgspec.json.decode(earlier.body), rfc3339(earlier.at_ms), repeat=True)

    def take(self, turn: Turn) -> None:
        """Keep what a turn appended; the next one sees the heads moved."""
        for row in turn.rows:
            self.heads[row[0]] = row[1]
            if row[6] is not None:
                self.taken[row[0], row[3], row[6]] = row
        self.rows += turn.rows
        for table, values in turn.inserts:
            self.inserts.setdefault(table, []).append(values)

    def flush(self) -> None:
        """Write what the turns so far have gathered."""
        log.write(self.tx, self.rows)
        for table, rows in self.inserts.items():
            insert_rows(self.tx.connection, table, rows)
        self.rows, self.inserts = [], {}


def fingerprint(secret: bytes, command: Command) -> str:
    """A keyed hash of what a command says: tells a repeat from another use of its key, and nothing else."""
    # What later versions added and this command leaves out says nothing: a repeat from before them is still a repeat.
    said = {name: value for name, value in structs.asdict(command).items() if value not in ((), UNSET)}
    said["id"] = type(command).__name__  # the sender's number for the request is not part of it
    return hashlib.blake2b(_encode(said), key=secret[:64], digest_size=16).hexdigest()


def _pair(place: int, job: Job, room: str) -> grants.Pair:
    command, caller = job.command, job.caller
    key = str(command.key) if isinstance(command, KeyedCommand) and room == command.room else None
    return place, caller.person, caller.session, room, key


def _done(job: Job, seq: int, body: Mapping[str, Any], at: str, *, repeat: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {"room": job.command.room, "seq": seq}
    for name in job.handler.answers:
        if name in body:
            fields[name] = body[name]
    fields["at"] = at
    fields["repeat"] = repeat
    return fields
