"""Read marks move forward only, and the person's other devices hear of it."""

import msgspec

from rooms import log
from rooms.model import member, room
from rooms.reading import Read
from tests.world import World, code, done, post


async def mark(world: World, person: str, of: str) -> int:
    (row,) = await world.rows(member, person_id=person, room_id=of)
    seq: int = row.read_seq
    return seq


async def test_a_mark_moves_forward_and_the_own_room_tells(world: World) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara")
    here = school.staffroom
    await world.commit(*((amara, post(here)) for _ in range(3)))
    assert done(await world.do(amara, Read(room=here, seq=2)))["seq"] == 2
    assert await mark(world, amara.person, here) == 2
    told = [(each.kind, msgspec.json.decode(each.body)) for each in await world.events(amara.own_room)]
    assert told == [("room_read", {"room": here, "seq": 2})]


async def test_a_mark_never_moves_back_nor_beyond_the_log(world: World) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara")
    here = school.staffroom
    await world.commit(*((amara, post(here)) for _ in range(3)))
    await world.do(amara, Read(room=here, seq=3))
    assert done(await world.do(amara, Read(room=here, seq=1)))["seq"] == 3
    assert done(await world.do(amara, Read(room=here, seq=99)))["seq"] == 3
    assert await mark(world, amara.person, here) == 3
    assert len(await world.events(amara.own_room)) == 1, "nothing new, nothing told"


async def test_marks_of_one_batch_end_at_the_furthest(world: World) -> None:
    school = await world.school()
    amara, ben = await world.caller(school, "amara"), await world.caller(school, "ben")
    here = school.staffroom
    await world.commit(*((amara, post(here)) for _ in range(5)))
    await world.commit(*((who, Read(room=here, seq=seq)) for who in (amara, ben) for seq in (2, 4, 3)))
    assert [await mark(world, who.person, here) for who in (amara, ben)] == [4, 4]
    for who in (amara, ben):
        await world.check_log(who.own_room)
        assert len(await world.events(who.own_room)) == 2


async def test_a_room_that_one_may_not_see_has_no_mark(world: World) -> None:
    school = await world.school()
    stranger = await world.caller(school, "stranger", seated=False)
    assert code(await world.do(stranger, Read(room=school.staffroom, seq=1))) == "not_found"


async def test_a_busy_own_room_stays_short(world: World) -> None:
    """Thousands of marks a term would otherwise be kept for ever."""
    school = await world.school()
    amara = await world.caller(school, "amara")
    here = school.staffroom
    nearly = 2 * log.OWN_ROOM_KEEPS - 2
    await world.set(room, {"last_seq": nearly}, id=amara.own_room)
    await world.commit(*((amara, post(here)) for _ in range(3)))
    for seq in (1, 2, 3):
        await world.do(amara, Read(room=here, seq=seq))
    (own,) = await world.rows(room, id=amara.own_room)
    assert (own.last_seq, own.floor) == (nearly + 3, log.OWN_ROOM_KEEPS)
