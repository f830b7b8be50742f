"""A room's log: read on from anywhere, redacted in place, and shortened only with a floor to tell so."""

import msgspec

from rooms import log
from rooms.announcing import to_own_room
from rooms.model import event, evidence, room
from tests.world import World, post


async def test_reading_on_gives_what_follows_in_order_and_no_more_than_asked(world: World) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara")
    await world.commit(*((amara, post(school.staffroom, str(n))) for n in range(10)))
    found = await world.database.read(log.after, school.staffroom, 4, 3)
    assert [(each.seq, msgspec.json.decode(each.body)["text"]) for each in found] == [(5, "4"), (6, "5"), (7, "6")]
    assert await world.database.read(log.after, school.staffroom, 10, 3) == []
    assert await world.database.read(log.after, "rnowhere", 0, 3) == []


async def test_what_is_read_back_is_what_was_announced(world: World) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara")
    await world.commit(*((amara, post(school.staffroom, each)) for each in ("“quoted” ' \\ \" {}", "😀 שלום", "a\nb")))
    announced = [msgspec.json.encode(each) for each in world.published]
    assert [msgspec.json.encode(each) for each in await world.events(school.staffroom)] == announced


async def test_heads_are_told_of_the_rooms_that_there_are(world: World) -> None:
    school, other = await world.school(), await world.school("riverside")
    amara = await world.caller(school, "amara")
    await world.commit(*((amara, post(school.staffroom)) for _ in range(3)))
    asked = [school.staffroom, other.staffroom, "rnowhere"]
    assert await world.database.read(log.heads, asked) == {school.staffroom: 3, other.staffroom: 0}
    assert await world.database.read(log.heads, []) == {}


async def test_an_append_outside_a_group_commit_takes_the_next_place(world: World) -> None:
    amara = await world.caller(await world.school(), "amara")
    for _ in range(2):
        await world.database.write(to_own_room, amara.person, "room_joined", {"room": "r1"}, world.now_ms)
    assert [(each.room, each.seq) for each in world.published] == [(amara.own_room, 1), (amara.own_room, 2)]
    await world.check_log(amara.own_room)


async def test_a_redaction_leaves_a_tombstone_and_keeps_the_text_apart(world: World) -> None:
    school = await world.school()
    amara, head = await world.caller(school, "amara"), await world.caller(school, "head", "head")
    await world.commit(*((amara, post(school.staffroom, each)) for each in ("keep", "take", "keep")))
    tombstone = {"removed": True}
    await world.database.write(log.redact, school.staffroom, [2], tombstone, head.person, 77, "unkind")
    bodies = [msgspec.json.decode(each.body) for each in await world.events(school.staffroom)]
    assert [each.get("text") for each in bodies] == ["keep", None, "keep"]
    assert bodies[1] == tombstone
    (kept,) = await world.rows(evidence)
    assert (kept.seq, kept.author_id, kept.removed_by, kept.removed_ms, kept.reason) == (
        2, amara.person, head.person, 77, "unkind",
    )  # fmt: skip
    assert "take" in kept.body
    await world.check_log(school.staffroom)


async def test_an_own_room_is_shortened_and_its_floor_says_so(world: World) -> None:
    amara = await world.caller(await world.school(), "amara")
    for _ in range(5):
        await world.database.write(to_own_room, amara.person, "room_joined", {"room": "r1"}, 1)
    await world.database.write(log.trim, amara.own_room, 5)
    assert len(await world.events(amara.own_room)) == 5, "short enough"
    await world.database.write(log.trim, amara.own_room, log.OWN_ROOM_KEEPS + 4)
    assert [row.seq for row in await world.rows(event, room_id=amara.own_room)] == [4, 5]
    assert [(row.floor, row.last_seq) for row in await world.rows(room, id=amara.own_room)] == [(4, 5)]
