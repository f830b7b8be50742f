"""A classroom with people in it, for tests that learners take part in."""

from rooms.membership import create_room, put_member
from storage.database import Transaction
from tests.world import School, World


async def classroom(world: World, school: School, *people: str, kind: str = "classroom") -> str:
    """A new room of this kind with these people in it; gives its id."""

    def make(tx: Transaction) -> str:
        made = create_room(tx, school.id, kind, "5 Willow", world.now_ms)
        for each in people:
            put_member(tx.connection, made, each, world.now_ms, may_write=True)
        return made

    return await world.database.write(make)
