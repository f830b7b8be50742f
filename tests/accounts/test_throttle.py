"""Guessing is slowed down by account and device; a child is not locked out by a stranger."""

import asyncio

import pytest

from accounts import throttle
from accounts.model import sign_in_failure
from accounts.rules import FORGET_AFTER_S, FREE_TRIES
from accounts.throttle import MOST_ACCOUNTS, Devices
from realtime.refusal import Refusal
from storage.database import Transaction
from tests.world import World

NOON = 1_764_000_000_000


async def tries(world: World, of: str, count: int, at: int = NOON) -> None:
    for _ in range(count):
        await world.database.write(throttle.try_once, of, at)


async def test_the_free_tries_are_free_and_the_next_waits(world: World) -> None:
    await tries(world, "account:a", FREE_TRIES)
    with pytest.raises(Refusal) as caught:
        await tries(world, "account:a", 1)
    assert (caught.value.code, caught.value.more) == ("rate_limited", {"retry_ms": 2000})


async def test_a_subject_that_many_share_has_more_free_tries(world: World) -> None:
    def shared(tx: Transaction) -> None:
        throttle.try_once(tx, "account:class", NOON, spare=3)

    for _ in range(FREE_TRIES + 3):
        await world.database.write(shared)
    with pytest.raises(Refusal, match="rate_limited"):
        await world.database.write(shared)


async def test_after_the_wait_there_is_one_more_try_and_then_twice_the_wait(world: World) -> None:
    await tries(world, "account:a", FREE_TRIES)
    await tries(world, "account:a", 1, NOON + 2000)
    with pytest.raises(Refusal) as caught:
        await tries(world, "account:a", 1, NOON + 2000)
    assert caught.value.more == {"retry_ms": 4000}


async def test_a_try_that_came_too_soon_does_not_lengthen_the_wait(world: World) -> None:
    await tries(world, "account:a", FREE_TRIES)
    for _ in range(10):
        with pytest.raises(Refusal):
            await tries(world, "account:a", 1)
    await tries(world, "account:a", 1, NOON + 2000)


async def test_other_accounts_are_not_slowed_down(world: World) -> None:
    await tries(world, "account:a", FREE_TRIES)
    await tries(world, "account:b", FREE_TRIES)


async def test_tries_that_are_counted_together_count_one_after_the_other(world: World) -> None:
    await tries(world, "account:a", FREE_TRIES - 2)
    await tries(world, "account:late", FREE_TRIES)
    mixed = ["account:a", "account:late", "account:new", "account:a", "account:a"]
    outcomes = await world.database.write(throttle.try_all, mixed, NOON)
    assert [each and each.more["retry_ms"] for each in outcomes] == [None, 2000, None, None, 2000]
    counted = {row.subject: row.failures for row in await world.rows(sign_in_failure)}
    assert counted == {"account:a": FREE_TRIES, "account:late": FREE_TRIES, "account:new": 1}


async def test_success_forgets_the_wrong_ones_and_old_ones_of_others(world: World) -> None:
    await tries(world, "account:a", FREE_TRIES)
    await tries(world, "account:b", 2)
    await tries(world, "account:old", 2, NOON - FORGET_AFTER_S * 1000 - 1)
    await world.database.write(throttle.succeed, "account:a", NOON)
    assert [row.subject for row in await world.rows(sign_in_failure)] == ["account:b"]


async def test_after_an_hour_the_count_begins_again(world: World) -> None:
    await tries(world, "account:a", FREE_TRIES)
    await tries(world, "account:a", FREE_TRIES, NOON + FORGET_AFTER_S * 1000 + 1)


async def test_of_hundred_tries_at_the_same_moment_only_the_free_ones_pass(world: World) -> None:
    storm = (world.database.write(throttle.try_once, "account:a", NOON) for _ in range(100))
    outcomes = await asyncio.gather(*storm, return_exceptions=True)
    assert outcomes.count(None) == FREE_TRIES
    assert [each.code for each in outcomes if isinstance(each, Refusal)] == ["rate_limited"] * (100 - FREE_TRIES)


def test_a_device_remembers_its_accounts_and_no_more_than_a_few() -> None:
    devices = Devices(b"secret")
    device, known = devices.read(None)
    assert known == []
    accounts = [str(number) for number in range(MOST_ACCOUNTS + 3)]
    assert devices.read(devices.write(device, accounts)) == (device, accounts[3:])


@pytest.mark.parametrize("cookie", [None, "", "nonsense", "WyJkMSIsWyJhIl1d.c2ln", "e30.x", "[]"])
def test_a_forged_device_is_a_new_one(cookie: str | None) -> None:
    devices = Devices(b"secret")
    device, known = devices.read(cookie)
    assert known == []
    assert device != devices.read(cookie)[0]
    assert devices.read(Devices(b"another secret").write("d1", ["a"])) != ("d1", ["a"])


def test_only_a_device_that_has_signed_in_to_the_account_has_tries_of_its_own() -> None:
    assert throttle.subject("a", "d1", ["a", "b"]) == "device:d1:a"
    assert throttle.subject("c", "d1", ["a", "b"]) == "account:c"
    assert throttle.subject("a", "d1", []) == throttle.subject("a", "d2", [])
