"""The access log: what learners opened, and what they were refused. One row for the same thing in ten minutes."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from accounts.audit.gathering import Gathering, Windows
from accounts.audit.model import access
from accounts.model import person, role, session
from accounts.rights import KINDS
from storage.clock import Clock
from storage.database import Database, Transaction
from storage.ids import new_id
from storage.rows import insert_rows

TOGETHER_MS: Final = 600_000


class Opened(NamedTuple):
    """`what`: a room's id, a command's name, or a page's path without ids. `error`: the code of a refusal."""

    person: str
    session: str
    what: str
    error: str | None


class _Row(NamedTuple):
    """In the order of the table's columns."""

    id: str
    school: str
    person: str
    session: str
    at_ms: int
    in_school: bool
    what: str
    error: str | None


class Opening:
    """Takes notes at once and writes those about learners a moment later."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._windows = Windows(TOGETHER_MS)
        self._gathering: Gathering[tuple[Opened, int]] = Gathering(self._write)

    def note(self, role_name: str, opened: Opened) -> None:
        """Only the role is looked at here: most who come are known not to be learners, or were noted already."""
        now_ms = self._clock.now_ms()
        if KINDS.get(role_name, "learner") == "learner" and self._windows.first(opened, now_ms):
            self._gathering.add((opened, now_ms))

    async def flush(self) -> None:
        await self._gathering.flush()

    async def close(self) -> None:
        await self._gathering.close()

    def forget(self) -> None:
        """Let go of what was noted longer ago. To be called every now and then."""
        self._windows.over(self._clock.now_ms())

    async def _write(self, notes: Sequence[tuple[Opened, int]]) -> None:
        await self._database.write(_insert, notes)


def _insert(tx: Transaction, notes: Sequence[tuple[Opened, int]]) -> None:
    found = _learners(tx.connection, {opened.session for opened, _ in notes})
    rows = [
        _Row(
            new_id("a"), found[opened.session][0], opened.person, opened.session, at_ms, found[opened.session][1],
            opened.what, opened.error,
        )
        for opened, at_ms in notes
        if opened.session in found
    ]  # fmt: skip
    insert_rows(tx.connection, access, rows)


def _learners(connection: Connection, sessions: set[str]) -> dict[str, tuple[str, bool]]:
    """School and whether it was begun in school, of those of these sessions that are learners'."""
    own = select(role.c.id).where(role.c.base == "learner")
    rows = connection.execute(
        select(session.c.id, person.c.school_id, session.c.in_school)
        .join(person, person.c.id == session.c.person_id)
        .where(session.c.id.in_(sessions), (person.c.role == "learner") | person.c.role.in_(own))
    )
    return {row.id: (row.school_id, row.in_school) for row in rows}
