"""The epoch: one a database, new after a restore."""

from storage import installation
from tests.storage.conftest import Opened


async def test_the_epoch_is_made_once(opened: Opened) -> None:
    first = await opened.database.write(installation.epoch)
    assert first
    assert await opened.database.write(installation.epoch) == first


async def test_a_new_epoch_is_another_one_and_stays(opened: Opened) -> None:
    first = await opened.database.write(installation.epoch)
    second = await opened.database.write(installation.new_epoch)
    assert second != first
    assert await opened.database.write(installation.epoch) == second


async def test_a_value_is_written_over(opened: Opened) -> None:
    await opened.database.write(installation.write, "demo", "no")
    await opened.database.write(installation.write, "demo", "yes")
    assert await opened.database.read(installation.read, "demo") == "yes"
    assert await opened.database.read(installation.read, "other") is None
