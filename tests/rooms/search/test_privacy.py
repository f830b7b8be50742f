"""An erased person's words leave the index with their texts; those who wrote for the school are still found."""

import pytest

from accounts.privacy.keepers import Subject
from accounts.rights import Kind
from features import HOOKS_OF_MESSAGES
from rooms.doors import caller_of
from rooms.messages.privacy import MessageKeeper
from rooms.search.privacy import SearchKeeper
from rooms.searchable import Passage, Place, put, search_entry
from tests.rooms.search.searching import found, index, texts
from tests.world import World, post


@pytest.mark.parametrize(("kind", "left"), [("learner", []), ("staff", ["About the giraffe"])])
async def test_words_go_with_the_texts_and_stay_with_them(world: World, kind: Kind, left: list[str]) -> None:
    school = await world.school()
    them = await world.session(await world.person(school, "them"))
    reader = await world.session(await world.person(school, "reader"))
    await world.do(caller_of(them), post(school.staffroom, "About the giraffe"))
    await index(world)
    of = Subject(them.person, school.id, kind, "Them", "Them", "them")
    await world.database.write(MessageKeeper(HOOKS_OF_MESSAGES).erase, of, reader.person, world.now_ms)
    assert texts(await found(world, reader, "giraffes")) == left
    assert len(await world.rows(search_entry)) == len(left)


async def test_what_features_put_in_goes_too(world: World) -> None:
    school = await world.school()
    them = await world.person(school, "them")
    sheet = Passage(Place(school.staffroom, 1, "f1"), them, world.now_ms, "Phonics worksheet", "/shelf/f1")
    await world.database.write(lambda tx: put(tx.connection, "file", [sheet]))
    keeper, of = SearchKeeper(), Subject(them, school.id, "learner", "Them", "Them", "them")
    assert await world.database.read(keeper.hand_out, of) == []
    await world.database.write(keeper.erase, of, them, world.now_ms)
    assert await world.rows(search_entry) == []
