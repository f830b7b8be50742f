"""The password is asked once more, for this session, for ten minutes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from http.cookies import SimpleCookie

import pytest
from starlette.requests import Request
from starlette.responses import Response

from accounts.account.confirming import COOKIE, LASTS_S, Confirming
from accounts.model import person as person_table
from accounts.model import session as session_table
from accounts.passwords import HASHER, Passwords
from accounts.sessions import Actor
from tests.accounts.second_step.school import Still
from tests.world import SECRET, World


def request(cookie: str = "") -> Request:
    headers = [(b"cookie", f"{COOKIE}={cookie}".encode())]
    return Request({"type": "http", "scheme": "https", "path": "/", "query_string": b"", "headers": headers})


@dataclass
class Home:
    """Amara, the clock, and who asks her."""

    world: World
    clock: Still
    confirming: Confirming
    amara: Actor

    def remembered(self, actor: Actor | None = None) -> str:
        """The cookie that a right password leaves."""
        response = Response()
        self.confirming.remember(request(), response, actor or self.amara)
        return SimpleCookie(response.headers["set-cookie"])[COOKIE].value

    async def holds(self, cookie: str = "", actor: Actor | None = None) -> bool:
        return await self.confirming.holds(request(cookie), actor or self.amara)


@pytest.fixture
async def home(world: World) -> AsyncIterator[Home]:
    school = await world.school()
    clock = Still(world.now_ms)
    world.clock = clock
    passwords = Passwords()
    amara = await world.person(school, "amara", "head", password=HASHER.hash("correct horse"))
    confirming = Confirming(world.database, clock, SECRET, passwords)
    yield Home(world, clock, confirming, await world.session(amara))
    passwords.close()


async def test_a_fresh_session_with_a_password_is_not_enough(home: Home) -> None:
    assert not await home.holds()


async def test_what_was_confirmed_holds_for_ten_minutes(home: Home) -> None:
    cookie = home.remembered()
    assert await home.holds(cookie)
    home.clock.forward(LASTS_S - 1)
    assert await home.holds(cookie)
    home.clock.forward(1)
    assert not await home.holds(cookie)


async def test_it_holds_for_no_other_session_and_cannot_be_forged(home: Home) -> None:
    other = await home.world.session(home.amara.person)
    assert not await home.holds(home.remembered(other))
    foreign = Confirming(home.world.database, home.clock, b"another", Passwords())
    response = Response()
    foreign.remember(request(), response, home.amara)
    assert not await home.holds(SimpleCookie(response.headers["set-cookie"])[COOKIE].value)
    assert not await home.holds("nonsense")


@pytest.mark.parametrize("how", ["no password", "passkey"])
async def test_who_has_no_password_or_came_by_a_passkey_has_ten_minutes_from_coming_in(home: Home, how: str) -> None:
    if how == "passkey":
        await home.world.set(session_table, {"method": "passkey"}, id=home.amara.session)
    else:
        await home.world.set(person_table, {"password": None}, id=home.amara.person)
    assert await home.holds()
    home.clock.forward(LASTS_S)
    assert not await home.holds()
