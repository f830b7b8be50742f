"""Adding and removing a room's feeds."""

from uuid import uuid4

import pytest

from rooms.embeds.commands import AddFeed, RemoveFeed
from rooms.embeds.model import feed
from rooms.embeds.rules import MOST_FEEDS
from tests.rooms.embeds.conftest import Place
from tests.world import code, done

URL = "https://news.example/feed?key=secret"


def add(room: str, url: str = URL) -> AddFeed:
    return AddFeed(room=room, key=uuid4(), url=url)


def remove(room: str, feed_id: str) -> RemoveFeed:
    return RemoveFeed(room=room, key=uuid4(), feed=feed_id)


async def test_who_looks_after_the_room_adds_a_feed_and_removes_it(place: Place) -> None:
    added = done(await place.world.do(place.head, add(place.room)))
    [row] = await place.world.rows(feed)
    assert (row.id, row.room_id, row.url, row.added_by) == (added["feed"], place.room, URL, place.head.person)
    assert row.due_ms <= place.world.now_ms
    done(await place.world.do(place.head, remove(place.room, added["feed"])))
    assert await place.world.rows(feed) == []
    assert await place.bodies("feed_added") == [{"feed": added["feed"], "site": "news.example"}]
    assert await place.bodies("feed_removed") == [{"feed": added["feed"]}]


async def test_nobody_else_does(place: Place) -> None:
    added = done(await place.world.do(place.head, add(place.room)))["feed"]
    assert code(await place.world.do(place.teacher, add(place.room, "https://b.example/"))) == "forbidden"
    assert code(await place.world.do(place.teacher, remove(place.room, added))) == "forbidden"
    stranger = await place.world.caller(await place.world.school("riverside"), "stranger", "head")
    assert code(await place.world.do(stranger, add(place.room))) == "not_found"
    assert code(await place.world.do(stranger, remove(place.room, added))) == "not_found"
    assert len(await place.world.rows(feed)) == 1


async def test_a_feed_of_another_room_is_not_there(place: Place) -> None:
    added = done(await place.world.do(place.head, add(place.room)))["feed"]
    other = await place.world.school("riverside")
    stranger = await place.world.caller(other, "stranger", "head")
    assert code(await place.world.do(stranger, remove(other.staffroom, added))) == "not_found"


async def test_the_same_feed_comes_once_and_there_are_not_too_many(place: Place) -> None:
    for n in range(MOST_FEEDS):
        done(await place.world.do(place.head, add(place.room, f"https://news.example/{n}")))
    assert code(await place.world.do(place.head, add(place.room, "https://news.example/0#top"))) == "bad_request"
    assert code(await place.world.do(place.head, add(place.room))) == "bad_request"
    assert len(await place.world.rows(feed)) == MOST_FEEDS


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://a.example/", "https://a@b.example/", "", "https://", "x"]
)
async def test_what_is_no_address_is_not_added(place: Place, url: str) -> None:
    assert code(await place.world.do(place.head, add(place.room, url))) == "bad_request"


async def test_a_repeat_adds_nothing(place: Place) -> None:
    command = add(place.room)
    first = done(await place.world.do(place.head, command))
    again = done(await place.world.do(place.head, command))
    assert (again["feed"], again["repeat"]) == (first["feed"], True)
    assert len(await place.world.rows(feed)) == 1
