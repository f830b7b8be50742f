"""From a file that was handed in to a school that follows it; what takes long happens beside the event loop."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar, TypeVarTuple

import structlog
from sqlalchemy import Connection, select

from accounts.asking import require
from accounts.model import school
from accounts.roster import current, files, reading, runs
from accounts.roster.hooks import Hooks
from accounts.roster.runs import Draft, Order, Preview, Run
from accounts.roster.wanted import Wanted
from accounts.rules import fold_login
from accounts.sessions import Actor
from realtime.refusal import Refusal
from storage.clock import Clock
from storage.database import Database, Transaction

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
TIDY_S: Final = 300.0
TRIES: Final = 5  # to carry in what somebody else keeps changing beneath
logger = structlog.get_logger("corridor.roster")


class Importing:
    """Looks at rosters and carries them in. One file is read at a time: a large one must not take all processors."""

    def __init__(self, database: Database, clock: Clock, hooks: Hooks) -> None:
        self._database = database
        self._clock = clock
        self._hooks = hooks
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="roster")
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Let what is being carried in come to its end."""
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._thread.shutdown()

    async def keep_tidy(self) -> None:
        """Forget every few minutes, until cancelled, what was handed in more than an hour ago."""
        while True:
            try:
                if await self._database.read(runs.any_expired, self._now_ms):
                    await self._database.write(runs.forget_expired, self._now_ms)
            except Exception:
                logger.exception("roster_not_tidied")
            await asyncio.sleep(TIDY_S)

    async def hand_in(self, actor: Actor, name: str, content: bytes) -> str:
        """Look at a file; gives the id of the run, which waits an hour to be confirmed."""
        await self._database.read(require, actor, "import_roster", self._now_ms)
        wanted = await self._beside(_read, name, content)
        found = (await self._draft(actor.school, wanted, {}))[1]

        def keep(tx: Transaction, now_ms: int) -> str:
            require(tx.connection, actor, "import_roster", now_ms)
            return runs.keep(tx, actor.school, actor.person, name, content, wanted.source, found, now_ms)

        return await self._database.write(keep, self._now_ms)

    async def link(self, actor: Actor, run: str, adopt: Mapping[str, str]) -> None:
        """Look again, with people of the roster taken for those made by hand."""
        await self._database.read(require, actor, "import_roster", self._now_ms)
        await self._database.read(runs.find, actor.school, run, self._now_ms)
        name, content = await self._database.read(runs.handed_in, run, self._now_ms)
        wanted = await self._beside(_read, name, content)
        found = (await self._draft(actor.school, wanted, adopt))[1]

        def keep(tx: Transaction, now_ms: int) -> None:
            require(tx.connection, actor, "import_roster", now_ms)
            runs.look_again(tx, run, found, now_ms)

        await self._database.write(keep, self._now_ms)

    async def start(self, actor: Actor, run: str, confirmed: int | None) -> None:
        """Begin to carry it in; the run's page tells how it goes."""
        order = await self._database.write(_take_up, actor, run, confirmed, self._now_ms)
        task = asyncio.create_task(self._carry_in(actor, order))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def from_command(
        self, slug: str, place: Path, adopt: Mapping[str, str], confirmed: int | None, *, dry: bool
    ) -> Preview:
        """What the command line does: look, and unless it is a dry run, carry in. Refusals as of `runs.apply`."""
        school_id = await self._database.read(_school, slug)
        tables = await self._beside(files.tables_in, place)
        wanted = await self._beside(reading.read, tables)
        by_login = await self._database.read(_people_named, school_id, dict(adopt))
        found = (await self._draft(school_id, wanted, by_login))[1]
        if dry:
            return found
        content = b"".join(tables[name] for name in sorted(tables))
        run = await self._database.write(
            runs.keep, school_id, None, place.name, content, wanted.source, found, self._now_ms
        )
        order = Order(run=run, by=None, confirmed=confirmed, adopt=by_login, may_raise=True)
        try:
            return await self._apply(school_id, wanted, order)
        except Refusal as refusal:
            await self._database.write(runs.refuse, school_id, order, refusal, self._now_ms)
            raise

    async def _carry_in(self, actor: Actor, order: Order) -> None:
        try:
            name, content = await self._database.read(runs.handed_in, order.run, self._now_ms)
            wanted = await self._beside(_read, name, content)
            await self._database.write(runs.set_state, order.run, "writing", self._now_ms)
            await self._apply(actor.school, wanted, order, actor)
        except Refusal as refusal:
            await self._database.write(runs.refuse, actor.school, order, refusal, self._now_ms)
        except Exception:
            logger.exception("roster_failed", run=order.run)
            failed = Refusal("unavailable")
            await self._database.write(runs.refuse, actor.school, order, failed, self._now_ms)

    async def _apply(self, school_id: str, wanted: Wanted, order: Order, actor: Actor | None = None) -> Preview:
        for _ in range(TRIES):
            made, found = await self._draft(school_id, wanted, order.adopt)

            def apply(tx: Transaction, now_ms: int, made: Draft = made, found: Preview = found) -> None:
                if actor is not None:
                    require(tx.connection, actor, "import_roster", now_ms)
                runs.apply(tx, school_id, order, made, found, self._hooks, now_ms)

            try:
                await self._database.write(apply, self._now_ms)
            except runs.Stale:
                continue
            else:
                return found
        raise Refusal("key_conflict", "The school has changed since your preview. Look at it again.")

    async def _draft(self, school_id: str, wanted: Wanted, adopt: Mapping[str, str]) -> tuple[Draft, Preview]:
        loaded = await self._database.read(current.load, school_id)
        return await self._beside(_plan, loaded, wanted, self._now_ms, adopt)

    async def _beside(self, work: Callable[[*Ts], T], *args: *Ts) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)

    @property
    def _now_ms(self) -> int:
        return self._clock.now_ms()


def view(connection: Connection, actor: Actor, run: str, now_ms: int) -> Run:
    """A run for its page; Refusals `forbidden`, `not_found`."""
    require(connection, actor, "import_roster", now_ms)
    return runs.find(connection, actor.school, run, now_ms)


def _read(name: str, content: bytes) -> Wanted:
    return reading.read(files.tables_of(name, content))


def _plan(loaded: current.Current, wanted: Wanted, now_ms: int, adopt: Mapping[str, str]) -> tuple[Draft, Preview]:
    made = runs.draft(loaded, wanted, now_ms, adopt)
    return made, runs.preview(made, wanted, adopt)


def _take_up(tx: Transaction, actor: Actor, run: str, confirmed: int | None, now_ms: int) -> Order:
    require(tx.connection, actor, "import_roster", now_ms)
    found = runs.find(tx.connection, actor.school, run, now_ms)
    runs.handed_in(tx.connection, run, now_ms)
    runs.take_up(tx, run, now_ms)
    return Order(
        run=run, by=actor.person, expected=found.preview.fingerprint, confirmed=confirmed, adopt=found.preview.adopt,
        may_raise=_may_raise(tx.connection, actor, now_ms), in_school=actor.in_school,
    )  # fmt: skip


def _may_raise(connection: Connection, actor: Actor, now_ms: int) -> bool:
    """Whoever may not change what roles mean does not give those that matter most, be it through a file."""
    try:
        require(connection, actor, "change_policy", now_ms)
    except Refusal:
        return False
    return True


def _school(connection: Connection, slug: str) -> str:
    found: str | None = connection.scalar(select(school.c.id).where(school.c.slug == fold_login(slug)))
    if found is None:
        raise Refusal("not_found", f"There is no school '{slug}'.")
    return found


def _people_named(connection: Connection, school_id: str, logins: Mapping[str, str]) -> dict[str, str]:
    """The ids of people by hand, for their sign-in names; Refusal `not_found` for the first that nobody has."""
    people = {who.login: who.id for who in current.load(connection, school_id).by_hand.values()}
    for login in logins.values():
        if fold_login(login) not in people:
            raise Refusal("not_found", f"Nobody who was made by hand signs in as '{login}'.")
    return {sid: people[fold_login(login)] for sid, login in logins.items()}
