"""A class with its teacher, and other people who write stickies."""

from dataclasses import dataclass
from uuid import uuid4

from accounts.model import group_member, person, school_group
from realtime.connection import Caller
from rooms.stickies.commands import StartThread
from storage.database import Transaction
from storage.ids import new_id
from tests.world import School, World, done


@dataclass(frozen=True)
class Class:
    """Two learners of year 5 and their teacher; a learner of another class; the safeguarding lead; a governor."""

    school: School
    teacher: Caller
    ava: Caller
    ben: Caller
    stranger: Caller
    lead: Caller
    governor: Caller


async def class_of(world: World, slug: str = "oakfield") -> Class:
    """A school with these people."""
    school = await world.school(slug)
    roles = {
        "teacher": "teacher", "ava": "learner", "ben": "learner", "stranger": "learner", "lead": "dsl",
        "governor": "governor",
    }  # fmt: skip
    people = {name: await world.caller(school, name, role, seated=False) for name, role in roles.items()}
    for name in ("ava", "ben", "stranger"):
        await world.set(person, {"year": "5"}, id=people[name].person)
    await together(world, school, people["teacher"].person, people["ava"].person, people["ben"].person)
    return Class(school, **people)


async def together(world: World, school: School, teacher: str, *learners: str) -> str:
    """A new class of this teacher with these learners; gives its id."""

    def make(tx: Transaction) -> str:
        made = new_id("g")
        tx.connection.execute(
            school_group.insert().values(id=made, school_id=school.id, kind="class", name=made, created_ms=world.now_ms)
        )
        rows = [{"group_id": made, "person_id": teacher, "part": "teacher", "origin": "name"}]
        rows += [{"group_id": made, "person_id": each, "part": "learner", "origin": "name"} for each in learners]
        tx.connection.execute(group_member.insert(), rows)
        return made

    return await world.database.write(make)


async def thread(world: World, by: Caller, *people: Caller) -> str:
    """The thread that somebody begins with these people; gives its id."""
    command = StartThread(room=by.own_room, key=uuid4(), people=tuple(each.person for each in people))
    made: str = done(await world.do(by, command))["made"]
    return made
