"""In a browser through the school's own provider: out by a link, in by its page, and no policy in the way."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.async_api import expect

from tests.browser import axe, measures
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.visitor import Visit
from tests.harness import corridor
from tests.harness.installation import Install, Installation
from tests.harness.provider import Provider

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as running:
        yield running


@pytest.fixture
def oakfield(install: Install, provider: Provider) -> Installation:
    """The demonstration's Oakfield with a provider that knows Megan by her id on the roster."""
    made = install(PROVIDER_NETWORKS="127.0.0.0/8")
    server = made.first
    options = ("--issuer", provider.issuer, "--client-id", provider.client_id, "--claim", "roster", "--name", "Our Own")
    corridor("school", "sso", "oakfield", *options, data=server.data, env=server.env, given=provider.secret)
    provider.tell(
        redirects=[f"{server.url}/sign-in/sso/oakfield/return"], people={"megan": {"sub": "m", "roster": "the-id"}}
    )
    path = server.env["CORRIDOR_DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=30)) as database, database:
        database.execute("UPDATE person SET sourced_id = 'the-id' WHERE login = 'megan'")
    return made


@pytest.mark.parametrize("script", [True, False])
async def test_from_the_sign_in_page_to_the_provider_and_into_the_corridor(
    oakfield: Installation, provider: Provider, visit: Visit, script: bool
) -> None:
    visitor = await visit(
        oakfield.first, oakfield.person("megan"), signed_in=False, options={"java_script_enabled": script}
    )
    visitor.complaints.forgive(re.escape(provider.issuer))
    page = await visitor.open(f"/rooms/{oakfield.staffroom}")
    await page.get_by_role("link", name="Sign in with your school account").click()
    await page.get_by_label("School").fill("oakfield")
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("link", name="Our Own")).to_be_visible()
    await page.get_by_role("link", name="Our Own").click()
    await page.get_by_role("button", name="megan").click()
    await expect(page).to_have_url(f"{visitor.url}/rooms/{oakfield.staffroom}")


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_its_pages_break_no_rule_and_fit_a_phone_in_all_colours(
    oakfield: Installation, visit: Visit, language: str
) -> None:
    visitor = await visit(oakfield.first, oakfield.person("amara"), options={"reduced_motion": "reduce"})
    visitor.complaints.forgive("status of 404")
    found: list[str] = []
    for path in ("/sign-in/sso?", "/sign-in/sso?school=oakfield", "/sign-in/sso?school=none", "/administration/sso?"):
        page = await visitor.open(f"{path}&lang={language}")
        await page.evaluate("() => document.querySelectorAll('main details').forEach(each => { each.open = true })")
        await page.set_viewport_size({"width": 320, "height": 800})
        for colours in ("light", "dark"):
            await page.emulate_media(color_scheme=colours)
            found += [f"{path}, {colours}: {broken}" for broken in await axe.violations(page)]
        small = [
            each for each in await measures.small_targets(page) if 'type="checkbox"' not in each
        ]  # its label is big
        found += [*await measures.sideways(page), *small]
    assert not found, "\n".join(found)
