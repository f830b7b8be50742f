"""The one way in for commands, whichever door they came through."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from sqlalchemy.exc import DBAPIError

from realtime.connection import Caller
from realtime.limits import Limits
from realtime.protocol import Command, KeyedCommand
from realtime.refusal import Refusal
from rooms.turn import GroupCommit, Handler, Job, Outcome
from storage.batching import Batcher
from storage.clock import Clock
from storage.database import AWAY, Database

log = structlog.get_logger()

# Few enough that others are read and answered while these are committed; many enough to share a commit's cost.
MOST_TOGETHER: Final = 100

PassingHandler = Callable[[Caller, Any], Awaitable[None]]


@dataclass(frozen=True)
class Observers:
    """Who is told: of each batch's size and seconds, of each command's outcome, and who was refused which command."""

    batch: Callable[[int, float], None] = lambda size, seconds: None
    outcome: Callable[[str, str, int], None] = lambda name, code, times: None
    refused: Callable[[Caller, str, str], None] = lambda caller, code, name: None


class Commands:
    """Takes commands, limits them, lets those that wait together be committed together."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        limits: Limits,
        secret: bytes,
        handlers: Iterable[Handler[Any]],
        passing: Mapping[type[Command], PassingHandler],
        observers: Observers | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._limits = limits
        self._secret = secret
        self._handlers = {handler.command: handler for handler in handlers}
        self._passing = dict(passing)
        self._observers = observers or Observers()
        self._batcher: Batcher[Job, Mapping[str, Any]] = Batcher(self._commit, MOST_TOGETHER)
        self.types: dict[str, type[Command]] = {_name(kind): kind for kind in (*self._handlers, *self._passing)}

    def submit(self, caller: Caller, command: Command) -> "asyncio.Future[Mapping[str, Any]]":
        """A future of `done`'s fields, or of a Refusal; Refusal `rate_limited` at once."""
        passing = self._passing.get(type(command))
        if passing is not None:
            return asyncio.ensure_future(_passed(passing(caller, command), command))
        handler = self._handlers[type(command)]
        self._limits.check(handler.limit, caller.person)
        return self._batcher.submit(Job(caller, command, handler))

    def answers(self, command: Command) -> bool:
        """Keyed commands always get an answer, others when the sender numbered them."""
        return isinstance(command, KeyedCommand) or command.id > 0

    async def drain(self) -> None:
        await self._batcher.drain()

    async def _commit(self, jobs: Sequence[Job]) -> Sequence[Mapping[str, Any] | BaseException]:
        started = time.perf_counter()
        try:
            outcomes = await self._written(jobs)
        except Exception as error:
            if len(jobs) > 1 and not isinstance(error, AWAY):
                raise  # the batcher runs each of them again by itself
            log.exception("a commit failed", commands=[_name(type(job.command)) for job in jobs])
            outcomes = [Refusal("unavailable") for _ in jobs]
        self._observers.batch(len(jobs), time.perf_counter() - started)
        counted = Counter((type(job.command), _code(outcome)) for job, outcome in zip(jobs, outcomes, strict=True))
        for (kind, code), times in counted.items():
            self._observers.outcome(_name(kind), code, times)
        for job, outcome in zip(jobs, outcomes, strict=True):
            if isinstance(outcome, Refusal):
                self._observers.refused(job.caller, outcome.code, _name(type(job.command)))
        return outcomes

    async def _written(self, jobs: Sequence[Job]) -> list[Outcome]:
        """The outcomes of a commit. A connection that broke while nobody used it is replaced, once."""
        try:
            return await self._database.write(self._run, jobs)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return await self._database.write(self._run, jobs)

    def _run(self, tx: Any, jobs: Sequence[Job]) -> list[Outcome]:
        return GroupCommit(tx, self._secret, self._clock.now_ms()).run(jobs)


async def _passed(work: Awaitable[None], command: Command) -> Mapping[str, Any]:
    await work
    return {"room": command.room}


def _code(outcome: Outcome) -> str:
    if isinstance(outcome, Refusal):
        return outcome.code
    return "repeat" if outcome["repeat"] else "done"


def _name(kind: type[Command]) -> str:
    return str(kind.__struct_config__.tag)
