"""A second step in a real browser: Chromium's virtual authenticator makes a passkey and shows it."""

from dataclasses import dataclass

import pytest
from playwright.async_api import Page, expect

from tests.browser import axe, measures
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.visitor import Visit, Visitor
from tests.harness.installation import Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]

TOUCH = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@dataclass(frozen=True)
class ByName:
    """The server under a name: browsers make no passkeys for an address of numbers."""

    url: str


async def visitor_with_finger(school: Installation, visit: Visit, name: str) -> tuple[Visitor, Page]:
    """Somebody at a device that reads fingers, signed in."""
    place = ByName(school.first.url.replace("127.0.0.1", "localhost"))
    visitor = await visit(place, school.person(name), options={"reduced_motion": "reduce"})
    page = await visitor.open("/account")
    debugger = await visitor.context.new_cdp_session(page)
    await debugger.send("WebAuthn.enable")
    await debugger.send("WebAuthn.addVirtualAuthenticator", {"options": TOUCH})
    return visitor, page


async def unlock(page: Page, password: str) -> None:
    """From the account to the second step, with the password once more."""
    await page.get_by_role("link", name="Second step").click()
    await page.get_by_role("link", name="Set up a second step").click()
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Go on").click()
    await expect(page.get_by_role("heading", name="Passkeys")).to_be_visible()


async def add_passkey(page: Page) -> list[str]:
    """Gives the recovery codes."""
    await page.get_by_role("button", name="Add a passkey").click()
    await expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    codes: list[str] = await page.locator(".second-step-codes code").all_inner_texts()
    return codes


async def test_a_passkey_is_made_and_signs_in_alone_and_a_recovery_code_stands_in_for_it(
    school: Installation, visit: Visit
) -> None:
    visitor, page = await visitor_with_finger(school, visit, "leila")
    await unlock(page, visitor.who.password)
    codes = await add_passkey(page)
    assert len(codes) == 10
    await page.get_by_role("link", name="I have kept them").click()
    await expect(page.get_by_text("Your second step is ready")).to_be_visible()

    await visitor.context.clear_cookies(name="corridor_session")
    await page.goto(visitor.url + "/sign-in?back=/account/devices")
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.get_by_role("heading", name="My devices")).to_be_visible()
    await expect(page.get_by_text("with a passkey")).to_be_visible()

    await visitor.context.clear_cookies(name="corridor_session")
    await page.goto(visitor.url + "/sign-in")
    await visitor.sign_in(page)
    await expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    await page.get_by_text("I do not have it with me").click()
    await page.get_by_label("Recovery code").fill(codes[4].upper())
    await page.get_by_role("button", name="Sign in with this code").click()
    await expect(page.get_by_role("heading", name="Hello")).to_be_visible()


async def test_whoever_takes_the_finger_away_is_told_and_stays_where_they_were(
    school: Installation, visit: Visit
) -> None:
    visitor, page = await visitor_with_finger(school, visit, "owen")
    await unlock(page, visitor.who.password)
    await page.evaluate(
        "() => { navigator.credentials.create = () => Promise.reject(new DOMException('no', 'NotAllowedError')) }"
    )
    await page.get_by_role("button", name="Add a passkey").click()
    await expect(page.get_by_role("alert")).to_have_text("No passkey was made. You can try again whenever you like.")
    assert page.url.endswith("/account/second-step")


@pytest.mark.parametrize(("language", "name"), [("en", "megan"), ("ar", "samir")])
async def test_the_pages_break_no_rule_in_any_colour_width_and_direction(
    school: Installation, visit: Visit, language: str, name: str
) -> None:
    visitor, page = await visitor_with_finger(school, visit, name)
    await visitor.context.add_cookies([{"name": "corridor_language", "value": language, "url": visitor.url}])
    found: list[str] = []
    for path in ("/account", "/account/password", "/account/devices", "/account/confirm?back=/account/second-step"):
        await page.goto(visitor.url + path)
        found += await faults(page, path)
    await fill_in(page, password=visitor.who.password)
    await expect(page.locator("corridor-passkey")).to_be_visible()
    found += await faults(page, "second step")
    await page.goto(visitor.url + "/account/second-step/app")
    found += await faults(page, "an app")
    await page.goto(visitor.url + "/account/second-step")
    await page.locator("corridor-passkey button").click()
    await expect(page.locator(".second-step-codes")).to_be_visible()
    found += await faults(page, "codes")
    await page.goto(visitor.url + "/account/second-step")
    await page.locator(".second-step-remove summary").click()
    found += await faults(page, "second step that is set up")
    await visitor.context.clear_cookies(name="corridor_session")
    await page.goto(visitor.url + "/sign-in")
    await fill_in(page, school=visitor.who.school, name=visitor.who.name, password=visitor.who.password)
    await page.locator(".second-step-other summary").click()
    found += await faults(page, "at the door")
    assert not found, "\n".join(found)


async def fill_in(page: Page, **fields: str) -> None:
    """The form with a password, whatever the language."""
    form = page.locator("form:has(input[type=password])")
    for name, value in fields.items():
        await form.locator(f"#{name}").fill(value)
    await form.locator("button:not([type])").click()


async def faults(page: Page, where: str) -> list[str]:
    """What is wrong with the page by axe, in light and dark, wide and narrow; in the language of the page."""
    found: list[str] = []
    for width in (1280, 320):
        await page.set_viewport_size({"width": width, "height": 800})
        for colours in ("light", "dark"):
            await page.emulate_media(color_scheme=colours)
            found += [f"{where}, {colours}, {width}: {broken}" for broken in await axe.violations(page)]
    found += [f"{where}: {broken}" for broken in (*await measures.sideways(page), *await measures.small_targets(page))]
    await page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
    found += [f"{where}, large text: {broken}" for broken in await measures.sideways(page)]
    await page.evaluate("() => { document.documentElement.style.fontSize = '' }")
    await page.set_viewport_size({"width": 1000, "height": 760})
    return found
