"""A device that is signed out from another one has its connection closed at once, on whichever server it is."""

import re

from realtime.protocol import CloseCode
from tests.harness.api import Api
from tests.harness.installation import Installation, signed_in_again
from tests.harness.live import OpenTab

pytest_plugins = ["tests.harness.live_fixtures"]
PAGE = {"Accept": "text/html"}


async def csrf_of(api: Api) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', (await api.http.get("/account", headers=PAGE)).text)
    assert found is not None
    return found[1]


async def test_ending_all_others_closes_their_connections_and_not_this_one_s(
    installation: Installation, tabs: OpenTab
) -> None:
    here = await signed_in_again(installation.first.url, installation.person("sandra"))
    there = await signed_in_again(installation.last.url, installation.person("sandra"))
    mine, theirs = await tabs(installation.first, here), await tabs(installation.last, there)
    async with Api(installation.first.url, here.token) as api:
        sent = {"csrf": await csrf_of(api), "others": "true"}
        assert (await api.http.post("/account/devices", data=sent)).status_code == 303
    assert await theirs.closed() == CloseCode.SESSION_ENDED
    await mine.sync()
    assert mine.connected


async def test_a_new_password_closes_the_connections_of_who_has_the_old_one(
    installation: Installation, tabs: OpenTab
) -> None:
    here = await signed_in_again(installation.first.url, installation.person("harjit"))
    there = await signed_in_again(installation.last.url, installation.person("harjit"))
    theirs = await tabs(installation.last, there)
    async with Api(installation.first.url, here.token) as api:
        new = "another one for harjit"
        sent = {"csrf": await csrf_of(api), "old": here.password, "new": new, "again": new}
        assert (await api.http.post("/account/password", data=sent)).status_code == 303
    assert await theirs.closed() == CloseCode.SESSION_ENDED
