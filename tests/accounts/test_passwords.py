"""Argon2id, off the loop, a few at a time."""

import asyncio
import os
import sys
import threading
from collections.abc import Iterator

import pytest

from accounts import passwords
from accounts.passwords import AT_ONCE, BEHIND, Passwords


@pytest.fixture
def checker() -> Iterator[Passwords]:
    made = Passwords()
    yield made
    made.close()


async def test_a_password_fits_its_own_hash_and_no_other(checker: Passwords) -> None:
    hashed = await checker.hash("correct horse")
    assert hashed.startswith("$argon2id$")
    assert await checker.verify(hashed, "correct horse")
    assert not await checker.verify(hashed, "Correct horse")
    assert not await checker.verify(hashed, "")


async def test_two_hashes_of_one_password_differ(checker: Passwords) -> None:
    assert await checker.hash("correct horse") != await checker.hash("correct horse")


async def test_without_a_hash_the_answer_is_no_and_the_same_work_is_done(
    checker: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    class Hasher:
        def verify(self, hashed: str, password: str) -> bool:
            asked.append(hashed)
            return real.verify(hashed, password)

    real = passwords.HASHER
    monkeypatch.setattr(passwords, "HASHER", Hasher())
    assert not await checker.verify(None, "the account that does not exist")
    assert len(asked) == 1
    assert real.check_needs_rehash(asked[0]) is False, "a hash of the same cost"


async def test_a_hash_that_is_none_is_a_no(checker: Passwords) -> None:
    assert not await checker.verify("not a hash", "anything")


async def test_the_loop_turns_while_passwords_are_hashed_and_only_a_few_are_at_once(
    checker: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = most = 0

    class Hasher:
        def hash(self, password: str) -> str:
            nonlocal running, most
            running += 1
            most = max(most, running)
            hashed = real.hash(password)
            running -= 1
            return hashed

    real = passwords.HASHER
    monkeypatch.setattr(passwords, "HASHER", Hasher())
    storm = [asyncio.ensure_future(checker.hash("correct horse")) for _ in range(6)]
    turns = 0
    while not all(each.done() for each in storm):
        await asyncio.sleep(0)
        turns += 1
    assert turns > 50
    assert most <= AT_ONCE


async def test_hashing_stands_behind_whatever_else_the_process_does(
    checker: Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Hasher:
        def hash(self, password: str) -> str:  # noqa: ARG002 - the real one's
            return str(niceness())

    monkeypatch.setattr(passwords, "HASHER", Hasher())
    here = niceness()
    behind = BEHIND if sys.platform == "linux" else 0  # elsewhere priorities are those of whole processes
    assert int(await checker.hash("correct horse")) == min(19, here + behind)
    assert niceness() == here


def niceness() -> int:
    """Of this thread."""
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
