"""Those who come in together are let in by one transaction, and each has an outcome of their own."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from accounts import sessions, throttle
from accounts.audit.model import audit_log
from accounts.audit.verifying import verify
from accounts.beginning import MOST_TOGETHER, Arrival, Beginning
from accounts.model import session as session_table
from accounts.model import sign_in_failure
from accounts.sessions import MOST_SESSIONS, own_room_of
from realtime.refusal import Refusal
from rooms.announcing import to_own_room
from storage.database import Transaction
from tests.world import World

NAMES = ("ada", "bilal", "cerys", "dan")


class Hall:
    """People of two schools, who arrive together."""

    def __init__(self, world: World, people: dict[str, str]) -> None:
        self.world, self.people = world, people
        self.beginning = Beginning(world.database, world.clock, to_own_room)
        self.commits = 0

    async def arrive(self, *arrivals: Arrival) -> list[Any]:
        """The tokens, or what was raised, in order."""
        return await asyncio.gather(*map(self.beginning.submit, arrivals), return_exceptions=True)

    async def who(self, tokens: Sequence[str]) -> list[str | None]:
        found = await self.world.database.read(sessions.find, tokens, self.world.now_ms)
        return [each.person if each else None for each in found]

    async def recorded(self) -> list[str | None]:
        """Whose sign-ins the log tells, after a look at its chains."""
        verdicts = await self.world.database.read(verify, ())  # of both schools, and the installation's
        assert [each.faults for each in verdicts] == [[], [], []]
        return [row.by for row in await self.world.rows(audit_log)]


def by_card(person: str, first: Any = None) -> Arrival:
    return Arrival(person, "card", strong=False, device="a tablet", address="", first=first)


@pytest.fixture
async def hall(world: World, monkeypatch: pytest.MonkeyPatch) -> Hall:
    school, other = await world.school(), await world.school("riverside")
    people = {name: await world.person(school, name, "learner") for name in NAMES}
    people["eve"] = await world.person(other, "eve", "learner")
    made, write = Hall(world, people), world.database.write

    async def counted(work: Any, *args: Any) -> Any:
        made.commits += 1
        return await write(work, *args)

    monkeypatch.setattr(world.database, "write", counted)
    return made


async def test_a_class_comes_in_with_one_commit_each_as_who_they_are(hall: Hall) -> None:
    tokens = await hall.arrive(*map(by_card, hall.people.values()))
    assert hall.commits == 1
    assert await hall.who(tokens) == list(hall.people.values())
    assert sorted(map(str, await hall.recorded())) == sorted(hall.people.values())


async def test_no_transaction_lets_in_more_than_a_few(hall: Hall) -> None:
    tokens = await hall.arrive(*[by_card(hall.people["ada"])] * (MOST_TOGETHER + 1))
    assert (hall.commits, len(set(tokens))) == (2, MOST_TOGETHER + 1)


@pytest.mark.parametrize("why", [Refusal("unauthenticated"), RuntimeError("a fault of ours")])
async def test_one_who_is_not_let_in_does_not_keep_the_others_out(hall: Hall, why: Exception) -> None:
    def refuse(tx: Transaction, now_ms: int) -> None:
        throttle.try_once(tx, "account:touched", now_ms)
        raise why

    bilal = hall.people["bilal"]
    made = await hall.arrive(*(by_card(each, refuse if each == bilal else None) for each in hall.people.values()))
    others = [each for each in hall.people.values() if each != bilal]
    assert made.pop(list(hall.people).index("bilal")) is why
    assert await hall.who(made) == others
    assert sorted(row.person_id for row in await hall.world.rows(session_table)) == sorted(others)
    assert sorted(map(str, await hall.recorded())) == sorted(others)
    assert await hall.world.rows(sign_in_failure) == [], "what it did before it was refused is undone"


async def test_a_person_of_whom_nothing_is_known_keeps_nobody_out(hall: Hall) -> None:
    made = await hall.arrive(by_card(hall.people["ada"]), by_card("pnobody"))
    assert isinstance(made[1], KeyError)
    assert await hall.who(made[:1]) == [hall.people["ada"]]


async def test_wrong_tries_are_forgotten_of_those_who_came_in_and_of_nobody_else(hall: Hall) -> None:
    world, now_ms = hall.world, hall.world.now_ms
    for subject in ("account:ada", "account:bilal", "account:cerys"):
        await world.database.write(throttle.try_once, subject, now_ms)
    ada, bilal = (
        Arrival(hall.people[name], "password", False, "a laptop", "", tried=f"account:{name}")
        for name in ("ada", "bilal")
    )  # fmt: skip
    await hall.arrive(ada, bilal)
    assert [row.subject for row in await world.rows(sign_in_failure)] == ["account:cerys"]


async def test_the_oldest_sessions_give_way_only_to_those_of_the_same_person(hall: Hall) -> None:
    world, ada, dan = hall.world, hall.people["ada"], hall.people["dan"]
    for number in range(MOST_SESSIONS):
        await world.database.write(sessions.start, ada, "an old one", world.now_ms - 10_000 + number)
    await hall.arrive(by_card(ada), by_card(dan), by_card(ada))
    assert len(await world.database.read(sessions.open_of, ada)) == MOST_SESSIONS
    told = [bytes(each.body) for each in await world.events(own_room_of(ada))]
    assert len(told) == 1
    assert await world.events(own_room_of(dan)) == []
    assert await world.rows(session_table, person_id=dan, ended_ms=None) != []


async def test_where_the_database_is_away_it_is_asked_once_for_all_of_them(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    async def away(*_: Any) -> None:
        nonlocal asked
        asked += 1
        raise OSError("nobody is there")

    monkeypatch.setattr(hall.world.database, "write", away)
    made = await hall.arrive(*map(by_card, hall.people.values()))
    assert [type(each) for each in made] == [OSError] * len(hall.people)
    assert asked == 1
