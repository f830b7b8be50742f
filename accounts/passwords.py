"""Argon2id, off the event loop, a few at a time."""

import asyncio
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's second recommended setting for argon2id: 19 MiB, 2 passes, 1 lane.
HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
AT_ONCE: Final = max(1, min(4, (os.cpu_count() or 2) - 1))  # a core stays free for those who talk
# Steps of niceness: hashing takes what the loop and the database leave, and gives it back as soon as they wake.
BEHIND: Final = 10

_NOBODYS: Final = HASHER.hash("the account that does not exist")


class Passwords:
    """Hashing and checking in a bounded pool, so that a storm of sign-ins queues instead of taking the machine."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2", initializer=_stand_behind)

    async def hash(self, password: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._pool, HASHER.hash, password)

    async def verify(self, hashed: str | None, password: str) -> bool:
        """Whether `password` is the one; without a hash, as slowly, no."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, _verify, hashed, password)

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


def _stand_behind() -> None:
    if sys.platform == "linux":  # elsewhere priorities are those of whole processes
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + BEHIND)


def _verify(hashed: str | None, password: str) -> bool:
    try:
        HASHER.verify(hashed or _NOBODYS, password)
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None
