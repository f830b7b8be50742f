"""Words of threads are found by those who are there; where somebody asks for help nothing is written down at all."""

from rooms.model import room
from rooms.searchable import search_entry
from storage.database import Transaction
from tests.rooms.classroom import classroom
from tests.rooms.search.searching import found, index, texts
from tests.rooms.stickies.people import class_of, thread
from tests.world import World, done, post


async def test_only_who_is_in_a_thread_finds_its_words(world: World) -> None:
    here = await class_of(world)
    made = await thread(world, here.ava, here.teacher)
    done(await world.do(here.ava, post(made, "The otter lives by the river")))
    await index(world)
    for who in (here.ava, here.teacher):
        assert texts(await found(world, await world.session(who.person), "otter")) == ["The otter lives by the river"]
    for who in (here.ben, here.lead):
        assert texts(await found(world, await world.session(who.person), "otter")) == []


async def test_where_somebody_asks_for_help_nobody_finds_a_word(world: World) -> None:
    here = await class_of(world)
    made = await classroom(world, here.school, here.ava.person, here.lead.person)

    def ask_for_help(tx: Transaction) -> None:
        tx.connection.execute(room.update().where(room.c.id == made).values(kind="help"))

    await world.database.write(ask_for_help)
    done(await world.do(here.ava, post(made, "Somebody takes my lunch")))
    await index(world)
    assert await world.rows(search_entry, room_id=made) == []
    for who in (here.ava, here.lead):
        here_is = await found(world, await world.session(who.person), "lunch")
        assert texts(here_is) == []
        assert made not in here_is.rooms
