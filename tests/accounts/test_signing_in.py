"""Signing in and out: the same refusal whatever is wrong, and waits that hit only the guesser."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from accounts import sessions, throttle
from accounts.model import person as person_table
from accounts.model import school as school_table
from accounts.model import session as session_table
from accounts.model import sign_in_failure as failure_table
from accounts.passwords import HASHER
from accounts.rules import FREE_TRIES
from accounts.sessions import MOST_SESSIONS, own_room_of
from accounts.signing_in import TOGETHER, SignedIn, SigningIn, Visit, account_mark
from realtime.refusal import Refusal
from rooms.announcing import to_own_room
from tests.world import SECRET, School, World

PASSWORD = "correct horse"
HASHED = HASHER.hash(PASSWORD)


class Entrance:
    """A school with Amara in it, and the door."""

    def __init__(self, world: World, amara: str) -> None:
        self.world, self.amara = world, amara
        self.signing_in = SigningIn(world.database, world.clock, SECRET, to_own_room)

    async def try_in(
        self, password: str = PASSWORD, *, school: str = "oakfield", name: str = "amara", device: str | None = None
    ) -> SignedIn:
        return await self.signing_in.sign_in(school, name, password, Visit("a test", device))

    def known_device(self, name: str) -> str:
        """The cookie of a device on which this person has signed in before."""
        return self.signing_in.devices.write("d1", [account_mark("oakfield", name)])

    async def refusal(self, password: str = "wrong", **more: str | None) -> Refusal:
        with pytest.raises(Refusal) as caught:
            await self.try_in(password, **more)  # type: ignore[arg-type] # the keywords of try_in
        return caught.value


@pytest.fixture
async def entrance(world: World) -> AsyncIterator[Entrance]:
    school = await world.school()
    made = Entrance(world, await world.person(school, "amara", "head", password=HASHED))
    await world.person(school, "nopass", "learner", seated=False)
    yield made
    made.signing_in.passwords.close()


async def test_the_right_password_begins_a_session(entrance: Entrance) -> None:
    made = await entrance.try_in()
    found = await entrance.world.database.read(sessions.find, [made.token], entrance.world.now_ms)
    assert [each and each.person for each in found] == [entrance.amara]


async def test_names_fit_however_they_are_typed(entrance: Entrance) -> None:
    assert (await entrance.try_in(school=" Oakfield", name="ＡMARA ")).token


async def test_whatever_is_wrong_the_refusal_is_the_same(entrance: Entrance) -> None:
    wrong = [
        await entrance.refusal("wrong"),
        await entrance.refusal(PASSWORD, name="nobody"),
        await entrance.refusal(PASSWORD, school="atlantis"),
        await entrance.refusal(PASSWORD, name="nopass"),
        await entrance.refusal("", name="nopass"),
        await entrance.refusal(PASSWORD + "x" * 1000),
        await entrance.refusal("wrong", name="amara\0"),
        await entrance.refusal(PASSWORD, school="\0", name=""),
    ]
    assert {repr(each.fields()) for each in wrong} == {repr(wrong[0].fields())}
    assert wrong[0].code == "unauthenticated"


async def test_children_too_young_for_passwords_are_refused_like_unknown_ones(entrance: Entrance) -> None:
    school = (await entrance.world.rows(school_table))[0]
    child = await entrance.world.person(
        School(school.id, school.slug, ""), "ada", "learner", seated=False, password=HASHED
    )
    for year, let_in in (("2", False), ("R", False), ("3", True), (None, True)):
        await entrance.world.set(person_table, {"year": year}, id=child)
        if let_in:
            assert (await entrance.try_in(name="ada")).token
        else:
            refused = await entrance.refusal(PASSWORD, name="ada")
            assert repr(refused.fields()) == repr((await entrance.refusal(PASSWORD, name="nobody")).fields())
    await entrance.world.set(school_table, {"settings": '{"passwords_from_year":5}'}, id=school.id)
    await entrance.world.set(person_table, {"year": "4"}, id=child)
    assert (await entrance.refusal(PASSWORD, name="ada")).code == "unauthenticated"


async def test_a_closed_account_is_refused_like_an_unknown_one(entrance: Entrance) -> None:
    unknown = await entrance.refusal(PASSWORD, name="nobody")
    await entrance.world.set(person_table, {"disabled_ms": 1}, id=entrance.amara)
    assert (await entrance.refusal(PASSWORD)).fields() == unknown.fields()


async def test_an_unknown_account_is_slowed_down_like_a_known_one(entrance: Entrance) -> None:
    for name in ("amara", "nobody"):
        codes = [(await entrance.refusal("wrong", name=name)).code for _ in range(FREE_TRIES + 1)]
        assert codes == ["unauthenticated"] * FREE_TRIES + ["rate_limited"]


async def test_after_too_many_wrong_passwords_the_right_one_waits_too(entrance: Entrance) -> None:
    for _ in range(FREE_TRIES):
        await entrance.refusal("wrong")
    refused = await entrance.refusal(PASSWORD)
    assert refused.code == "rate_limited"
    assert 0 < refused.more["retry_ms"] <= 2000


async def test_a_device_that_was_here_before_is_not_locked_out_by_a_stranger(entrance: Entrance) -> None:
    known = (await entrance.try_in()).device
    for _ in range(FREE_TRIES + 3):
        await entrance.refusal("wrong")
    assert (await entrance.refusal(PASSWORD)).code == "rate_limited"
    assert (await entrance.try_in(device=known)).token


async def test_a_device_that_was_here_before_may_not_guess_without_end_either(entrance: Entrance) -> None:
    known = (await entrance.try_in()).device
    for _ in range(FREE_TRIES):
        await entrance.refusal("wrong", device=known)
    assert (await entrance.refusal(PASSWORD, device=known)).code == "rate_limited"


async def test_a_forged_device_gets_no_tries_of_its_own(entrance: Entrance) -> None:
    for number in range(FREE_TRIES):
        await entrance.refusal("wrong", device=f"forged{number}")
    assert (await entrance.refusal("wrong", device="another")).code == "rate_limited"


async def test_of_hundred_tries_at_once_only_the_free_ones_reach_the_password(entrance: Entrance) -> None:
    storm = [entrance.refusal("wrong") for _ in range(100)]
    codes = [each.code for each in await asyncio.gather(*storm)]
    assert sorted(set(codes)) == ["rate_limited", "unauthenticated"]
    assert codes.count("unauthenticated") == FREE_TRIES


async def test_a_storm_stands_before_the_door_and_not_before_the_database(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else those who talk would have six hundred transactions before theirs."""
    waiting, most, commits = 0, 0, 0
    write = entrance.world.database.write

    async def counted(work: Any, *args: Any) -> Any:
        nonlocal waiting, most, commits
        one = work.__module__ == "accounts.signing_in"  # and not the notes of what was wrong, one commit a second
        waiting, commits = waiting + one, commits + one
        most = max(most, waiting)
        try:
            return await write(work, *args)
        finally:
            waiting -= one

    monkeypatch.setattr(entrance.world.database, "write", counted)
    storm = 3 * TOGETHER
    await asyncio.gather(*(entrance.refusal("wrong", name=f"nobody {number}") for number in range(storm)))
    assert (most, commits) == (1, storm / TOGETHER)


async def test_of_those_who_knock_together_each_is_judged_alone(entrance: Entrance) -> None:
    world = entrance.world
    oakfield = (await world.rows(school_table))[0]
    ben = await world.person(School(oakfield.id, oakfield.slug, ""), "ben", "teacher", seated=False, password=HASHED)
    made = await asyncio.gather(
        entrance.try_in(), entrance.try_in("wrong", name="ben"), entrance.try_in(name="nobody"),
        entrance.try_in(name="nopass"), entrance.try_in(name="ben", device=entrance.known_device("ben")),
        return_exceptions=True,
    )  # fmt: skip
    assert [getattr(each, "code", "in") for each in made] == ["in", *["unauthenticated"] * 3, "in"]
    tokens = [each.token for each in made if isinstance(each, SignedIn)]
    found = await world.database.read(sessions.find, tokens, world.now_ms)
    assert [each and each.person for each in found] == [entrance.amara, ben]
    left = {row.subject: row.failures for row in await world.rows(failure_table)}
    wrong = [throttle.subject(account_mark("oakfield", name), "", []) for name in ("ben", "nobody", "nopass")]
    assert left == dict.fromkeys(wrong, 1)


async def test_a_check_that_fails_keeps_nobody_else_out_and_counts_one_try(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify = entrance.signing_in.passwords.verify

    async def failing(hashed: str | None, password: str) -> bool:
        if password == "too much":
            raise MemoryError
        return await verify(hashed, password)

    monkeypatch.setattr(entrance.signing_in.passwords, "verify", failing)
    made = await asyncio.gather(entrance.try_in("too much", name="ben"), entrance.try_in(), return_exceptions=True)
    assert [type(each) for each in made] == [MemoryError, SignedIn]
    assert [row.failures for row in await entrance.world.rows(failure_table)] == [1]


async def test_the_oldest_session_gives_way_and_its_device_is_told(entrance: Entrance) -> None:
    world = entrance.world
    for number in range(MOST_SESSIONS):
        await world.database.write(sessions.start, entrance.amara, "an old one", 1000 + number + world.now_ms - 10_000)
    oldest = min(await world.rows(session_table), key=lambda row: row.created_ms)
    await entrance.try_in()
    assert len(await world.database.read(sessions.open_of, entrance.amara)) == MOST_SESSIONS
    told = await world.events(own_room_of(entrance.amara))
    assert [(each.kind, bytes(each.body)) for each in told] == [
        ("session_ended", b'{"sessions":["%s"]}' % oldest.id.encode())
    ]


@pytest.mark.parametrize(("everywhere", "left"), [(False, 1), (True, 0)])
async def test_signing_out_ends_this_session_or_all(entrance: Entrance, everywhere: bool, left: int) -> None:
    world = entrance.world
    here = await world.session(entrance.amara)
    await world.session(entrance.amara)
    await entrance.signing_in.sign_out(here, everywhere=everywhere)
    assert len(await world.database.read(sessions.open_of, entrance.amara)) == left
    assert [each.kind for each in world.published] == ["session_ended"]


def test_a_form_token_fits_only_what_it_was_made_for(world: World) -> None:
    signing_in = SigningIn(world.database, world.clock, SECRET, to_own_room)
    token = signing_in.form_token("k1")
    signing_in.check_form("k1", token)
    for of, given in (("k2", token), ("k1", ""), ("k1", None), ("k1", token[:-1]), ("k1", "ü")):
        with pytest.raises(Refusal, match="forbidden"):
            signing_in.check_form(of, given)
    signing_in.passwords.close()
