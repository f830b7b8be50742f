"""The server goes away in mid-conversation and comes back: the pages go on, and nothing is lost or said twice."""

import asyncio
from collections.abc import Iterator

import pytest
from playwright.async_api import expect

from tests.browser.complaints import LOST_CONNECTION
from tests.browser.marks import BROWSER
from tests.browser.room_page import RoomPage
from tests.browser.visitor import Visit, new
from tests.harness import Redis
from tests.harness.installation import Installation, Template, installed

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, pytest.mark.faults]

# What a page shows as saved: in its log and not on its way, or ticked.
SHOWN_AS_SAVED = """() => Array.from(document.querySelectorAll('li.message'))
    .filter(each => each.dataset.state === 'saved' || each.closest('[data-part="messages"]') && !each.dataset.state)
    .map(each => each.querySelector('.message-text').textContent)"""


@pytest.fixture(scope="module")
def fragile(
    template: Template, shared_redis: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """Servers that these tests kill and start again."""
    redis = None if template.kind == "sqlite" else shared_redis
    with installed(template, tmp_path_factory.mktemp("fragile"), {}, redis) as made:
        yield made


@pytest.fixture
def here(fragile: Installation) -> Installation:
    """The same, all of them running, whatever the test before left behind."""
    for server in fragile.servers:
        if not server.alive:
            server.start()
    return fragile


async def test_a_conversation_goes_on_across_kill_9_and_loses_nothing_and_says_nothing_twice(
    here: Installation, visit: Visit
) -> None:
    amara, daniel = await in_the_staffroom(here, visit, "amara"), await in_the_staffroom(here, visit, "daniel")
    before = [new("Before") for _ in range(5)]
    for text in before:
        await amara.say(text)
    await here.kill9()
    assert set(await saved(amara)) | set(await saved(daniel)) <= set(stored(here))
    during = [new("While the server is away") for _ in range(3)]
    for text in during:
        await daniel.say(text)
        await expect(daniel.message(text)).to_have_attribute("data-state", "sending")
    await here.start()
    after = new("And on we go")
    await amara.say(after)
    for room in (amara, daniel):
        for text in (*before, *during, after):
            await room.sees(text)
        await expect(room.pending).to_have_count(0)
    assert await amara.texts() == await daniel.texts() == stored(here)
    assert sorted(stored(here)[-9:]) == sorted([*before, *during, after])


async def test_saved_is_shown_only_for_what_is_in_the_database_whenever_the_server_is_killed(
    here: Installation, visit: Visit
) -> None:
    amara = await in_the_staffroom(here, visit, "amara")
    for _ in range(2):
        texts = [new("Quickly") for _ in range(8)]
        for text in texts[:4]:
            await amara.say(text)
        killing = asyncio.create_task(here.kill9())
        for text in texts[4:]:
            await amara.say(text)
        await killing
        assert set(await saved(amara)) <= set(stored(here))
        await here.start()
        for text in texts:
            await amara.sees(text)
        assert stored(here)[-8:] == texts


async def test_a_restart_is_no_event_in_the_conversation(here: Installation, visit: Visit) -> None:
    amara, daniel = await in_the_staffroom(here, visit, "amara"), await in_the_staffroom(here, visit, "daniel")
    await amara.said(new("Before"))
    stops = [asyncio.to_thread(server.terminate) for server in here.servers]
    assert await asyncio.gather(*stops) == [0] * len(here.servers)
    text, answer = new("During"), new("After")
    await amara.say(text)
    await expect(amara.state(text)).to_contain_text("Kept on this device, not sent yet")
    await expect(amara.line).to_have_text("Reconnecting… What you write is kept.")
    await here.start()
    await amara.connected()
    await daniel.sees(text)
    await daniel.said(answer)
    await amara.sees(answer)
    assert await amara.texts() == await daniel.texts() == stored(here)


async def test_what_was_written_while_the_server_was_away_survives_a_new_load_of_the_page(
    here: Installation, visit: Visit
) -> None:
    amara = await in_the_staffroom(here, visit, "amara")
    await here.kill9()
    text = new("Kept")
    await amara.say(text)
    await expect(amara.message(text)).to_have_attribute("data-state", "sending")
    away = amara.page
    await here.start()
    visitor_pages = away.context.pages
    assert visitor_pages == [away]
    await away.reload()
    await amara.sees(text)
    await amara.page.reload()
    await amara.sees(text)
    assert stored(here).count(text) == 1


async def test_who_comes_back_from_one_server_to_another_has_missed_nothing(here: Installation, visit: Visit) -> None:
    amara, daniel = await in_the_staffroom(here, visit, "amara"), await in_the_staffroom(here, visit, "daniel")
    await asyncio.to_thread(here.first.kill9)
    said = new("To whoever is there")
    await (daniel if here.first is not here.last else amara).say(said)
    await asyncio.to_thread(here.first.start)
    for room in (amara, daniel):
        await room.sees(said)
    assert stored(here).count(said) == 1


async def in_the_staffroom(here: Installation, visit: Visit, name: str) -> RoomPage:
    """Amara at the first server; whoever else comes at the last."""
    visitor = await visit(here.first if name == "amara" else here.last, here.person(name))
    visitor.complaints.forgive(LOST_CONNECTION)
    return await visitor.staffroom()


async def saved(room: RoomPage) -> list[str]:
    found: list[str] = await room.page.evaluate(SHOWN_AS_SAVED)
    return found


def stored(here: Installation) -> list[str]:
    """What is in the database now, whether a server runs or not."""
    rows = here.query(f"SELECT text FROM message WHERE room_id = '{here.staffroom}' ORDER BY seq")
    return [row["text"] for row in rows]
