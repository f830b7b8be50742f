"""A browser for all tests, one fresh context for each person, and servers of the demonstration schools."""

import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.visitor import Visit, Visitor
from tests.harness import Redis
from tests.harness.api import SignIn
from tests.harness.installation import Installation, Template, installed
from tests.harness.live import Place

QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PLACE: Mapping[str, Any] = {
    "locale": "en-GB",
    "timezone_id": "Europe/London",
    "viewport": {"width": 1000, "height": 760},
    "color_scheme": "light",
}


@asynccontextmanager
async def chromium(*more: str) -> AsyncIterator[Browser]:
    """The machine's own Chromium, which asks nobody but our servers."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=[*QUIET, *more])
        yield launched
        await launched.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as launched:
        yield launched


@pytest.fixture(scope="session")
def school(template: Template, shared_redis: Redis, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Servers that all tests share which break nothing; who is here is told at once; with what developers have."""
    redis = None if template.kind == "sqlite" else shared_redis
    env = {"CORRIDOR_PRESENCE_QUIET": "0", "CORRIDOR_DEVELOPMENT": "1"}
    with installed(template, tmp_path_factory.mktemp("school"), env, redis) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser) -> AsyncIterator[Visit]:
    """Opens browsers for people; a test fails if one of them complained about a page."""
    visitors: list[Visitor] = []

    async def open_browser(
        server: Place, who: SignIn, *, signed_in: bool = True, options: Mapping[str, Any] | None = None
    ) -> Visitor:
        context = await browser.new_context(**{**PLACE, **(options or {})})
        visitors.append(Visitor(context, server.url, who))
        if signed_in:
            await visitors[-1].take_session()
        return visitors[-1]

    yield open_browser
    for visitor in visitors:
        await visitor.context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints.left] == []
