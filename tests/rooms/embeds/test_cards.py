"""Cards of links: only of hosts that the school allows, once a message, and gone with it."""

import asyncio
from typing import Any

from accounts.settings import SchoolSettings
from rooms.embeds.cards import FRESH_MS, LEASE_MS, RATES, TOO_LATE_MS, Cards
from rooms.embeds.model import link_card, link_page
from rooms.model import evidence
from tests.harness.hostile import bomb, endless, moved, page, silent, status
from tests.rooms.embeds.conftest import Place, ReaderHere
from tests.world import done, edit, post, remove, until
from web.outside import Outside

SNOW = '<head><title>Snow</title><meta name="description" content="It <b>snows</b>.">'


async def say(place: Place, text: str) -> str:
    return str(done(await place.world.do(place.teacher, post(place.room, text)))["message"])


async def cards(place: Place) -> list[dict[str, Any]]:
    return await place.bodies("link_card_made")


async def test_a_link_gets_a_card(place: Place) -> None:
    place.hostile.pages["/snow"] = page(SNOW)
    url = place.url("/snow")
    message = await say(place, f"Look: {url}!")
    assert await place.cards.look() == 1
    made = {"message": message, "url": url, "title": "Snow", "text": "It snows.", "site": "news.example"}
    assert await cards(place) == [made]
    assert await place.cards.look() == 0
    await place.world.check_log(place.room)


async def test_a_message_without_a_link_costs_nothing(place: Place) -> None:
    await say(place, "No link, http or other")
    assert await place.world.rows(link_card) == []


async def test_other_hosts_are_not_asked(place: Place) -> None:
    for host in ("other.example", "127.0.0.1", "news.example.evil.example", "inside.example"):
        await say(place, place.url("/snow", host))
    await place.cards.look()
    assert await cards(place) == []
    assert place.hostile.asked == []
    assert await place.world.rows(link_card) == []


async def test_a_school_that_allows_no_host_has_no_cards(place: Place) -> None:
    await place.settle(SchoolSettings(card_hosts=()))
    await say(place, place.url("/snow"))
    await place.cards.look()
    assert place.hostile.asked == []


async def test_an_allowed_name_that_leads_inside_is_not_asked(place: Place) -> None:
    await place.settle(SchoolSettings(card_hosts=("inside.example",)))
    await say(place, place.url("/snow", "inside.example"))
    await place.cards.look()
    assert await cards(place) == []
    assert place.hostile.asked == []


async def test_a_redirect_to_another_host_is_not_followed(place: Place) -> None:
    place.hostile.pages["/secret"] = page(SNOW)
    for host in ("other.example", "127.0.0.1", "inside.example"):
        place.hostile.pages[f"/{host}"] = moved(place.url("/secret", host))
        await say(place, place.url(f"/{host}"))
    await place.cards.look()
    assert await cards(place) == []
    assert sorted(place.hostile.paths) == ["/127.0.0.1", "/inside.example", "/other.example"]


async def test_a_page_that_says_nothing_gets_none(place: Place) -> None:
    bad = (status(404), page(SNOW, "application/pdf"), page(b"\xff\x00" * 999), page("<title> </title>"))
    for n, each in enumerate(bad):
        place.hostile.pages[f"/{n}"] = each
        await say(place, place.url(f"/{n}"))
    await place.cards.look()
    assert len(place.hostile.asked) == len(bad)
    assert await cards(place) == []
    assert await place.world.rows(link_card) == []


async def test_of_a_page_without_end_no_more_than_the_beginning_is_read(place: Place) -> None:
    for n, each in enumerate((endless(), endless(content_length=str(1 << 30)), bomb(16))):
        place.hostile.pages[f"/{n}"] = each
        await say(place, place.url(f"/{n}"))
    await place.cards.look()
    assert len(place.hostile.asked) == 3
    assert place.hostile.sent < 60_000_000


async def test_everything_on_it_is_text(place: Place) -> None:
    place.hostile.pages["/"] = page(
        '<title>x</title><meta property="og:title" content="<script>alert(1)</script>A\u202eB&lt;i&gt;">'
        '<meta name="description" content="<img src=x onerror=alert(1)>C&#x2066;">'
    )
    await say(place, place.url("/"))
    await place.cards.look()
    assert [(each["title"], each["text"]) for each in await cards(place)] == [("AB", "C")]


async def test_a_page_is_asked_once_a_day(place: Place) -> None:
    place.hostile.pages["/snow"] = page(SNOW)
    for _ in range(2):
        await say(place, place.url("/snow"))
        await place.cards.look()
    assert place.hostile.paths == ["/snow"]
    assert len(await cards(place)) == 2
    place.later(FRESH_MS + 1)
    await say(place, place.url("/snow"))
    await place.cards.look()
    assert place.hostile.paths == ["/snow"] * 2
    assert len(await place.world.rows(link_page)) == 1


async def test_a_removed_message_s_card_goes_with_it(place: Place) -> None:
    place.hostile.pages["/snow"] = page(SNOW)
    message = await say(place, place.url("/snow"))
    await place.cards.look()
    done(await place.world.do(place.teacher, remove(place.room, message)))
    assert await cards(place) == [{"message": message, "removed": True}]
    assert await place.world.rows(link_card) == []
    assert "Snow" not in str([each.body for each in await place.world.events(place.room)])
    assert "Snow" not in str(await place.world.rows(evidence))


async def test_a_message_that_is_removed_meanwhile_gets_none(place: Place) -> None:
    place.hostile.pages["/snow"] = silent()
    message = await say(place, place.url("/snow"))
    looking = asyncio.create_task(place.cards.look())
    await until(lambda: bool(place.hostile.asked))
    done(await place.world.do(place.teacher, remove(place.room, message)))
    place.hostile.asked[0].gone.cancel()
    await looking
    assert await cards(place) == []


async def test_an_edited_message_is_judged_as_it_now_is(place: Place) -> None:
    place.hostile.pages["/snow"] = page(SNOW)
    message = await say(place, place.url("/snow"))
    done(await place.world.do(place.teacher, edit(place.room, message, "Nothing there")))
    await place.cards.look()
    assert place.hostile.asked == []


async def test_of_two_servers_one_makes_the_card(place: Place, outside: Outside) -> None:
    place.hostile.pages["/snow"] = page(SNOW)
    await say(place, place.url("/snow"))
    other = Cards(place.world.database, place.world.clock, outside, ReaderHere())
    assert sorted(await asyncio.gather(place.cards.look(), other.look())) == [0, 1]
    assert len(await cards(place)) == 1


async def test_what_a_server_did_not_end_another_takes_up_if_it_is_not_too_late(place: Place, outside: Outside) -> None:
    place.hostile.pages["/snow"] = silent()
    await say(place, place.url("/snow"))
    looking = asyncio.create_task(place.cards.look())
    await until(lambda: bool(place.hostile.asked))
    looking.cancel()
    place.hostile.pages["/snow"] = page(SNOW)
    after_restart = Cards(place.world.database, place.world.clock, outside, ReaderHere())
    place.later(LEASE_MS)
    assert await after_restart.look() == 1
    assert len(await cards(place)) == 1
    await say(place, place.url("/snow"))
    place.later(TOO_LATE_MS + 1)
    await after_restart.look()
    assert len(await cards(place)) == 1


async def test_nobody_has_the_server_ask_without_end(place: Place) -> None:
    most = int(RATES["person"].burst)
    for n in range(most + 3):
        await say(place, place.url(f"/{n}"))
    while await place.cards.look():
        pass
    assert len(place.hostile.asked) == most
    assert await place.world.rows(link_card) == []
