"""The living page of components: each in every state, as pictures and in figures."""

import pytest
from playwright.async_api import Page, expect

from tests.browser import axe, components, measures
from tests.browser.components import WIDE
from tests.browser.marks import BROWSER, ON_SQLITE
from tests.browser.visitor import Visit
from tests.harness.installation import Installation

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = [*BROWSER, ON_SQLITE]

OPTIONS = {"viewport": WIDE, "reduced_motion": "reduce"}
PLACED = """() => Array.from(document.querySelectorAll('.specimen .people-one'))
    .map(each => each.querySelector('.avatar').getBoundingClientRect().left < each.getBoundingClientRect().left + 60)"""


async def opened(school: Installation, visit: Visit, query: str = "") -> Page:
    visitor = await visit(school.first, school.person("amara"), signed_in=False, options=OPTIONS)
    return await visitor.open(f"/styleguide?{query}")


@pytest.mark.parametrize(
    "query",
    ["theme=dark", "contrast=more&theme=light", "contrast=more&theme=dark", "lang=ar", "lang=ur",
     "lang=en-xb", "skin=nursery", "font=dyslexic&size=150"],
)  # fmt: skip
async def test_every_component_is_sound_in_every_state(school: Installation, visit: Visit, query: str) -> None:
    page = await opened(school, visit, query)
    found = [*await axe.violations(page), *await components.overlaps(page), *await measures.small_targets(page)]
    await page.set_viewport_size({"width": 320, "height": 700})
    found += [*await measures.sideways(page), *await components.overlaps(page)]
    assert not found, "\n".join(found)


async def test_components_look_as_they_did_when_somebody_last_looked(school: Installation, visit: Visit) -> None:
    page = await opened(school, visit)
    for state, kept in components.references().items():
        await page.goto(f"{page.url.split('?')[0]}?theme={state}")
        now = await components.impressions(page)
        assert now.keys() == kept.keys(), "python -m tests.browser.components writes them anew"
        unlike = [name for name, each in now.items() if not each.resembles(kept[name])]
        assert unlike == [], f"{state}: python -m tests.browser.components writes them anew"


async def test_states_differ_where_they_should_and_only_there(school: Installation, visit: Visit) -> None:
    page = await opened(school, visit, "theme=light")
    light, again = await components.impressions(page), await components.impressions(page)
    assert light == again, "a picture that differs from itself proves nothing"
    pages = {}
    for query in ("theme=dark", "contrast=more&theme=light", "skin=nursery", "font=dyslexic"):
        await page.goto(f"{page.url.split('?')[0]}?{query}")
        pages[query] = await components.impressions(page)
    for name, each in light.items():
        assert each.difference(pages["theme=dark"][name]) > components.DARKER, name
    for name in ("guide-buttons", "guide-fields"):
        assert light[name] != pages["contrast=more&theme=light"][name]
        assert light[name] != pages["font=dyslexic"][name]
        assert light[name].height < pages["skin=nursery"][name].height


async def test_components_are_mirrored_from_right_to_left(school: Installation, visit: Visit) -> None:
    page = await opened(school, visit, "lang=en")
    assert await page.evaluate(PLACED) == [True, True]
    await page.goto(f"{page.url.split('?')[0]}?lang=ar")
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    assert await page.evaluate(PLACED) == [False, False]


async def test_small_fingers_hit_everything(school: Installation, visit: Visit) -> None:
    page = await opened(school, visit, "skin=nursery")
    sizes = await page.locator(".specimen :is(.button, .menu-item, .door)").evaluate_all("""all => all
        .map(each => each.getBoundingClientRect()).map(box => Math.min(box.width, box.height))""")
    assert len(sizes) > 10
    assert min(sizes) >= 64


async def test_the_letters_are_those_that_were_chosen_and_come_from_us(school: Installation, visit: Visit) -> None:
    page = await opened(school, visit)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{page.url.split('?')[0]}?font=dyslexic")
    await page.evaluate("() => document.fonts.ready.then(() => true)")
    assert any("opendyslexic" in url for url in asked)
    assert await page.evaluate("() => document.fonts.check('16px OpenDyslexic')")
