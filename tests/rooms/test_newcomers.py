"""What somebody who comes later may see of the past is the room's to say, and no door shows more."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection

from realtime.connection import Caller
from realtime.hub import Ask
from rooms import directory
from rooms.live import LiveRooms
from rooms.membership import AddMember
from rooms.messages import history
from rooms.model import member, room
from rooms.moments import begin, crossed_between
from rooms.posts import message_id
from rooms.reading import Read
from storage.clock import Clock
from tests.harness.api import SignIn
from tests.harness.live import Tab
from tests.serving import COOKIE, Served, serving
from tests.world import School, World, code, done, edit, post, remove


async def room_with_a_past(world: World, past: str = "from_joining") -> tuple[School, Caller, Caller]:
    """A staffroom with three messages from before Ben came, and two from after."""
    school = await world.school()
    await world.set(room, {"past": past}, id=school.staffroom)
    head, ben = await world.caller(school, "amara", "head"), await world.caller(school, "ben", seated=False)
    for nth in range(3):
        done(await world.do(head, post(school.staffroom, f"before {nth}")))
    done(await world.do(head, AddMember(room=school.staffroom, key=uuid4(), person=ben.person)))
    for nth in range(2):
        done(await world.do(head, post(school.staffroom, f"after {nth}")))
    return school, head, ben


async def texts(world: World, ben: Caller, of: str, before: int | None = None) -> list[str]:
    actor = await world.session(ben.person)

    def read(connection: Connection) -> list[str]:
        grant = directory.require(connection, actor, of, "read", world.now_ms)
        return [row.text for row in history.page(connection, of, history.Asked(before, floor=grant.floor)).messages]

    return await world.database.read(read)


async def test_history_begins_where_they_came_in(world: World) -> None:
    school, head, ben = await room_with_a_past(world)
    assert await texts(world, ben, school.staffroom) == ["after 0", "after 1"]
    assert await texts(world, ben, school.staffroom, before=4) == []
    assert len(await texts(world, head, school.staffroom)) == 5


async def test_where_everything_is_shown_so_it_is(world: World) -> None:
    school, _, ben = await room_with_a_past(world, "everything")
    assert len(await texts(world, ben, school.staffroom)) == 5


async def test_only_what_they_may_see_counts_as_unread(world: World) -> None:
    school, _, ben = await room_with_a_past(world)
    assert (await world.database.read(history.unread, ben.person))[school.staffroom] == 2
    await world.set(member, {"read_seq": 0}, person_id=ben.person, room_id=school.staffroom)
    assert (await world.database.read(history.unread, ben.person))[school.staffroom] == 2
    done(await world.do(ben, Read(room=school.staffroom, seq=6)))
    assert (await world.database.read(history.unread, ben.person)).get(school.staffroom, 0) == 0


async def test_what_was_before_them_cannot_be_answered_edited_or_removed(world: World) -> None:
    school, _, ben = await room_with_a_past(world)
    before, after = message_id(school.staffroom, 1), message_id(school.staffroom, 5)
    assert code(await world.do(ben, post(school.staffroom, reply_to=before))) == "not_found"
    assert code(await world.do(ben, edit(school.staffroom, before, "mine"))) == "not_found"
    assert code(await world.do(ben, remove(school.staffroom, before))) == "not_found"
    done(await world.do(ben, post(school.staffroom, reply_to=after)))


async def test_a_quote_of_what_was_before_them_is_not_shown(world: World) -> None:
    school, head, ben = await room_with_a_past(world)
    done(await world.do(head, post(school.staffroom, "as I said", reply_to=message_id(school.staffroom, 1))))
    actor = await world.session(ben.person)

    def read(connection: Connection) -> tuple[int, int]:
        floor = directory.require(connection, actor, school.staffroom, "read", world.now_ms).floor
        rows = history.page(connection, school.staffroom, history.Asked(floor=floor)).messages
        quoted = history.quoted(connection, school.staffroom, rows, floor)
        return len(quoted), len(history.quoted(connection, school.staffroom, rows))

    assert await world.database.read(read) == (0, 1)


async def test_whoever_follows_the_room_is_admitted_from_there_on(world: World) -> None:
    school, head, ben = await room_with_a_past(world)
    live = LiveRooms(world.database, Clock())
    for caller, floor in ((ben, 4), (head, 1)):
        admitted = await live.admit(Ask(caller.person, caller.session, (school.staffroom,)))
        assert admitted[school.staffroom].floor == floor
    actor = await world.session(ben.person)
    cards = await world.database.read(directory.rooms_of, actor, world.now_ms)
    assert [each.floor for each in cards if each.id == school.staffroom] == [4]


async def test_who_comes_again_sees_what_is_written_from_then_on(world: World) -> None:
    school, head, ben = await room_with_a_past(world)
    await world.execute(member.delete().where(member.c.person_id == ben.person, member.c.room_id == school.staffroom))
    done(await world.do(head, AddMember(room=school.staffroom, key=uuid4(), person=ben.person)))
    assert await texts(world, ben, school.staffroom) == []


async def test_whose_days_begin_later_sees_nothing_from_before_them(world: World) -> None:
    school, head, ben = await room_with_a_past(world)
    await world.set(member, {"joined_ms": 1, "from_ms": 500}, person_id=ben.person, room_id=school.staffroom)
    assert (await world.database.read(crossed_between, 400, 600)).begun
    assert not (await world.database.read(crossed_between, 500, 600)).begun
    await world.database.write(begin, 400, 600)
    assert await texts(world, ben, school.staffroom) == []
    done(await world.do(head, post(school.staffroom, "on their day")))
    await world.database.write(begin, 400, 600)  # another server looks, too
    assert await texts(world, ben, school.staffroom) == ["on their day"]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as running:
        yield running


def newcomer(served: Served, name: str) -> tuple[str, int]:
    """Somebody in a room that shows newcomers nothing, in which something had been said; and their first seq."""
    with served.signed_in("amara") as amara:
        own = amara.get("/api/v1/me").json()["own_room"]
        asked: dict[str, Any] = {"kind": "club", "name": f"Choir of {name}", "past": "from_joining"}
        made = command(amara, "make_room", room=own, **asked)["made"]
        for nth in range(3):
            command(amara, "post_message", room=made, text=f"hush-hush {nth}")
        first = command(amara, "add_member", room=made, person=served.who(name)["person"])["seq"]
        command(amara, "post_message", room=made, text="welcome")
    return made, first


def command(client: Any, name: str, /, **fields: Any) -> dict[str, Any]:
    answer = client.post(f"/api/v1/commands/{name}", json={"key": str(uuid4()), **fields})
    assert answer.status_code == 200, answer.text
    done: dict[str, Any] = answer.json()
    return done


def test_a_long_poll_from_before_they_came_is_a_reset(served: Served) -> None:
    made, first = newcomer(served, "tom")
    with served.signed_in("tom") as tom:
        for after in (0, first - 2):
            news = tom.get("/api/v1/events", params={"rooms": f"{made}:{after}"}).json()
            assert news["events"] == []
            assert news["reset"] == [{"room": made, "head": first + 1, "reason": "retention"}]
        news = tom.get("/api/v1/events", params={"rooms": f"{made}:{first - 1}"}).json()
        assert [each["seq"] for each in news["events"]] == [first, first + 1]
        page = tom.get(f"/rooms/{made}", headers={"Accept": "text/html"}).text
        answer = tom.get(f"/rooms/{made}?reply_to={message_id(made, 2)}", headers={"Accept": "text/html"}).text
        assert "welcome" in page
        assert "hush-hush" not in page + answer + tom.get(f"/api/v1/rooms/{made}/messages?before=4").text


def test_a_socket_that_asks_for_more_is_told_to_begin_anew(served: Served) -> None:
    made, first = newcomer(served, "leila")
    told = {**served.who("leila"), "staffroom": served.staffroom(), "token": served.cookies_of("leila")[COOKIE]}
    who = SignIn(**{field: told[field] for field in SignIn.__dataclass_fields__})

    async def follow(after: int, *, hello: bool, reach: int = 0) -> list[dict[str, Any]]:
        tab = Tab(served.url, who, {made: after} if hello else None)
        await tab.open()
        if not hello:
            await tab.subscribe(made, after)
        if reach:
            await tab.reach(made, reach)
        await tab.sync()
        frames = [frame for frame in tab.frames if frame.get("room") == made]
        await tab.close()
        return frames

    for hello in (True, False):
        frames = asyncio.run(follow(0, hello=hello))
        assert {each["reason"] for each in frames if each["type"] == "reset"} == {"retention"}
        assert not [each for each in frames if each["type"] == "event"]
    frames = asyncio.run(follow(first - 1, hello=False, reach=first + 1))
    assert [each["floor"] for each in frames if each["type"] == "subscribed"] == [first]
    assert [each["seq"] for each in frames if each["type"] == "event"] == [first, first + 1]
