"""What was read can be read again without a network, by the same person, and by nobody else."""

from playwright.async_api import Page, expect

from tests.browser.complaints import LOST_CONNECTION
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.visitor import Visit, Visitor
from tests.harness.installation import Install, Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]

KEPT = """async () => {
    const names = (await caches.keys()).filter(name => name.startsWith('corridor-pages:'))
    const keysOf = async name => (await caches.open(name)).keys()
    const all = (await Promise.all(names.map(keysOf))).flat()
    const paths = all.map(each => new URL(each.url).pathname)
    return paths.filter(path => path !== '/help').sort() // the way to help is always kept
}"""
# As if this browser had last been here before the server was brought up to date.
OF_AN_EARLIER_BUILD = """async () => {
    for (const name of ['corridor-shell:earlier', 'corridor-pages:earlier:p1']) {
        await (await caches.open(name)).put('/', new Response('stale'))
    }
    await (await navigator.serviceWorker.getRegistration()).unregister()
}"""
WORKS = "() => navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)"


async def test_a_room_that_was_read_can_be_read_offline_and_says_so(install: Install, visit: Visit) -> None:
    school: Installation = install()
    visitor = await at_work(school, visit)
    page = visitor.context.pages[0]
    await page.goto(f"{visitor.url}/rooms/{school.staffroom}")
    await kept(page, "/", f"/rooms/{school.staffroom}")
    await school.kill9()
    await page.reload()
    await expect(page.locator(".kept")).to_contain_text("You are offline. This is how this page was on")
    await expect(page.locator(".message-text").first).to_be_visible()
    await expect(page.locator("#text")).to_be_hidden()
    await page.goto(f"{visitor.url}/account/settings")
    await expect(page.locator("h1")).to_have_text("You are offline")
    await expect(page.locator('[data-part="list"] a')).to_have_text(["Hello, Amara Okafor", "Staffroom"])
    await page.locator('[data-part="list"] a', has_text="Staffroom").click()
    await expect(page.locator(".message-text").first).to_be_visible()
    await school.start()
    await page.reload()
    await expect(page.locator(".kept")).to_be_hidden()
    await expect(page.locator("#text")).to_be_visible()


async def test_nothing_is_left_after_a_sign_out_even_where_nobody_answers(install: Install, visit: Visit) -> None:
    school: Installation = install()
    visitor = await at_work(school, visit)
    page = visitor.context.pages[0]
    await kept(page, "/")
    await school.kill9()
    await page.reload()
    await page.locator(".masthead summary").click()
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await expect(page.locator('[data-part="not-out"]')).to_contain_text("you are not signed out yet")
    await kept(page)
    await page.goto(f"{visitor.url}/")
    await expect(page.locator("h1")).to_have_text("You are offline")
    await expect(page.locator('[data-part="some"]')).to_be_hidden()


async def test_nobody_sees_the_pages_of_who_was_signed_in_before(install: Install, visit: Visit) -> None:
    school: Installation = install()
    visitor = await at_work(school, visit)
    page = visitor.context.pages[0]
    await kept(page, "/")
    visitor.who = school.person("daniel")
    await visitor.context.clear_cookies()
    await visitor.take_session()
    await page.goto(f"{visitor.url}/account")
    await kept(page)
    await page.goto(f"{visitor.url}/")
    await kept(page, "/")
    await school.kill9()
    await page.reload()
    await expect(page.locator("h1")).to_have_text("Hello, Daniel Price")


async def test_a_page_in_which_something_was_removed_is_not_kept_any_longer(install: Install, visit: Visit) -> None:
    school: Installation = install()
    visitor = await at_work(school, visit)
    daniel = await (await visit(school.first, school.person("daniel"))).staffroom()
    await daniel.said("Soon gone")
    room = await visitor.staffroom()
    await kept(room.page, "/", f"/rooms/{school.staffroom}")
    await daniel.remove("Soon gone")
    await kept(room.page, "/")


async def test_the_next_build_leaves_nothing_of_the_last(school: Installation, visit: Visit) -> None:
    page = (await at_work(school, visit)).context.pages[0]
    await page.evaluate(OF_AN_EARLIER_BUILD)
    await page.reload()
    await page.wait_for_function("""async () => {
        const names = (await caches.keys()).filter(name => name.startsWith('corridor-'))
        return names.some(name => name.startsWith('corridor-shell:')) && !names.some(name => name.includes('earlier'))
    }""")


async def at_work(school: Installation, visit: Visit) -> Visitor:
    """Amara on the corridor, with the service worker between her and the network."""
    visitor = await visit(school.first, school.person("amara"))
    visitor.complaints.forgive(LOST_CONNECTION)
    page = await visitor.open("/")
    await page.wait_for_function(WORKS)
    await page.reload()
    return visitor


async def kept(page: Page, *paths: str) -> None:
    """Wait until exactly these pages are kept."""
    await page.wait_for_function(f"async paths => JSON.stringify(await ({KEPT})()) === paths", arg=_json(paths))


def _json(paths: tuple[str, ...]) -> str:
    return "[" + ",".join(f'"{path}"' for path in paths) + "]"
