"""One's own password and sessions: nobody changes them who does not know the password, or is somebody else."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from accounts import sessions
from accounts.account.changing import Changing
from accounts.account.confirming import Confirming
from accounts.account.model import has_password
from accounts.audit.model import audit_log
from accounts.model import person as person_table
from accounts.passwords import HASHER
from accounts.rules import FREE_TRIES
from accounts.sessions import Actor, own_room_of
from accounts.signing_in import SigningIn, Visit
from realtime.refusal import Refusal
from rooms.announcing import to_own_room
from tests.world import SECRET, World

OLD, NEW = "correct horse", "battery staple"
HASHED = HASHER.hash(OLD)


@dataclass
class Home:
    """Amara at home, on two devices."""

    world: World
    amara: str
    here: Actor
    there: Actor
    signing_in: SigningIn
    changing: Changing

    async def change(self, old: str = OLD, new: str = NEW, again: str | None = None) -> None:
        await self.changing.change_password(self.here, old, new, new if again is None else again)

    async def refusal(self, old: str = OLD, new: str = NEW, again: str | None = None) -> Refusal:
        with pytest.raises(Refusal) as caught:
            await self.change(old, new, again)
        return caught.value

    async def open(self) -> list[str]:
        return await self.world.database.read(sessions.open_of, self.amara)

    async def told(self) -> list[bytes]:
        return [bytes(each.body) for each in await self.world.events(own_room_of(self.amara))]

    async def kinds(self) -> list[str]:
        return [row.kind for row in await self.world.rows(audit_log)]


@pytest.fixture
async def home(world: World) -> AsyncIterator[Home]:
    school = await world.school()
    amara = await world.person(school, "amara", "head", password=HASHED)
    signing_in = SigningIn(world.database, world.clock, SECRET, to_own_room)
    confirming = Confirming(world.database, world.clock, SECRET, signing_in.passwords)
    changing = Changing(world.database, world.clock, signing_in.passwords, confirming, to_own_room)
    yield Home(world, amara, await world.session(amara), await world.session(amara), signing_in, changing)
    signing_in.passwords.close()


async def test_the_new_password_is_in_use_and_other_devices_are_signed_out(home: Home) -> None:
    await home.change()
    assert await home.open() == [home.here.session]
    assert await home.told() == [b'{"sessions":["%s"]}' % home.there.session.encode()]
    assert await home.kinds() == ["password_changed"]
    assert (await home.signing_in.sign_in("oakfield", "amara", NEW, Visit("a test"))).token
    with pytest.raises(Refusal):
        await home.signing_in.sign_in("oakfield", "amara", OLD, Visit("a test"))


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [("wrong", NEW, NEW), (OLD, NEW, NEW + "x"), (OLD, "short", "short"), (OLD, OLD, OLD), ("", NEW, NEW),
     (OLD, "x" * 257, "x" * 257), ("x" * 100_000, NEW, NEW)],
)  # fmt: skip
async def test_whatever_is_not_right_changes_nothing(home: Home, old: str, new: str, again: str) -> None:
    assert (await home.refusal(old, new, again)).code == "bad_request"
    assert [row.password for row in await home.world.rows(person_table)] == [HASHED]
    assert len(await home.open()) == 2


async def test_whoever_finds_the_device_unlocked_may_not_guess_without_end(home: Home) -> None:
    codes = [(await home.refusal("wrong")).code for _ in range(FREE_TRIES + 1)]
    assert codes == ["bad_request"] * FREE_TRIES + ["rate_limited"]
    assert (await home.refusal()).code == "rate_limited"


async def test_of_two_changes_at_once_one_holds(home: Home) -> None:
    done = await asyncio.gather(
        home.change(new="first of two"), home.change(new="second of two"), return_exceptions=True
    )
    assert [type(each) for each in done if each is not None] == [Refusal]
    assert (await home.kinds()).count("password_changed") == 1


@pytest.mark.parametrize(("year", "may"), [("R", False), ("2", False), ("3", True), ("11", True), (None, True)])
async def test_the_youngest_have_no_password_to_change(home: Home, year: str | None, may: bool) -> None:
    await home.world.set(person_table, {"role": "learner", "year": year}, id=home.amara)
    assert await home.world.database.read(has_password, home.here) is may
    if not may:
        assert (await home.refusal()).code == "bad_request"


async def test_one_device_is_signed_out_and_told(home: Home) -> None:
    await home.changing.end_session(home.here, home.there.session)
    assert await home.open() == [home.here.session]
    assert await home.told() == [b'{"sessions":["%s"]}' % home.there.session.encode()]
    assert await home.kinds() == ["signed_out"]


async def test_all_others_are_signed_out_and_this_one_is_not(home: Home) -> None:
    await home.world.session(home.amara)
    await home.changing.end_others(home.here)
    assert await home.open() == [home.here.session]
    await home.changing.end_others(home.here)
    assert await home.kinds() == ["signed_out"], "nothing more to end, nothing more to tell"


async def test_another_s_device_does_not_exist(home: Home) -> None:
    school = await home.world.school("riverside")
    nia = await home.world.session(await home.world.person(school, "nia"))
    for unknown in (nia.session, "k0", ""):
        with pytest.raises(Refusal, match="not_found"):
            await home.changing.end_session(home.here, unknown)
    assert await home.world.database.read(sessions.open_of, nia.person) == [nia.session]
