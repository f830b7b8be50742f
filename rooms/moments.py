"""What happens because its time has come: a cover ends, a leaver's account closes, a new starter's opens."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import ColumnElement, Connection, exists, select, update

from accounts.model import group_member, guardian, person, school_group
from realtime.hub import Hub
from rooms import following
from rooms.model import member, room
from storage import installation
from storage.clock import Clock
from storage.database import Database, Transaction

FOLLOWED: Final = "moments_followed_ms"  # in the table of the installation: up to when rooms followed their groups
EVERY: Final = 0.5  # seconds; whoever loses access stops receiving within one

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Crossed:
    """Whose moments lie in a stretch of time: people, and groups by school."""

    people: frozenset[str]
    groups: Mapping[str, frozenset[str]]
    begun: bool = False  # somebody's days in a room have


class Moments:
    """Looks for moments that have passed. Rights are judged by the clock anyway: this tells those who are connected."""

    def __init__(self, database: Database, clock: Clock, hub: Hub) -> None:
        self._database = database
        self._clock = clock
        self._hub = hub
        self._seen_ms: int | None = None

    async def watch(self) -> None:
        """For as long as the process lives."""
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("looking for moments failed")  # looked for again, from where it was left
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Act on every moment since the last look."""
        now_ms = self._clock.now_ms()
        if self._seen_ms is None:  # what came due while no server ran counts too
            self._seen_ms = await self._database.read(_followed_ms)
        crossed = await self._database.read(crossed_between, self._seen_ms, now_ms)
        if crossed.begun:
            await self._database.write(begin, self._seen_ms, now_ms)
        if crossed.groups:
            await self._database.write(_follow, crossed.groups, now_ms)
        for each in sorted(crossed.people):
            await self._hub.judge_again(each)
        self._seen_ms = now_ms


def crossed_between(connection: Connection, after_ms: int, now_ms: int) -> Crossed:
    """What came due after one moment, up to and with another."""

    def within(column: ColumnElement[int]) -> ColumnElement[bool]:
        return (column > after_ms) & (column <= now_ms)

    of = person.c
    people = set(connection.scalars(select(of.id).where(within(of.off_ms) | within(of.left_ms) | within(of.starts_ms))))
    seats = within(member.c.from_ms) | within(member.c.until_ms)
    people.update(connection.scalars(select(member.c.person_id).where(seats)))
    parts = within(group_member.c.from_ms) | within(group_member.c.until_ms)
    due = select(group_member.c.group_id).where(parts)
    wards = select(guardian.c.learner_id).where(guardian.c.guardian_id.in_(people))
    whose = group_member.c.person_id.in_(people) | group_member.c.person_id.in_(wards)
    opened = select(group_member.c.group_id).where(whose)
    groups: dict[str, set[str]] = {}
    found = select(school_group.c.school_id, school_group.c.id).where(school_group.c.id.in_(due.union(opened)))
    for school_id, group_id in connection.execute(found):
        groups.setdefault(school_id, set()).add(group_id)
    begun = connection.scalar(select(member.c.room_id).where(within(member.c.from_ms)).limit(1)) is not None
    return Crossed(frozenset(people), {school_id: frozenset(ids) for school_id, ids in groups.items()}, begun)


def begin(tx: Transaction, after_ms: int, now_ms: int) -> None:
    """Whose days in a room begin in this stretch of time joins it now, and sees of the past what the room lets them.

    Once, though every server looks: afterwards they have joined no earlier than they begin.
    """
    of = (member.c.from_ms > after_ms) & (member.c.from_ms <= now_ms) & (member.c.joined_ms < member.c.from_ms)
    here = room.c.id == member.c.room_id
    guarded = exists().where(here, room.c.past == "from_joining")
    head = select(room.c.last_seq).where(here).scalar_subquery()
    tx.connection.execute(
        update(member).where(of, guarded).values(from_seq=head + 1, read_seq=head, joined_ms=member.c.from_ms)
    )


def _followed_ms(connection: Connection) -> int:
    return int(installation.read(connection, FOLLOWED) or 0)


def _follow(tx: Transaction, groups: Mapping[str, frozenset[str]], now_ms: int) -> None:
    for school_id, ids in groups.items():
        following.groups_changed(tx, school_id, ids, now_ms)
    installation.write(tx, FOLLOWED, str(now_ms))
