"""A running installation whose windows open and close for a test, by its own clock."""

import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tests.harness.api import Api, SignIn, new_key
from tests.harness.installation import Installation

FAR_MS = 4_000_000_000_000
_numbers = itertools.count(1)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def moment(ms: int) -> str:
    """As the API says it of a school in London in winter, or near enough: compare moments, not texts."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat()


@dataclass
class Thread:
    """Two learners of one class, and where they write; open, until a test closes it."""

    installation: Installation
    room: str
    aisha: SignIn
    ben: SignIn

    def hold(self, *, opens: bool, until_ms: int = FAR_MS) -> None:
        """Open or close everything for once, from now on."""
        hold(self.installation, opens=opens, until_ms=until_ms)


def hold(installation: Installation, *, opens: bool, until_ms: int) -> None:
    number = next(_numbers)
    installation.execute(
        "INSERT INTO window_once (id, school_id, opens, from_ms, until_ms, why, made_by, made_ms) "
        f"SELECT 'etest{number}', id, {'1=1' if opens else '1=0'}, 0, {until_ms}, 'Snow', '', {number} "
        "FROM school WHERE slug = 'oakfield'"
    )
    changed(installation)


def changed(installation: Installation) -> None:
    installation.execute("UPDATE school SET rights_version = rights_version + 1 WHERE slug = 'oakfield'")


@asynccontextmanager
async def thread_of(installation: Installation) -> AsyncIterator[Thread]:
    """Aisha has written to Ben; what a test settles for once is forgotten after it."""
    aisha = installation.person("aisha")
    async with Api(installation.first.url) as api:
        token = await api.sign_in("oakfield", "ben", aisha.password)
        card = (await api.me())["person"]
    ben = replace(aisha, name="ben", person=card["id"], token=token)
    hold(installation, opens=True, until_ms=FAR_MS)
    try:
        async with Api(installation.first.url, aisha.token) as api:
            made = await api.command("start_thread", room=aisha.own_room, key=new_key(), people=[ben.person])
            said = await api.command("post_message", room=made["made"], key=new_key(), text="Hello Ben")
            assert "seq" in said, said
        yield Thread(installation, made["made"], aisha, ben)
    finally:
        installation.execute("DELETE FROM window_once WHERE id LIKE 'etest%'")
        changed(installation)
