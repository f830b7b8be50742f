"""Who does not belong to a room cannot tell that it is there."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.visitor import Visit
from tests.harness.installation import Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]

BYSTANDERS = ("harjit", "aisha", "colette")  # a governor, a learner, the head of another school
NOWHERE = "r0000000000"


@pytest.mark.parametrize(
    ("name", "doors"), [("harjit", ["Governors' room"]), ("aisha", ["Class 4A", "School council", "Upper hall"])]
)
async def test_a_governor_and_a_learner_see_no_door_of_staff_on_the_corridor(
    school: Installation, visit: Visit, name: str, doors: list[str]
) -> None:
    page = await (await visit(school.first, school.person(name))).open("/")
    await expect(page.locator(".door, .home-none").first).to_be_visible()
    assert await page.locator(".door-plate").all_text_contents() == doors
    assert await page.get_by_text("No room is open to you yet.").count() == (not doors)
    assert school.staffroom not in await page.content()
    assert "taffroom" not in await page.content()


@pytest.mark.parametrize("name", BYSTANDERS)
async def test_the_page_of_a_room_one_may_not_see_is_that_of_a_room_that_never_was(
    school: Installation, visit: Visit, name: str
) -> None:
    visitor = await visit(school.first, school.person(name))
    visitor.complaints.forgive("status of 404")
    real, unreal = await visitor.open(f"/rooms/{school.staffroom}"), await visitor.open(f"/rooms/{NOWHERE}")
    await expect(real.get_by_role("heading")).to_have_text("There is no such door")
    assert await content(real) == await content(unreal)


@pytest.mark.parametrize("query", ["?before=5", "?edit=m1-{room}", "?remove=m1-{room}", "?reply_to=m1-{room}"])
async def test_no_question_about_its_messages_tells_of_it_either(
    school: Installation, visit: Visit, query: str
) -> None:
    visitor = await visit(school.first, school.person("harjit"))
    answers = []
    for room in (school.staffroom, NOWHERE):
        answer = await visitor.context.request.get(f"{visitor.url}/rooms/{room}{query.format(room=room)}")
        answers.append((answer.status, without_chance(await answer.text(), room)))
    assert answers[0] == answers[1]


async def test_a_stranger_is_sent_to_sign_in_from_any_room(school: Installation, visit: Visit) -> None:
    stranger = await visit(school.first, school.person("harjit"), signed_in=False)
    for room in (school.staffroom, NOWHERE):
        page = await stranger.open(f"/rooms/{room}")
        await expect(page).to_have_url(f"{stranger.url}/sign-in?back=/rooms/{room}")


async def content(page: Page) -> str:
    return without_chance(await page.content(), page.url.rsplit("/", 1)[-1])


def without_chance(html: str, room: str) -> str:
    """Without what differs each time: the forms' tokens, and the room that was asked for."""
    return re.sub(r'name="csrf" value="[^"]*"', "", html).replace(room, "ROOM")
