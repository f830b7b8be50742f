"""Without script: the page says until when, keeps what was written, and lets it be left."""

import html
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.harness.api import Api
from tests.harness.installation import Installation
from tests.rooms.opening.moment import Thread, now_ms, thread_of

pytest_plugins = ["tests.harness.live_fixtures"]

PAGE = {"Accept": "text/html"}
DAY_MS = 24 * 3600 * 1000


@pytest.fixture
async def thread(installation: Installation) -> AsyncIterator[Thread]:
    async with thread_of(installation) as made:
        yield made


async def _send(api: Api, page: httpx.Response, name: str, **more: str) -> httpx.Response:
    """The form of the page, as a browser without script sends it."""
    composer = page.text[page.text.index('data-part="form"') :]
    hidden = dict(
        re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', composer[: composer.index("</form>")])
    )
    return await api.http.post(f"/forms/{name}", data={**hidden, **more}, headers=PAGE)


async def test_the_page_says_when_it_opens_and_takes_what_is_left(thread: Thread) -> None:
    async with Api(thread.installation.first.url, thread.aisha.token) as api:
        thread.hold(opens=False, until_ms=now_ms() + DAY_MS)
        page = await api.http.get(f"/rooms/{thread.room}", headers=PAGE)
        said = html.unescape(page.text)
        assert "You can write to Ben again tomorrow at " in said
        assert 'data-closed="window_closed" data-opens' in said
        refused = await _send(api, page, "post_message", text="Football at four?")
        assert refused.status_code == 403
        assert "Football at four?</textarea>" in refused.text
        left = await _send(api, refused, "schedule_message", text="Football at four?", when_open="true")
        assert left.status_code == 303
        assert "1 waiting to be sent" in (await api.http.get(f"/rooms/{thread.room}", headers=PAGE)).text
        waiting = (await api.http.get("/scheduled", headers=PAGE)).text
        assert "Football at four?" in waiting
        assert f'href="/rooms/{thread.room}#latest"><span dir="auto">Ben</span>' in waiting
        assert "It goes as soon as it opens" in waiting
        (row,) = (await api.http.get("/api/v1/scheduled")).json()["scheduled"]
        assert row["when_open"] is True
        thread.installation.execute(f"DELETE FROM scheduled WHERE id = '{row['id']}'")


async def test_what_is_open_says_nothing_of_it(thread: Thread) -> None:
    async with Api(thread.installation.first.url, thread.aisha.token) as api:
        page = (await api.http.get(f"/rooms/{thread.room}", headers=PAGE)).text
        assert "data-closed" not in page
        assert re.search(r'class="window-note" data-part="window" hidden', page)
        found = (await api.http.get(f"/api/v1/rooms/{thread.room}/window")).json()
        assert (found["open"], found["code"], found["opens_at"]) == (True, None, None)
