"""What a room's page is given of the outside."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from accounts.sessions import Actor
from accounts.settings import SchoolSettings, Switch
from rooms import directory
from rooms.embeds import parts
from rooms.messages import history
from rooms.showing import Showing
from storage.rows import AnyRow
from tests.harness.hostile import page
from tests.rooms.embeds.conftest import Place
from tests.rooms.embeds.test_cards import SNOW, say
from tests.rooms.embeds.test_videos import ID
from tests.world import done, edit

Said = Mapping[int, Any]


async def shown(place: Place, actor: Actor, what: Callable[[Showing, Sequence[AnyRow]], Said]) -> list[Any]:
    """What `what` says of the room's messages, in their order."""

    def read(connection: Connection) -> Said:
        now_ms = place.world.now_ms
        grant = directory.require(connection, actor, place.room, "read", now_ms)
        rows = history.page(connection, place.room).messages
        return what(Showing(connection, actor, grant, place.room, now_ms, "en"), rows)

    return [said for _, said in sorted((await place.world.database.read(read)).items())]


async def test_a_card_is_shown_for_as_long_as_the_message_names_its_link(place: Place) -> None:
    place.hostile.pages["/snow"] = page(SNOW)
    reader, url = await place.world.session(place.head.person), place.url("/snow")
    message = await say(place, f"[Snow]({url})")
    await place.cards.look()
    card = {"url": url, "title": "Snow", "text": "It snows.", "site": "news.example"}
    assert await shown(place, reader, parts.cards) == [card]
    done(await place.world.do(place.teacher, edit(place.room, message, f"Sorry, {url}x")))
    assert await shown(place, reader, parts.cards) == []
    done(await place.world.do(place.teacher, edit(place.room, message, f"So be it: {url}")))
    assert await shown(place, reader, parts.cards) == [card]


async def test_videos_are_those_of_the_sites_that_the_school_allows(place: Place) -> None:
    reader = await place.world.session(place.head.person)
    await say(place, f"https://youtu.be/{ID}")
    await say(place, "https://vimeo.com/76979871")
    vimeo = {"site": "vimeo", "id": "76979871", "title": ""}
    assert await shown(place, reader, parts.videos) == [{"site": "youtube", "id": ID, "title": ""}, vimeo]
    await place.settle(SchoolSettings(video_sites=("vimeo",)))
    assert await shown(place, reader, parts.videos) == [vimeo]
    await place.settle(SchoolSettings(video_sites=()))
    assert await shown(place, reader, parts.videos) == []


async def test_where_the_school_has_switched_it_off_no_video_plays(place: Place) -> None:
    reader = await place.world.session(place.head.person)
    await say(place, f"https://youtu.be/{ID}")
    await place.settle(SchoolSettings(features={"feeds": Switch("nobody")}))
    assert await shown(place, reader, parts.videos) == []
