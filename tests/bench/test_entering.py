"""The little browser of the benchmark comes in by our real pages, and notices when it does not."""

from collections.abc import Mapping

from bench.load.crowd import Crowd
from bench.load.dialects import Corridor
from bench.load.entering import WAYS, browser_of
from tests.serving import PASSWORD, Served


async def enters(served: Served, way: str, who: Mapping[str, str]) -> bool:
    browser = await browser_of(Crowd("127.0.0.1", served.port, Corridor()))
    led_on = await WAYS[way](browser, who)
    browser.writer.close()
    assert led_on is browser.is_in
    return led_on


async def test_with_the_right_password_one_is_in(served: Served) -> None:
    assert await enters(served, "password", {"school": "oakfield", "name": "amara", "password": PASSWORD})


async def test_with_a_wrong_password_or_card_one_is_not(served: Served) -> None:
    assert not await enters(served, "password", {"school": "oakfield", "name": "amara", "password": "wrong"})
    assert not await enters(served, "card", {"card": "a card that nobody printed"})
