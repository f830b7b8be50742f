"""Noticing what failed: wrong sign-ins and refused rights. One row a minute for the same thing, however often it comes.

Whoever is refused must not be able to fill the log, to slow the commits of others, or to tell from the time that an
answer takes whether a name exists.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import Connection, select
from starlette.requests import Request

from accounts import settings
from accounts.audit.gathering import Gathering, Windows
from accounts.audit.log import record
from accounts.audit.model import INSTALLATION
from accounts.audit.networks import in_school
from accounts.audit.opening import Opened, Opening
from accounts.model import person, school, session
from accounts.rules import fold_login
from accounts.sessions import Actor
from realtime.connection import Caller
from realtime.refusal import Refusal
from storage.clock import Clock
from storage.database import Database, Transaction

TOGETHER_MS: Final = 60_000
# Doors of commands: who is refused there was noticed as they were judged.
COMMANDS: Final = ("/api/v1/commands/", "/forms/")
# What a teacher who helps a learner wants to know; the others say that a program, or the server, is at fault.
ERRORS: Final = frozenset(
    {"forbidden", "second_step", "muted", "window_closed", "room_closed", "not_found", "too_large", "rate_limited"}
)
# Nothing of asking for help is noticed: whoever it is about could be among those who read the logs.
UNNOTICED: Final = frozenset({
    "ask_help", "tell_worry", "report_message", "GET /help", "POST /help", "GET /worry", "POST /worry",
    "GET /rooms/{room}/messages/{message}/report", "POST /rooms/{room}/messages/{message}/report",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refused:
    """That a person was refused a right. `what`: the command's name or the page's path without ids."""

    school: str
    person: str
    session: str
    what: str


@dataclass(frozen=True, slots=True)
class SignInFailed:
    """That somebody showed the wrong thing. Slug and name as typed."""

    slug: str
    name: str
    method: str
    address: str


class _Row(NamedTuple):
    school: str
    kind: str
    by: str | None
    subject: str | None
    in_school: bool
    what: str


class Noticing:
    """Takes notice at once and writes a moment later."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._windows = Windows(TOGETHER_MS)
        self._gathering: Gathering[Refused | SignInFailed] = Gathering(self._write)
        self._opening = Opening(database, clock)

    def notice(self, thing: Refused | SignInFailed) -> None:
        self._gathering.add(thing)

    def page_refused(self, request: Request, error: Exception) -> None:
        """A page refused something. Told of it twice, it is noticed once; of whoever is not signed in, never."""
        actor, route = getattr(request.state, "actor", None), request.scope.get("route")
        if actor is None or route is None or not isinstance(error, Refusal) or route.path.startswith(COMMANDS):
            return
        if not getattr(request.state, "noticed", False):
            request.state.noticed = True
            what = f"{request.method} {route.path}"
            self._met(actor.person, actor.session, actor.school, actor.role, error.code, what)

    def command_refused(self, caller: Caller, code: str, name: str) -> None:
        """A command was refused, whichever door it came through."""
        self._met(caller.person, caller.session, caller.card["school"], caller.card["role"], code, name)

    def _met(self, person_id: str, session_id: str, school_id: str, role: str, code: str, what: str) -> None:
        if what in UNNOTICED:
            return
        if code == "forbidden":
            self.notice(Refused(school_id, person_id, session_id, what))
        if code in ERRORS:
            self._opening.note(role, Opened(person_id, session_id, what, code))

    def opened(self, actor: Actor, room: str) -> None:
        """Somebody was shown a room."""
        self._opening.note(actor.role, Opened(actor.person, actor.session, room, None))

    async def flush(self) -> None:
        """Write what waits."""
        await self._gathering.flush()
        await self._opening.flush()

    async def sweep(self) -> None:
        """Write how often those things were repeated whose minute is over. To be called every now and then."""
        await self._tell(self._over())
        self._opening.forget()

    async def close(self) -> None:
        await self._gathering.close()
        await self._tell(self._over(closing=True))
        await self._opening.close()

    async def _write(self, things: Sequence[Refused | SignInFailed]) -> None:
        told = self._over()
        now_ms = self._clock.now_ms()
        for row in await self._database.read(_rows, things):
            if self._windows.first(row, now_ms):
                told[row] += 1  # with what was counted of it since the last row
        await self._tell(told)

    def _over(self, *, closing: bool = False) -> Counter[_Row]:
        over = self._windows.over(self._clock.now_ms() + (TOGETHER_MS if closing else 0))
        return Counter({row: times for row, times in over.items() if times and isinstance(row, _Row)})

    async def _tell(self, told: Counter[_Row]) -> None:
        if told:
            await self._database.write(_record, told, self._clock.now_ms())


def _record(tx: Transaction, told: Counter[_Row], now_ms: int) -> None:
    """One school after the other in a fixed order: two servers that each hold what the other needs would wait."""
    for row, times in sorted(told.items(), key=lambda each: each[0].school):
        record(
            tx, row.school, row.kind, now_ms, by=row.by, subject=row.subject, in_school=row.in_school,
            detail={"what" if row.kind == "refused" else "method": row.what, "times": times},
        )  # fmt: skip


def _rows(connection: Connection, things: Sequence[Refused | SignInFailed]) -> list[_Row]:
    return [
        _refused(connection, thing) if isinstance(thing, Refused) else _failed(connection, thing) for thing in things
    ]


def _refused(connection: Connection, thing: Refused) -> _Row:
    inside = connection.scalar(select(session.c.in_school).where(session.c.id == thing.session))
    return _Row(thing.school, "refused", thing.person, None, bool(inside), thing.what)


def _failed(connection: Connection, thing: SignInFailed) -> _Row:
    found = connection.execute(
        select(school.c.id, school.c.settings, person.c.id.label("person"))
        .outerjoin(person, (person.c.school_id == school.c.id) & (person.c.login == fold_login(thing.name)))
        .where(school.c.slug == fold_login(thing.slug))
    ).first()
    if found is None:
        return _Row(INSTALLATION, "sign_in_failed", None, None, in_school=False, what=thing.method)
    inside = in_school(settings.decoded(found.settings).networks, thing.address)
    return _Row(found.id, "sign_in_failed", None, found.person, inside, thing.method)
