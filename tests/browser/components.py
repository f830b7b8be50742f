"""The living page of components as pictures, and what of a picture can be compared between machines.

`python -m tests.browser.components` writes the references anew, after a look at the page: a component changed on
purpose.
"""

import asyncio
import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Final

from PIL import Image
from playwright.async_api import Page, async_playwright

REFERENCES: Final = Path(__file__).parent / "components.json"
GRID: Final = 8
WIDE: Final = {"width": 1000, "height": 900}
# Letters are drawn a little otherwise on every machine; a component that lost its colour or its size differs by more.
DARKER: Final = 10.0  # of 255, on average over the grid
LARGER: Final = 0.08  # of width and height

# Things of one page that must not lie on each other.
OVERLAPS = """() => {
    const all = Array.from(document.querySelectorAll('.specimen, .specimen .button, .specimen .choice, .specimen li'))
    const boxes = all.map(each => [each, each.getBoundingClientRect()]).filter(([, box]) => box.width > 0)
    const over = (one, other) => Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1 &&
        Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1
    return boxes.flatMap(([one, box], nth) => boxes.slice(nth + 1)
        .filter(([other, its]) => !one.contains(other) && !other.contains(one) && over(box, its))
        .map(([other]) => one.outerHTML.slice(0, 60) + ' lies on ' + other.outerHTML.slice(0, 60)))
}"""


@dataclass(frozen=True)
class Impression:
    """A picture's size, and how bright it is in each field of a grid."""

    width: int
    height: int
    grid: list[int]

    @classmethod
    def of(cls, png: bytes) -> "Impression":
        picture = Image.open(io.BytesIO(png)).convert("L")
        small = picture.resize((GRID, GRID), Image.Resampling.BOX)
        return cls(picture.width, picture.height, list(small.tobytes()))

    def difference(self, other: "Impression") -> float:
        """Of 255, on average over the grid."""
        return fmean(abs(one - its) for one, its in zip(self.grid, other.grid, strict=True))

    def resembles(self, other: "Impression") -> bool:
        sizes = ((self.width, other.width), (self.height, other.height))
        return self.difference(other) <= DARKER and all(abs(one - its) <= LARGER * its for one, its in sizes)


async def impressions(page: Page) -> dict[str, Impression]:
    """Of each specimen on the page, by its id."""
    await page.evaluate("() => document.fonts.ready.then(() => true)")
    found = await page.locator(".specimen").all()
    return {
        str(await each.get_attribute("id")): Impression.of(await each.screenshot(animations="disabled"))
        for each in found
    }


async def overlaps(page: Page) -> list[str]:
    found: list[str] = await page.evaluate(OVERLAPS)
    return found


def references() -> dict[str, dict[str, Impression]]:
    """By state and by id."""
    kept = json.loads(REFERENCES.read_text())
    return {state: {name: Impression(**each) for name, each in its.items()} for state, its in kept.items()}


async def write() -> None:
    from tests.browser.conftest import PLACE, QUIET  # noqa: PLC0415 - only to write them
    from tests.serving import serving  # noqa: PLC0415

    with serving({"CORRIDOR_DEVELOPMENT": "1"}) as server:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET)
            page = await browser.new_page(**{**PLACE, "viewport": WIDE, "reduced_motion": "reduce"})
            made = {}
            for state in ("light", "dark"):
                await page.goto(f"{server.url}/styleguide?theme={state}")
                made[state] = {name: asdict(each) for name, each in (await impressions(page)).items()}
            await browser.close()
    REFERENCES.write_text(json.dumps(made, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    asyncio.run(write())
