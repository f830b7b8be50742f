"""A device that loses its network, and finds it again."""

from playwright.async_api import expect

from tests.browser.complaints import LOST_CONNECTION
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.visitor import Visit, new
from tests.harness.api import Api, new_key
from tests.harness.installation import Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]


async def test_what_is_written_offline_is_shown_as_not_sent_and_sent_once_on_return(
    school: Installation, visit: Visit
) -> None:
    visitor = await visit(school.first, school.person("amara"))
    visitor.complaints.forgive(LOST_CONNECTION)
    daniel = await (await visit(school.first, school.person("daniel"))).staffroom()
    amara = await visitor.staffroom()
    texts = [new("From the train"), new("From the tunnel")]
    await visitor.context.set_offline(True)
    await expect(amara.line).to_have_text("You are offline. What you write is kept and sent later.")
    for text in texts:
        await amara.say(text)
        await expect(amara.state(text)).to_have_text("Kept on this device, not sent yet")
    missed = new("Meanwhile at school")
    await daniel.said(missed)
    await visitor.context.set_offline(False)
    for room in (amara, daniel):
        for text in (missed, *texts):
            await room.sees(text)
    assert (await daniel.texts())[-3:] == (await amara.texts())[-3:] == [missed, *texts]
    await amara.page.reload()
    assert (await amara.texts())[-3:] == [missed, *texts]


async def test_edits_and_removals_made_offline_are_carried_out_on_return(school: Installation, visit: Visit) -> None:
    visitor = await visit(school.first, school.person("amara"))
    visitor.complaints.forgive(LOST_CONNECTION)
    daniel = await (await visit(school.first, school.person("daniel"))).staffroom()
    amara = await visitor.staffroom()
    wrong, right, gone = new("Wrong"), new("Right"), new("To be removed")
    await amara.said(wrong)
    await amara.said(gone)
    await visitor.context.set_offline(True)
    await amara.edit(wrong, right)
    await amara.remove(gone)
    await expect(amara.state(right)).to_have_text("Kept on this device, not sent yet")
    await expect(amara.state(gone)).to_have_text("Kept on this device, not sent yet")
    await daniel.sees(wrong)
    await visitor.context.set_offline(False)
    for room in (amara, daniel):
        await room.sees(right)
        await expect(room.message(wrong)).to_have_count(0)
        await expect(room.message(gone)).to_have_count(0)


async def test_what_waits_survives_the_tab_that_it_was_written_in(school: Installation, visit: Visit) -> None:
    visitor = await visit(school.first, school.person("amara"))
    visitor.complaints.forgive(LOST_CONNECTION)
    room = await visitor.staffroom()
    await visitor.context.set_offline(True)
    text = new("Written and closed")
    await room.say(text)
    await expect(room.state(text)).to_have_text("Kept on this device, not sent yet")
    await room.page.close()
    await visitor.context.set_offline(False)
    again = await visitor.staffroom()
    await again.sees(text)
    await again.page.reload()
    await again.sees(text)
    assert len(school.query(f"SELECT seq FROM message WHERE text = '{text}'")) == 1


async def test_an_edit_of_what_was_removed_meanwhile_is_not_carried_out(school: Installation, visit: Visit) -> None:
    visitor = await visit(school.first, school.person("amara"))
    visitor.complaints.forgive(LOST_CONNECTION)
    amara = await visitor.staffroom()
    daniel = await (await visit(school.first, school.person("daniel"))).staffroom()
    text, answer = new("Soon gone"), new("An edit that comes too late")
    await amara.said(text)
    await daniel.sees(text)
    await visitor.context.set_offline(True)
    await amara.edit(text, answer)
    place = await amara.logged(answer).get_attribute("id")
    await remove_elsewhere(school, place or "")
    await visitor.context.set_offline(False)
    await expect(daniel.page.locator(f"#{place}[data-removed]")).to_be_visible()
    await expect(amara.page.locator(f"#{place}[data-removed]")).to_be_visible()
    await expect(amara.message(answer)).to_have_count(0)


async def remove_elsewhere(school: Installation, message: str) -> None:
    """As the same person on another device."""
    async with Api(school.first.url, school.person("amara").token) as api:
        done = await api.command("remove_message", room=school.staffroom, key=new_key(), message=message)
        assert "seq" in done, done
