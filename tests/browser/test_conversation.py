"""Two people talk in the staffroom, each at a server of their own where there are two."""

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.marks import BROWSER
from tests.browser.room_page import RoomPage
from tests.browser.visitor import Visit, new
from tests.harness.installation import Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = BROWSER

Two = tuple[RoomPage, RoomPage]


@pytest_asyncio.fixture(loop_scope="session")
async def two(school: Installation, visit: Visit) -> Two:
    """Amara and Daniel in the staffroom."""
    amara = await visit(school.first, school.person("amara"))
    daniel = await visit(school.last, school.person("daniel"))
    return await amara.staffroom(), await daniel.staffroom()


async def test_two_people_who_sign_in_by_the_form_see_each_others_messages_at_once(
    school: Installation, visit: Visit
) -> None:
    rooms = []
    for server, name in [(school.first, "amara"), (school.last, "daniel")]:
        visitor = await visit(server, school.person(name), signed_in=False)
        page = await visitor.open("/")
        await visitor.sign_in(page)
        await page.get_by_role("link", name="Staffroom").click()
        rooms.append(RoomPage(page))
        await rooms[-1].connected()
    amara, daniel = rooms
    question, answer = new("Is the hall free?"), new("All morning")
    await amara.said(question)
    await daniel.sees(question)
    await daniel.said(answer)
    await amara.sees(answer)
    assert (await amara.texts())[-2:] == (await daniel.texts())[-2:] == [question, answer]
    await expect(amara.message(answer).locator(".message-author")).to_have_text("Daniel Price")


async def test_a_reply_shows_what_it_answers_and_leads_there(two: Two) -> None:
    amara, daniel = two
    question, answer = new("Who has the atlas?"), new("I have")
    await amara.said(question)
    await daniel.reply(question, answer)
    quote = amara.message(answer).locator("a.quote")
    await expect(quote).to_contain_text("Amara Okafor")
    await expect(quote).to_contain_text(question)
    await quote.click()
    await expect(amara.message(question)).to_be_focused()


async def test_an_edit_changes_the_text_where_it_stands_also_in_quotes_of_it(two: Two) -> None:
    amara, daniel = two
    wrong, answer, right = new("Assembly at 9"), new("See you there"), new("Assembly at 10")
    await amara.said(wrong)
    await daniel.reply(wrong, answer)
    place = await amara.logged(wrong).get_attribute("id")
    await amara.edit(wrong, right)
    await daniel.sees(right)
    await expect(daniel.message(wrong)).to_have_count(0)
    await expect(daniel.message(right)).to_have_attribute("id", place or "")
    await expect(daniel.message(right).get_by_text("edited")).to_be_visible()
    await expect(daniel.message(answer).locator("a.quote")).to_contain_text(right)
    await expect(amara.state(right)).to_have_text("Saved")


async def test_a_removed_message_leaves_a_tombstone_and_its_text_is_nowhere_on_anybodys_page(
    two: Two, school: Installation
) -> None:
    amara, daniel = two
    secret, answer = new("The code of the safe is 4711"), new("Not here please")
    await amara.said(secret)
    await daniel.reply(secret, answer)
    place = await amara.logged(secret).get_attribute("id")
    await amara.remove(secret, "written in the wrong room")
    for room in two:
        tombstone = room.page.locator(f"#{place}")
        await expect(tombstone.get_by_text("This message was removed.")).to_be_visible()
        await expect(tombstone.locator(".message-actions")).to_be_hidden()
        await expect(room.page.get_by_text(secret)).to_have_count(0)
        assert secret not in await room.page.content()
        await room.page.reload()
        assert secret not in await room.page.content()
    assert not [event for event in school.events(school.staffroom) if secret in str(event["body"])]


async def test_whoever_was_answering_a_message_that_is_removed_keeps_their_words_and_not_its_text(two: Two) -> None:
    amara, daniel = two
    secret, answer = new("A parent rang about"), new("I know that parent")
    await amara.said(secret)
    await daniel.message(secret).hover()
    await daniel.message(secret).locator("a.message-reply").click()
    await daniel.composer.fill(answer)
    await amara.remove(secret)
    await expect(daniel.page.locator('[data-part="about"]')).to_be_hidden()
    assert secret not in await daniel.page.content()
    await daniel.said(answer)
    await expect(amara.message(answer).locator("a.quote")).to_be_hidden()


async def test_who_writes_is_shown_while_they_write_and_gone_when_it_is_sent(two: Two) -> None:
    amara, daniel = two
    text = new("Well, it is like this")
    await daniel.composer.press_sequentially(text[:8])
    await expect(amara.typing).to_have_text("Daniel Price is writing…")
    await daniel.said(text)
    await amara.sees(text)
    await expect(amara.typing).to_be_hidden()


async def test_who_is_here_is_shown_and_who_leaves_is_not(two: Two) -> None:
    amara, daniel = two
    await amara.page.set_viewport_size({"width": 1280, "height": 760})
    rows = {name: amara.people.filter(has_text=name) for name in ("Amara Okafor", "Daniel Price", "Priya Nair")}
    await expect(rows["Daniel Price"]).to_have_attribute("data-here", "")
    await expect(rows["Amara Okafor"]).to_have_attribute("data-here", "")
    await expect(rows["Priya Nair"]).not_to_have_attribute("data-here", "")
    await expect(amara.page.locator('[data-part="here-note"]')).to_have_text("2 here now")
    await daniel.page.close()
    await expect(rows["Daniel Price"]).not_to_have_attribute("data-here", "")


async def test_the_count_of_new_messages_rises_on_the_corridor_and_falls_when_they_are_read_in_another_tab(
    school: Installation, visit: Visit
) -> None:
    amara = await (await visit(school.first, school.person("amara"))).staffroom()
    priya = await visit(school.last, school.person("priya"))
    await priya.read_everything(school.head(school.staffroom))
    home = await priya.open("/")
    note = home.locator(f'.door[data-room="{school.staffroom}"] [data-part="unread"]')
    await expect(note).to_be_hidden()
    for text in (new("One"), new("Two"), new("Three")):
        await amara.said(text)
    await expect(note).to_have_text("3 new")
    await expect(home).to_have_title("(3) Your rooms · Corridor")
    await home.reload()
    await expect(note).to_have_text("3 new")
    room = await priya.staffroom()
    await room.sees(text)
    await expect(note).to_be_hidden()
    await expect(home).to_have_title("Your rooms · Corridor")


async def test_a_reload_shows_the_same_once(two: Two) -> None:
    amara, daniel = two
    await amara.said(new("Before the reload"))
    await daniel.sees((await amara.texts())[-1])
    seen = await amara.ids()
    await amara.page.reload()
    await amara.connected()
    again = await amara.ids()  # a page of the newest, if so much was said meanwhile
    assert again == seen[-len(again) :]
    assert len(again) >= min(len(seen), 50)
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize("zone", ["Europe/London", "Asia/Kolkata"])
async def test_times_are_those_of_the_readers_clock(school: Installation, visit: Visit, zone: str) -> None:
    reader = await visit(school.first, school.person("tom"), options={"timezone_id": zone})
    room = await reader.staffroom()
    shown = await room.log.last.locator('[data-part="time"]').text_content()
    expected = await room.log.last.evaluate(
        "each => new Date(each.dataset.at).toLocaleTimeString('en-GB', {hour: 'numeric', minute: '2-digit'})"
    )
    assert shown == expected
