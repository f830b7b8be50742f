"""The index follows the log: soon, whole, once, and without what was taken away."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, select, text

from accounts.sessions import Actor
from rooms import searchable
from rooms.announcing import to_own_room
from rooms.doors import caller_of
from rooms.search import indexing
from rooms.search.indexing import Indexer
from rooms.search.model import behind, search_position
from rooms.searchable import Passage, Place, search_entry
from storage.database import open_database
from tests.rooms.search.searching import SOURCES, found, index, texts
from tests.world import World, done, edit, post, remove


async def setting(world: World) -> tuple[str, Actor]:
    """A staffroom and somebody in it."""
    school = await world.school()
    return school.staffroom, await world.session(await world.person(school, "amara"))


async def test_a_message_is_found_once_it_is_indexed_and_one_that_is_new_soon(world: World) -> None:
    room, amara = await setting(world)
    indexer = Indexer(world.database, SOURCES)
    task = asyncio.create_task(indexer.run())
    try:
        await world.do(caller_of(amara), post(room, "The hamster is back"))
        indexer.heard(world.published)
        async with asyncio.timeout(20):
            while texts(await found(world, amara, "hamsters")) != ["The hamster is back"]:  # noqa: ASYNC110 - no event
                await asyncio.sleep(0)
    finally:
        task.cancel()


async def test_what_nobody_told_of_is_found_out_at_the_next_start(world: World) -> None:
    room, amara = await setting(world)
    await world.commit(*((caller_of(amara), post(room, f"Lost glove {n}")) for n in range(50)))
    assert texts(await found(world, amara, "glove")) == []
    await index(world)
    assert len(await world.rows(search_entry)) == 50
    assert await world.database.read(behind, 10) == []


async def test_the_next_start_goes_on_where_the_last_one_stopped(world: World) -> None:
    room, amara = await setting(world)
    await world.do(caller_of(amara), post(room, "First"))
    await index(world)
    before = await world.rows(search_position)
    await world.do(caller_of(amara), post(room, "Second"))
    await index(world)
    after = {row.room_id: row.seq for row in await world.rows(search_position)}
    assert after[room] == {row.room_id: row.seq for row in before}[room] + 1
    assert texts(await found(world, amara, "second")) == ["Second"]


async def test_words_and_position_are_written_together_or_not_at_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, amara = await setting(world)
    await world.do(caller_of(amara), post(room, "Written twice is once too often"))

    def die(*_: Any) -> None:
        raise OSError("the power went")

    with monkeypatch.context() as broken:
        broken.setattr(indexing._move, "run", die)
        with pytest.raises(OSError, match="power"):
            await index(world)
    assert await world.rows(search_entry) == []
    await index(world)
    assert len(await world.rows(search_entry)) == 1


async def test_two_servers_that_take_up_the_same_rooms_write_everything_once(
    world: World, emptied_database_url: str
) -> None:
    room, amara = await setting(world)
    for start in range(0, 200, 50):
        await world.commit(*((caller_of(amara), post(room, f"Number {start + n}")) for n in range(50)))
    other = open_database(emptied_database_url)
    await asyncio.gather(*(Indexer(each, SOURCES).catch_up() for each in (world.database, other)))
    await other.close()
    rows = await world.rows(search_entry)
    assert sorted(row.seq for row in rows) == list(range(1, 201))


async def test_an_edit_changes_what_a_message_is_found_by(world: World) -> None:
    room, amara = await setting(world)
    made = done(await world.do(caller_of(amara), post(room, "Meet in the gymnasium")))
    await index(world)
    await world.do(caller_of(amara), edit(room, made["message"], "Meet in the library"))
    assert texts(await found(world, amara, "gymnasium")) == [], "gone at once, although the index does not know yet"
    await index(world)
    assert texts(await found(world, amara, "library")) == ["Meet in the library"]
    assert not await holds(world, "gymnasium")
    assert len(await world.rows(search_entry)) == 1


async def test_a_removed_message_leaves_the_index_in_the_same_transaction(world: World) -> None:
    room, amara = await setting(world)
    made = done(await world.do(caller_of(amara), post(room, "A secret about Priscilla")))
    await index(world)
    assert await holds(world, "priscilla")
    await world.do(caller_of(amara), remove(room, made["message"]))
    assert not await holds(world, "priscilla")
    assert texts(await found(world, amara, "secret")) == []
    await index(world)
    assert await world.rows(search_entry) == []


async def test_the_pages_of_the_index_are_written_anew_without_words_that_are_gone(world: World) -> None:
    room, amara = await setting(world)
    made = [done(await world.do(caller_of(amara), post(room, f"{word} sings"))) for word in ("Priscilla", "Quentin")]
    indexer = Indexer(world.database, SOURCES)
    await indexer.catch_up()
    await world.do(caller_of(amara), remove(room, made[0]["message"]))
    if world.database.dialect == "sqlite":
        assert await pages_with(world, "priscilla")
    await indexer.tidy()
    assert not await pages_with(world, "priscilla")
    assert texts(await found(world, amara, "sings")) == ["Quentin sings"]


async def test_what_was_removed_before_it_was_indexed_never_is(world: World) -> None:
    room, amara = await setting(world)
    made = done(await world.do(caller_of(amara), post(room, "Priscilla again")))
    await world.do(caller_of(amara), remove(room, made["message"]))
    await index(world)
    assert await world.rows(search_entry) == []
    assert not await holds(world, "priscilla")


async def test_what_is_removed_between_reading_and_writing_is_not_written(world: World) -> None:
    room, amara = await setting(world)
    made = done(await world.do(caller_of(amara), post(room, "Priscilla once more")))
    indexer = Indexer(world.database, SOURCES)
    news, _ = await world.database.read(indexer._read, [room], 10)
    await world.do(caller_of(amara), remove(room, made["message"]))
    await world.database.write_soon(indexer._write, news, indexer._prepare(news))
    assert await world.rows(search_entry) == []


async def test_a_feature_may_put_in_and_take_out_texts_of_its_own(world: World) -> None:
    room, amara = await setting(world)
    sheet = Passage(Place(room, 1, "f1"), amara.person, world.now_ms, "Phonics worksheet", "/shelf/f1")
    other = Passage(Place(room, 1, "f2"), amara.person, world.now_ms, "Spelling worksheet", "/shelf/f2")

    class Shelf:
        kind = "file"
        events: Collection[str] = ()

        def changed(self, room: str, seq: int, kind: str, body: str) -> Place | None:
            raise AssertionError((room, seq, kind, body))

        def read(self, connection: Connection, places: Sequence[Place]) -> Sequence[Passage]:  # noqa: ARG002
            return [each for each in (sheet, other) if each.place in places]

    await world.database.write(lambda tx: searchable.put(tx.connection, "file", [sheet, other]))
    await world.database.write(lambda tx: searchable.put(tx.connection, "file", [sheet, other]))
    both = (*SOURCES, Shelf())
    assert texts(await found(world, amara, "worksheets", both, kind="file")) == [other.text, sheet.text]
    assert texts(await found(world, amara, "worksheets", both, kind="message")) == []
    await world.database.write(lambda tx: searchable.forget(tx.connection, "file", [sheet.place]))
    assert texts(await found(world, amara, "worksheets", both)) == [other.text]
    await world.database.write(lambda tx: searchable.take_out(tx.connection, room, [1]))
    assert await world.rows(search_entry) == []


async def test_many_texts_of_one_millisecond_keep_their_order(world: World) -> None:
    room, amara = await setting(world)
    said = [Passage(Place(room, 1, f"f{n}"), amara.person, 5, f"Copy {n}", "") for n in range(250)]
    await world.database.write(lambda tx: searchable.put(tx.connection, "file", said))
    rows = await world.rows(search_entry)
    assert len({row.id for row in rows}) == len(said)
    assert all(searchable.first_id(5) <= row.id < searchable.first_id(6) for row in rows)


async def test_own_rooms_of_people_are_not_followed(world: World) -> None:
    _, amara = await setting(world)
    await world.database.write(to_own_room, amara.person, "notice", {}, world.now_ms)
    assert await world.database.read(behind, 10) == []


async def holds(world: World, word: str) -> bool:
    """Whether the index still leads anywhere from this word."""
    if world.database.dialect == "sqlite":
        asked = select(text("rowid")).select_from(text("search_words")).where(text("search_words MATCH :word"))
    else:
        asked = select(search_entry.c.id).where(text("tokens @@ plainto_tsquery('simple', :word)"))
    return bool(await world.database.read(lambda connection: connection.execute(asked, {"word": word}).all()))


async def pages_with(world: World, word: str) -> int:
    """How many pages of SQLite's index hold a word, whether it leads anywhere or not; 0 on PostgreSQL."""
    if world.database.dialect != "sqlite":
        return 0
    sql = text("SELECT COUNT(*) FROM search_words_data WHERE INSTR(block, CAST(:word AS BLOB))")
    count = await world.database.read(lambda connection: connection.scalar(sql, {"word": word}))
    return int(count or 0)
