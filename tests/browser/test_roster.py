"""The roster, terms and invitations in a browser: handed in, carried in, readable in all colours and widths."""

from collections.abc import Mapping
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser import axe, measures
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.visitor import Visit, Visitor, new
from tests.harness.installation import Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]

PEOPLE = "id,role,given name,family name\n" + "".join(
    f"P{place:03},{role},{name.replace(' ', ',')}\n"
    for place, (role, name) in enumerate(
        [("head", "Amara Okafor"), ("deputy", "Daniel Price"), ("ICT coordinator", "Priya Nair"),
         ("dsl", "Ruth Adeyemi"),
         ("teacher", "Tom Hughes"), ("teacher", "Leila Haddad"), ("ta", "Megan Rees"), ("supply", "Owen Clarke"),
         ("office", "Sandra Bell"), ("governor", "Harjit Gill"), ("pupil", "Aisha Rahman"), ("pupil", "Ben Cooper"),
         ("pupil", "Chloe Evans"), ("pupil", "Dev Patel"), ("parent", "Fatima Rahman")], 1,
    )
)  # fmt: skip
NO_SCRIPT = {"java_script_enabled": False}


async def handed_in(visitor: Visitor, given: str) -> Page:
    page = await visitor.open("/administration/roster")
    content = f"{PEOPLE}N{given},learner,{given},Quick\nX1,wizard,Odd,One\n".encode()
    await page.get_by_label("CSV file").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": content})
    await page.get_by_role("button", name="See what would change").click()
    await expect(page.get_by_text("1 learner is new.")).to_be_visible()
    return page


@pytest.mark.parametrize("options", [{}, NO_SCRIPT], ids=["with script", "without script"])
async def test_a_roster_is_handed_in_and_carried_in(
    school: Installation, visit: Visit, options: Mapping[str, Any]
) -> None:
    page = await handed_in(await visit(school.first, school.person("priya"), options=options), new("Zara").split()[-1])
    await page.get_by_role("button", name="Carry it in now").click()
    done = page.get_by_role("heading", name="The roster is carried in")
    busy = page.get_by_role("link", name="Look again")
    await expect(done.or_(busy)).to_be_visible()
    while options and await busy.is_visible():
        await busy.click()
    await expect(done).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_its_pages_break_no_rule_and_fit_whatever_their_colours_and_width(
    school: Installation, visit: Visit, language: str
) -> None:
    visitor = await visit(school.first, school.person("priya"), options={"reduced_motion": "reduce"})
    run = (await handed_in(visitor, new("Una").split()[-1])).url.removeprefix(visitor.url)
    await visitor.context.add_cookies([{"name": "corridor_language", "value": language, "url": visitor.url}])
    page, found = await visitor.open("/"), []
    for path in ("/administration/roster", run, "/administration/terms", "/administration/invitations"):
        await page.goto(visitor.url + path)
        for width, colours in ((1280, "light"), (320, "dark")):
            await page.set_viewport_size({"width": width, "height": 800})
            await page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
            faults = [*await axe.violations(page), *await measures.sideways(page), *await measures.small_targets(page)]
            found += [f"{path}, {colours}, {width} wide: {each}" for each in faults]
    assert not found, "\n".join(found)
