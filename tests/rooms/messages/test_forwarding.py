"""Passing messages on: within one's rights, with as little as needed, and gone when the original goes."""

from uuid import uuid4

import msgspec

from realtime.connection import Caller
from rooms.enrolling import seat
from rooms.forwarding import forward
from rooms.membership import create_room
from rooms.messages.forwarding import ForwardMessage
from rooms.posts import message
from tests.world import School, World, code, done, post, remove


def pass_on(to: str, of: str, which: str, text: str = "") -> ForwardMessage:
    return ForwardMessage(room=to, key=uuid4(), from_room=of, message=which, text=text)


async def another(world: World, school: School, kind: str, *people: Caller) -> str:
    made = await world.database.write(create_room, school.id, kind, "Another", world.now_ms)
    for each in people:
        await world.database.write(seat, made, each.person, world.now_ms)
    return made


async def texts(world: World, of: str) -> list[str]:
    return [row.text for row in await world.rows(message, room_id=of)]


async def test_a_copy_says_who_wrote_it_and_when_and_a_note_answers_it(world: World) -> None:
    school = await world.school()
    amara, ben = await world.caller(school, "amara"), await world.caller(school, "ben")
    there = await another(world, school, "department", amara, ben)
    first = done(await world.do(amara, post(school.staffroom, f"**Cover** @[Ben]({ben.person})")))
    copy = done(await world.do(ben, pass_on(there, school.staffroom, first["message"], "see this")))["message"]
    posted, note = [msgspec.json.decode(each.body) for each in await world.events(there) if "posted" in each.kind]
    assert posted["text"] == "**Cover** @Ben"
    assert posted["html"] == '<p dir="auto"><strong>Cover</strong> @Ben</p>'
    assert set(posted["forwarded"]) == {"name", "at"}
    assert posted["forwarded"]["name"] == "Amara"
    assert (note["text"], note["reply_to"]) == ("see this", copy)
    again = done(await world.do(ben, pass_on(school.staffroom, there, copy)))["message"]
    last = [msgspec.json.decode(each.body) for each in await world.events(school.staffroom)][-1]
    assert (last["message"], last["forwarded"]) == (again, posted["forwarded"])


async def test_what_is_removed_is_removed_everywhere(world: World) -> None:
    school = await world.school()
    amara, ben = await world.caller(school, "amara"), await world.caller(school, "ben")
    there = await another(world, school, "department", amara, ben)
    further = await another(world, school, "department", ben)
    first = done(await world.do(amara, post(school.staffroom, "sensitive")))["message"]
    copy = done(await world.do(ben, pass_on(there, school.staffroom, first)))["message"]
    done(await world.do(ben, pass_on(further, there, copy)))
    done(await world.do(amara, remove(school.staffroom, first)))
    for of in (school.staffroom, there, further):
        assert await texts(world, of) == [""]
        events = await world.events(of)
        assert events[-1].kind == "message_removed"
        assert not [each for each in events if b"sensitive" in bytes(each.body)]
        await world.check_log(of)
    assert len(await world.rows(forward)) == 2


async def test_what_staff_say_among_themselves_stays_among_staff(world: World) -> None:
    school = await world.school()
    amara = await world.caller(school, "amara")
    hall = await another(world, school, "hall", amara)
    first = done(await world.do(amara, post(school.staffroom, "about a child")))["message"]
    assert code(await world.do(amara, pass_on(hall, school.staffroom, first))) == "forbidden"
    assert await texts(world, hall) == []


async def test_nobody_passes_on_what_they_cannot_read_or_to_where_they_cannot_write(world: World) -> None:
    school = await world.school()
    amara, ben = await world.caller(school, "amara"), await world.caller(school, "ben")
    there = await another(world, school, "department", ben)
    other = await world.school("riverside")
    stranger = await world.caller(other, "stranger")
    secret = done(await world.do(ben, post(there, "secret")))["message"]
    strange = done(await world.do(stranger, post(other.staffroom, "elsewhere")))["message"]
    mine = done(await world.do(amara, post(school.staffroom, "mine")))["message"]
    assert code(await world.do(amara, pass_on(school.staffroom, there, secret))) == "not_found"
    assert code(await world.do(amara, pass_on(school.staffroom, other.staffroom, strange))) == "not_found"
    assert code(await world.do(amara, pass_on(school.staffroom, "r0nosuchroom", "m1-r0nosuchroom"))) == "not_found"
    assert code(await world.do(amara, pass_on(there, school.staffroom, mine))) == "not_found"


async def test_a_learner_passes_on_only_to_where_its_author_is_too(world: World) -> None:
    school = await world.school()
    zoe = await world.caller(school, "zoe", "learner", seated=False)
    yan = await world.caller(school, "yan", "learner", seated=False)
    here = await another(world, school, "club", zoe, yan)
    shared, alone = await another(world, school, "club", zoe, yan), await another(world, school, "club", zoe)
    said = done(await world.do(yan, post(here, "hello")))["message"]
    done(await world.do(zoe, pass_on(shared, here, said)))
    assert code(await world.do(zoe, pass_on(alone, here, said))) == "forbidden"
