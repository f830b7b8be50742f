"""A running server writes the day's heads and lets go of what is kept no longer, by itself."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from accounts.audit import heads
from accounts.audit.keeping import Keeping
from accounts.audit.log import record
from accounts.audit.model import audit_detail
from accounts.audit.noticing import Noticing
from accounts.audit.retention import DAY_MS
from storage.clock import Clock
from storage.database import Transaction
from tests.world import World


class Tomorrow(Clock):
    """A clock that is some days ahead."""

    days = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.days * DAY_MS


@pytest.fixture
async def clock() -> Tomorrow:
    return Tomorrow()


@pytest.fixture
async def kept(world: World, clock: Tomorrow, tmp_path: Path) -> AsyncIterator[Keeping]:
    noticing = Noticing(world.database, clock)
    yield Keeping(world.database, clock, tmp_path, noticing)
    await noticing.close()


def files(folder: Path) -> list[str]:
    return sorted(each.name for each in (folder / heads.FOLDER).iterdir())


async def test_there_is_a_file_for_every_day_and_only_one(
    world: World, kept: Keeping, clock: Tomorrow, tmp_path: Path
) -> None:
    for days in (0, 0, 1):
        clock.days = days
        await kept.once()
    assert files(tmp_path) == [heads.path_of(tmp_path, world.now_ms + days * DAY_MS).name for days in (0, 1)]


async def test_what_is_kept_no_longer_goes_on_the_day_that_it_is_due(
    world: World, kept: Keeping, clock: Tomorrow
) -> None:
    school = await world.school()

    def sign_in(tx: Transaction) -> int:
        return record(tx, school.id, "signed_in", world.now_ms, by="p1", detail={"method": "card"})

    await world.database.write(sign_in)
    await kept.once()
    assert len(await world.rows(audit_detail)) == 1
    clock.days = 91
    await kept.once()
    assert [row.seq for row in await world.rows(audit_detail)] == [2], "what is left says what was deleted"


async def test_a_failure_keeps_nothing_else_from_being_done_and_is_made_good(
    world: World, kept: Keeping, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> bool:
        raise OSError("the disk is full")

    expired: list[str] = []
    monkeypatch.setattr("accounts.audit.retention.expire", lambda tx, school, now_ms: expired.append(school))
    monkeypatch.setattr("accounts.audit.heads.write", fail)
    school = await world.school()
    await kept.once()
    assert expired == [school.id]
    monkeypatch.undo()
    await kept.once()
    assert len(files(tmp_path)) == 1
