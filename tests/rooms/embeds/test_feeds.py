"""Feeds are fetched from a real server: in time, by one of two, and never further than they may be long."""

import asyncio
from collections.abc import Mapping

from accounts.privacy.keepers import Subject
from rooms.embeds.feeds import LEASE_MS, Feeds
from rooms.embeds.model import entries_of, feed
from rooms.embeds.privacy import EmbedKeeper
from rooms.embeds.rules import EVERY_MS, SPREAD_MS
from rooms.model import room as room_table
from tests.harness.hostile import Say, bomb, endless, moved, page, silent, status
from tests.rooms.embeds.conftest import Place, ReaderHere
from tests.rooms.embeds.test_commands import add, remove
from tests.rooms.embeds.test_taking_apart import rss
from tests.world import World, done, until
from web.outside import Outside

KIND = "application/rss+xml"
SNOW = "<title>Snow</title><guid>1</guid><link>https://news.example/snow</link>"
NEXT_MS = EVERY_MS + SPREAD_MS


async def added(place: Place, path: str = "/feed", host: str = "news.example") -> str:
    return str(done(await place.world.do(place.head, add(place.room, place.url(path, host))))["feed"])


async def test_a_feed_is_fetched_and_the_room_told(place: Place) -> None:
    place.hostile.pages["/feed"] = page(rss(SNOW), KIND)
    feed_id = await added(place)
    assert await place.feeds.look() == 1
    [row] = await place.world.rows(feed)
    assert (row.title, row.trouble, row.failures) == ("School news", None, 0)
    assert [(each.title, each.url) for each in entries_of(row)] == [("Snow", "https://news.example/snow")]
    changed = {"feed": feed_id, "title": "School news", "site": "news.example"}
    assert await place.bodies("feed_changed") == [changed]
    await place.world.check_log(place.room)


async def test_it_is_fetched_again_in_half_an_hour_and_not_before(place: Place) -> None:
    place.hostile.pages["/feed"] = page(rss(SNOW), KIND)
    await added(place)
    assert [await place.feeds.look(), await place.feeds.look()] == [1, 0]
    place.later(EVERY_MS - 1000)
    assert await place.feeds.look() == 0
    place.later(SPREAD_MS + 1000)
    assert await place.feeds.look() == 1


async def test_the_room_is_told_of_news_alone(place: Place) -> None:
    place.hostile.pages["/feed"] = page(rss(SNOW), KIND)
    await added(place)
    await place.feeds.look()
    place.later(NEXT_MS)
    await place.feeds.look()
    assert len(await place.bodies("feed_changed")) == 1
    place.hostile.pages["/feed"] = page(rss("<title>Thaw</title><guid>2</guid>", SNOW), KIND)
    place.later(NEXT_MS)
    await place.feeds.look()
    assert len(await place.bodies("feed_changed")) == 2


async def test_what_has_not_changed_is_not_sent_again(place: Place) -> None:
    place.hostile.pages["/feed"] = page(rss(SNOW), KIND, etag='"7"', last_modified="Fri, 20 Nov 2026 07:50:00 GMT")
    await added(place)
    await place.feeds.look()
    place.hostile.pages["/feed"] = status(304)
    place.later(NEXT_MS)
    await place.feeds.look()
    asked = place.hostile.asked[-1].headers
    assert (asked["if-none-match"], asked["if-modified-since"]) == ('"7"', "Fri, 20 Nov 2026 07:50:00 GMT")
    [row] = await place.world.rows(feed)
    assert (len(entries_of(row)), row.trouble) == (1, None)


TROUBLES: Mapping[str, tuple[Say, str | None]] = {
    "endless": (endless(KIND), "too_large"),
    "gigabyte": (endless(KIND, content_length=str(1 << 30)), "too_large"),
    "bomb": (bomb(16, KIND), "too_large"),
    "page": (page("<html>", "text/html"), "type"),
    "none": (page("<html>", KIND), "not_feed"),
    "gone": (status(404), "status"),
    "same": (status(304), None),
    "inside": (moved("http://inside.example/feed"), "address"),
    "round": (moved("/round"), "redirect"),
    "file": (moved("file:/etc/passwd"), "address"),
}


async def test_what_is_wrong_is_kept_for_who_looks_after_the_room(place: Place) -> None:
    for name, (say, trouble) in TROUBLES.items():
        place.hostile.pages[f"/{name}"] = say
        feed_id = await added(place, f"/{name}")
        await place.feeds.look()
        [row] = await place.world.rows(feed)
        assert (row.trouble, row.entries) == (trouble, "[]"), name
        done(await place.world.do(place.head, remove(place.room, feed_id)))
    assert set(await place.kinds()) == {"feed_added", "feed_removed"}
    assert place.hostile.sent < 60_000_000


async def test_a_feed_inside_is_not_asked(place: Place) -> None:
    place.hostile.pages["/feed"] = page(rss(SNOW), KIND)
    await added(place, host="inside.example")
    await place.feeds.look()
    assert [row.trouble for row in await place.world.rows(feed)] == ["address"]
    assert place.hostile.asked == []


async def test_the_address_of_a_page_is_taken_for_that_of_its_feed(place: Place) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    place.hostile.pages |= {"/": page(link), "/feed": page(rss(SNOW), KIND)}
    await added(place, "/")
    assert [await place.feeds.look(), await place.feeds.look(), await place.feeds.look()] == [1, 1, 0]
    [row] = await place.world.rows(feed)
    assert (row.url, row.title, row.trouble, row.failures) == (place.url("/feed"), "School news", None, 0)
    await added(place, "/")
    await place.feeds.look()
    assert sorted(row.trouble or "" for row in await place.world.rows(feed)) == ["", "type"]


async def test_a_page_that_leads_to_a_page_leads_no_further(place: Place) -> None:
    def link(to: str) -> str:
        return f'<link rel="alternate" type="application/rss+xml" href="{to}">'

    place.hostile.pages |= {"/a": page(link("/b")), "/b": page(link("/a"))}
    await added(place, "/a")
    while await place.feeds.look():
        pass
    assert place.hostile.paths == ["/a", "/b"]
    assert [row.trouble for row in await place.world.rows(feed)] == ["type"]


async def test_while_a_feed_fails_what_it_said_stays_and_it_is_asked_more_seldom(place: Place) -> None:
    place.hostile.pages["/feed"] = page(rss(SNOW), KIND)
    await added(place)
    await place.feeds.look()
    place.hostile.pages["/feed"] = status(503)
    for failures in (1, 2):
        place.later(NEXT_MS << (failures - 1))
        assert await place.feeds.look() == 1
        [row] = await place.world.rows(feed)
        assert (row.failures, row.trouble, len(entries_of(row))) == (failures, "status", 1)
        assert row.due_ms - place.world.now_ms > (EVERY_MS << failures) - 60_000
    place.hostile.pages["/feed"] = page(rss(SNOW), KIND)
    place.later(NEXT_MS << 2)
    await place.feeds.look()
    [row] = await place.world.rows(feed)
    assert (row.failures, row.trouble) == (0, None)


async def test_of_two_servers_one_fetches(place: Place, outside: Outside) -> None:
    place.hostile.pages["/feed"] = page(rss(SNOW), KIND)
    await added(place)
    other = Feeds(place.world.database, place.world.clock, outside, ReaderHere())
    assert sorted(await asyncio.gather(place.feeds.look(), other.look())) == [0, 1]
    assert place.hostile.paths == ["/feed"]
    assert len(await place.bodies("feed_changed")) == 1


async def test_what_a_server_did_not_end_another_takes_up(place: Place) -> None:
    place.hostile.pages["/feed"] = silent()
    await added(place)
    looking = asyncio.create_task(place.feeds.look())
    await until(lambda: bool(place.hostile.asked))
    looking.cancel()
    place.hostile.pages["/feed"] = page(rss(SNOW), KIND)
    assert await place.feeds.look() == 0
    place.later(LEASE_MS)
    assert await place.feeds.look() == 1
    assert len(await place.bodies("feed_changed")) == 1


async def test_a_feed_that_is_removed_while_it_is_fetched_is_gone(place: Place) -> None:
    place.hostile.pages["/feed"] = silent()
    feed_id = await added(place)
    looking = asyncio.create_task(place.feeds.look())
    await until(lambda: bool(place.hostile.asked))
    done(await place.world.do(place.head, remove(place.room, feed_id)))
    for each in place.hostile.asked:
        each.gone.cancel()
    await looking
    assert await place.kinds() == ["feed_added", "feed_removed"]


async def test_a_closed_room_is_left_alone(place: Place) -> None:
    await added(place)
    await place.world.set(room_table, {"closed_ms": 1}, id=place.room)
    assert await place.feeds.look() == 0


async def test_who_added_a_feed_is_handed_out_and_forgotten(place: Place) -> None:
    await added(place)
    keeper, head = EmbedKeeper(), place.head.person
    them = Subject(head, place.school.id, "staff", "Hana", "Hana", "hana")
    [part] = await place.world.database.read(keeper.hand_out, them)
    assert [row["address"] for row in part.rows] == [place.url("/feed")]
    assert await place.world.database.read(keeper.count, them) == {"Names at feeds in rooms": 1}
    await place.world.database.write(lambda tx: keeper.erase(tx, them, head, place.world.now_ms))
    assert [row.added_by for row in await place.world.rows(feed)] == [None]


async def test_the_feeds_of_no_room_are_due(world: World, outside: Outside) -> None:
    assert await Feeds(world.database, world.clock, outside, ReaderHere()).look() == 0
