"""A school with two classes: who teaches which, who learns in which, and whose guardian is whose."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import insert

from accounts import sessions
from accounts.model import group_member, guardian, school_group
from realtime.connection import Caller
from realtime.protocol import Command
from rooms import following
from rooms.doors import caller_of
from rooms.enrolling import NewPerson, enrol
from rooms.membership import put_group, put_room
from rooms.model import member
from rooms.turn import Outcome
from storage.database import Transaction
from tests.world import School, World, done


@dataclass
class Willow:
    """Tom teaches 5A (Aisha, Ben) with Megan; Leila teaches 4A (Chloe). Fatima is Aisha's guardian."""

    world: World
    school: School
    people: dict[str, Caller]

    def __getitem__(self, name: str) -> Caller:
        return self.people[name]

    async def ask(self, asker: str, command: type[Command], room: str | None = None, /, **fields: Any) -> Outcome:
        """What comes of a command; without a room it is sent in the asker's own."""
        caller = self.people[asker]
        return await self.world.do(caller, command(room=room or caller.own_room, key=uuid4(), **fields))  # type: ignore[call-arg]

    async def make(self, asker: str, command: type[Command], /, **fields: Any) -> str:
        """The room that a command made."""
        made: str = done(await self.ask(asker, command, **fields))["made"]
        return made

    async def room(self, kind: str = "classroom", name: str = "5A", *groups: str, **settled: Any) -> str:
        """A room that follows groups, as if it had always been there."""

        def make(tx: Transaction) -> str:
            made = put_room(tx.connection, self.school.id, kind, name, self.world.now_ms, **settled)
            for group in groups:
                put_group(tx.connection, made, group, ("learners", "staff"))
            following.groups_changed(tx, self.school.id, groups, self.world.now_ms)
            return made

        return await self.world.database.write(make)

    async def inside(self, room: str) -> set[str]:
        """The names of a room's members."""
        names = {caller.person: name for name, caller in self.people.items()}
        return {names[row.person_id] for row in await self.world.rows(member, room_id=room)}

    async def said(self, room: str) -> list[tuple[str, Any]]:
        """The room's log: kinds and bodies."""
        return [(each.kind, msgspec.json.decode(each.body)) for each in await self.world.events(room)]


ROLES = {
    "amara": "head", "sandra": "office", "ruth": "dsl", "tom": "teacher", "leila": "teacher", "megan": "ta",
    "aisha": "learner", "ben": "learner", "chloe": "learner", "fatima": "guardian", "harjit": "governor",
}  # fmt: skip
SEATS = (
    ("g5a", "tom", "teacher"), ("g5a", "megan", "assistant"), ("g5a", "aisha", "learner"), ("g5a", "ben", "learner"),
    ("g4a", "leila", "teacher"), ("g4a", "chloe", "learner"),
)  # fmt: skip


@pytest.fixture
async def willow(world: World) -> Willow:
    school = await world.school()

    def enrolled(tx: Transaction) -> list[str]:
        ids = {name: enrol(tx, school.id, NewPerson(name, name.title(), role, None), 1) for name, role in ROLES.items()}
        return [sessions.start(tx, who, "a test", world.now_ms) for who in ids.values()]

    tokens = await world.database.write(enrolled)
    found = await world.database.read(sessions.find, tokens, world.now_ms)
    people = {name: caller_of(actor) for name, actor in zip(ROLES, found, strict=True) if actor is not None}

    def make(tx: Transaction) -> None:
        for group, name in (("g5a", "5A"), ("g4a", "4A")):
            row = {"id": group, "school_id": school.id, "kind": "class", "name": name, "created_ms": 1}
            tx.connection.execute(insert(school_group).values(row))
        for group, who, part in SEATS:
            seat = {"group_id": group, "person_id": people[who].person, "part": part, "origin": "roster"}
            tx.connection.execute(insert(group_member).values(seat))
        tx.connection.execute(
            guardian.insert().values(
                guardian_id=people["fatima"].person, learner_id=people["aisha"].person, origin="roster"
            )
        )

    await world.database.write(make)
    return Willow(world, school, people)
