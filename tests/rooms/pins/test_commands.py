"""Pinning messages and taking pins down."""

from uuid import uuid4

from sqlalchemy import Connection

from realtime.connection import Caller
from rooms.grants import load
from rooms.model import member
from rooms.pins.commands import PinMessage, UnpinMessage
from rooms.pins.model import MOST, pin, pinned
from rooms.pins.showing import listed
from tests.rooms.classroom import classroom
from tests.world import School, World, code, done, post, remove


def pin_it(of: str, message: str) -> PinMessage:
    return PinMessage(room=of, key=uuid4(), message=message)


def unpin(of: str, message: str) -> UnpinMessage:
    return UnpinMessage(room=of, key=uuid4(), message=message)


async def talk(world: World) -> tuple[School, Caller, Caller, str]:
    """A head and a teacher in the staffroom, and a message of the teacher."""
    school = await world.school()
    head, ben = await world.caller(school, "head", "head"), await world.caller(school, "ben")
    return school, head, ben, done(await world.do(ben, post(school.staffroom, "The hall is free")))["message"]


async def test_whoever_puts_up_notices_pins_and_everybody_is_told(world: World) -> None:
    school, head, _, message = await talk(world)
    here = school.staffroom
    assert done(await world.do(head, pin_it(here, message)))["message"] == message
    done(await world.do(head, pin_it(here, message)))  # once is enough
    assert [event.kind for event in await world.events(here)] == ["message_posted", "message_pinned"]
    (row,) = await world.database.read(pinned, here, 1)
    assert (row.seq, row.text, row.name) == (1, "The hall is free", "Ben")
    done(await world.do(head, unpin(here, message)))
    done(await world.do(head, unpin(here, message)))
    assert [event.kind for event in await world.events(here)][2:] == ["message_unpinned"]


async def test_others_do_not_pin_and_strangers_find_nothing(world: World) -> None:
    school, head, ben, message = await talk(world)
    here, other = school.staffroom, await world.school("riverside")
    foreign_head = await world.caller(other, "colette", "head")
    learner = await world.caller(school, "aisha", "learner", seated=False)
    assert code(await world.do(ben, pin_it(here, message))) == "forbidden"
    for each in (foreign_head, learner):
        assert code(await world.do(each, pin_it(here, message))) == "not_found"
    await world.do(head, pin_it(here, message))
    assert code(await world.do(ben, unpin(here, message))) == "forbidden"
    for forged in ("nonsense", f"m9-{here}", f"m1-{other.staffroom}"):
        assert code(await world.do(head, pin_it(here, forged))) == "not_found"


async def test_a_learner_who_writes_in_a_room_still_pins_nothing(world: World) -> None:
    school, _, _, _ = await talk(world)
    learner = await world.caller(school, "aisha", "learner", seated=False)
    room = await classroom(world, school, learner.person)
    message = done(await world.do(learner, post(room)))["message"]
    assert code(await world.do(learner, pin_it(room, message))) == "forbidden"


async def test_ten_are_enough(world: World) -> None:
    school, head, _, _ = await talk(world)
    here = school.staffroom
    for number in range(2, MOST + 3):
        await world.do(head, post(here, str(number)))
    outcomes = [await world.do(head, pin_it(here, f"m{number}-{here}")) for number in range(1, MOST + 2)]
    assert [done(each)["repeat"] for each in outcomes[:MOST]] == [False] * MOST
    assert code(outcomes[MOST]) == "bad_request"
    assert len(await world.rows(pin)) == MOST


async def test_what_is_removed_is_pinned_no_longer(world: World) -> None:
    school, head, _, message = await talk(world)
    here = school.staffroom
    await world.do(head, pin_it(here, message))
    await world.do(head, remove(here, message))
    assert await world.rows(pin) == []


async def test_a_newcomer_is_not_shown_what_was_pinned_before_them(world: World) -> None:
    school, head, ben, message = await talk(world)
    here = school.staffroom
    await world.do(head, pin_it(here, message))
    await world.set(member, {"from_seq": 2}, person_id=ben.person, room_id=here)

    def seen(connection: Connection) -> list[list[str]]:
        pairs = [(n, who.person, who.session, here, None) for n, who in enumerate((head, ben))]
        return [
            [each["id"] for each in listed(connection, here, grant)] for grant in load(connection, pairs, world.now_ms)
        ]

    assert await world.database.read(seen) == [[message], []]
