"""Where the team talks with somebody, the team is there: whoever joins it comes in, whoever leaves it goes."""

import asyncio
from collections.abc import Collection
from typing import Final

import structlog
from sqlalchemy import Connection, select

from accounts import safeguarding
from accounts.model import person, role, role_called
from rooms import log, seating
from rooms.concerns.model import OPEN, concern
from rooms.model import member
from rooms.seating import Moves, Seat
from rooms.turn import Turn
from storage.clock import Clock
from storage.database import Database, Transaction

EVERY: Final = 2.0  # seconds

logger = structlog.get_logger()

_TO_TEAM: Final = concern.c.to_id.is_(None) & concern.c.help_id.is_not(None)


class TeamWatch:
    """Looks who is in each school's team. It covers all the ways in which somebody gets or loses a role."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[str, frozenset[str]] = {}

    async def watch(self) -> None:
        """For as long as the process lives."""
        while True:
            try:
                await self.look()
            except Exception:
                logger.exception("following the safeguarding teams failed")
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Settle the rooms of the schools whose team is another one than it was."""
        now_ms = self._clock.now_ms()
        for school, team in (await self._database.read(_teams, now_ms)).items():
            if self._known.get(school) != team:
                await self._database.write(settle_school, school, now_ms)
                self._known[school] = team


def settle_school(tx: Transaction, school_id: str, now_ms: int) -> None:
    """Those who are new come into what is open; those who are in the team no longer leave everything."""
    chosen = select(concern.c.help_id, concern.c.by_id, OPEN.label("open")).where(
        concern.c.school_id == school_id, _TO_TEAM
    )
    rooms: dict[str, tuple[str, bool]] = {}
    for row in tx.connection.execute(chosen):
        rooms[row.help_id] = (row.by_id, bool(row.open) or rooms.get(row.help_id, ("", False))[1])
    moves = [_moves(tx.connection, of, school_id, *rooms[of], now_ms) for of in sorted(rooms)]
    wanted = [each for each in moves if each]
    if wanted:
        log.lock(tx.connection, [each.room for each in wanted])
        seating.carry_out(tx, wanted, now_ms)


def settle(turn: Turn, room_id: str, by: str) -> None:
    """As a part of a command: the same for one room that is talked in again."""
    seating.carry_out_in(turn, _moves(turn.connection, room_id, turn.who.school, by, True, turn.now_ms))


def _moves(connection: Connection, room_id: str, school_id: str, by: str, is_open: bool, now_ms: int) -> Moves:
    team = set(safeguarding.receivers(connection, school_id, now_ms, by))
    here = set(connection.scalars(select(member.c.person_id).where(member.c.room_id == room_id)))
    come = team - here if is_open else set()
    return Moves(room_id, come=_seats(connection, come), go=sorted(here - team - {by}))


def _seats(connection: Connection, people: Collection[str]) -> dict[str, Seat]:
    if not people:
        return {}
    rows = connection.execute(
        select(person.c.id, person.c.name, role_called.label("role"))
        .outerjoin(role, role.c.id == person.c.role)
        .where(person.c.id.in_(sorted(people)))
    )
    return {row.id: Seat(row.name, row.role, keeps=False, until_ms=None) for row in rows}


def _teams(connection: Connection, now_ms: int) -> dict[str, frozenset[str]]:
    """The team of each school that has something to talk about."""
    schools = connection.scalars(select(concern.c.school_id).where(_TO_TEAM).distinct()).all()
    return {each: frozenset(safeguarding.team(connection, each, now_ms)) for each in schools}
