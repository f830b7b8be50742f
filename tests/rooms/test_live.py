"""What the hub is told about rooms: who may follow, what came after, and whom an event concerns."""

import msgspec
import pytest
from msgspec import Raw

from accounts.model import session as session_table
from realtime.hub import Ask
from realtime.protocol import Event
from rooms.live import LiveRooms
from tests.world import World, post


def event(kind: str, body: object = None, room: str = "r1") -> Event:
    return Event(room, 1, kind, "p9", "2026-11-23T08:00:00+00:00", Raw(msgspec.json.encode(body or {})))


async def test_of_the_rooms_asked_about_those_are_admitted_that_one_may_read(world: World) -> None:
    school, other = await world.school(), await world.school("riverside")
    amara, learner = await world.caller(school, "amara"), await world.caller(school, "aisha", "learner", seated=False)
    await world.commit(*((amara, post(school.staffroom)) for _ in range(3)))
    rooms = (school.staffroom, other.staffroom, "rnowhere", amara.own_room)
    live = LiveRooms(world.database, world.clock)
    admitted = await live.admit(Ask(amara.person, amara.session, rooms))
    assert {room: (each.head, each.presence) for room, each in admitted.items()} == {
        school.staffroom: (3, True), amara.own_room: (0, False),
    }  # fmt: skip
    assert dict(await live.admit(Ask(learner.person, learner.session, rooms))) == {}


async def test_a_learner_who_was_let_in_by_mistake_sees_nothing(world: World) -> None:
    school = await world.school()
    learner = await world.caller(school, "aisha", "learner", seated=True)
    live = LiveRooms(world.database, world.clock)
    assert dict(await live.admit(Ask(learner.person, learner.session, (school.staffroom,)))) == {}


async def test_an_ended_session_and_one_of_somebody_else_admit_nobody(world: World) -> None:
    school = await world.school()
    amara, ben = await world.caller(school, "amara"), await world.caller(school, "ben")
    live = LiveRooms(world.database, world.clock)
    assert dict(await live.admit(Ask(amara.person, ben.session, (school.staffroom,)))) == {}
    await world.set(session_table, {"ended_ms": 1}, id=amara.session)
    assert dict(await live.admit(Ask(amara.person, amara.session, (school.staffroom,)))) == {}


@pytest.mark.parametrize(
    ("given", "person"),
    [
        (event("member_added", {"person": "p7", "name": "x"}), "p7"), (event("member_removed", {"person": "p7"}), "p7"),
        (event("session_ended", room="u7"), "p7"), (event("access_changed", room="u7"), "p7"),
        (event("message_posted", {"person": "p7"}), None), (event("room_read", room="u7"), None),
    ],
)  # fmt: skip
async def test_an_event_concerns_whose_access_it_may_change(world: World, given: Event, person: str | None) -> None:
    assert LiveRooms(world.database, world.clock).concerns(given) == person


async def test_only_the_named_kinds_take_something_out_of_the_log(world: World) -> None:
    live = LiveRooms(world.database, world.clock, {"message_removed"})
    assert live.redacts(event("message_removed"))
    assert not live.redacts(event("message_posted"))
