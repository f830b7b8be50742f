"""A name leaves the copies of what somebody wrote, and the calls on them; nothing else changes."""

from uuid import uuid4

import msgspec

from rooms.enrolling import seat
from rooms.membership import create_room
from rooms.messages.forgetting import forget_calls, forget_in_copies
from rooms.messages.forwarding import ForwardMessage
from tests.world import World, done, edit, post


async def bodies(world: World, of: str) -> list[dict[str, object]]:
    return [msgspec.json.decode(each.body) for each in await world.events(of)]


async def test_copies_of_what_somebody_wrote_say_their_name_no_more_and_other_copies_stay(world: World) -> None:
    school = await world.school()
    amara, ben = await world.caller(school, "amara"), await world.caller(school, "ben")
    rooms = [await world.database.write(create_room, school.id, "department", name, world.now_ms) for name in "ab"]
    for room in rooms:
        await world.database.write(seat, room, ben.person, world.now_ms)
    mine = done(await world.do(ben, post(school.staffroom, "mine")))["message"]
    hers = done(await world.do(amara, post(school.staffroom, "hers")))["message"]
    for which in (hers, mine):
        passed = ForwardMessage(room=rooms[0], key=uuid4(), from_room=school.staffroom, message=which)
        copy = done(await world.do(ben, passed))["message"]
        await world.do(ben, ForwardMessage(room=rooms[1], key=uuid4(), from_room=rooms[0], message=copy))
    await world.database.write(forget_in_copies, ben.person, "Former staff")
    for room in rooms:
        said = [each["forwarded"] for each in await bodies(world, room) if "forwarded" in each]
        assert [each["name"] for each in said] == ["Amara", "Former staff"]  # type: ignore[index]


async def test_calls_on_somebody_say_their_name_no_more(world: World) -> None:
    school = await world.school()
    amara, ben = await world.caller(school, "amara"), await world.caller(school, "ben")
    here, calls = school.staffroom, f"@[Ben]({ben.person}) and @[Amara]({amara.person})"
    first = done(await world.do(amara, post(here, f"**first** {calls}")))["message"]
    await world.do(amara, edit(here, first, f"second {calls}"))
    await world.database.write(forget_calls, ben.person, "Former staff")
    for body in await bodies(world, here):
        assert "Ben" not in str(body)
        assert ben.person not in str(body)
        assert f"@Former staff and @[Amara]({amara.person})" in str(body["text"])
        assert "@Former staff and <span" in str(body["html"])
