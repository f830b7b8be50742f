"""Transactions that do not wait for the disk: whole or not at all as others, and those after them wait again."""

import pytest

from storage import installation
from storage.database import Transaction
from tests.storage.conftest import Opened


def waits_for_disk(tx: Transaction) -> str:
    """How the database is set in this very transaction."""
    asked = "PRAGMA synchronous" if tx.connection.dialect.name == "sqlite" else "SHOW synchronous_commit"
    return str(tx.connection.exec_driver_sql(asked).scalar_one())


async def test_only_this_transaction_does_not_wait(opened: Opened) -> None:
    usual = await opened.database.write(waits_for_disk)
    soon = await opened.database.write_soon(waits_for_disk)
    assert soon == ("1" if opened.database.dialect == "sqlite" else "off")
    assert await opened.database.write(waits_for_disk) == usual
    if opened.database.dialect == "sqlite":
        assert usual == "2", "full"


async def test_the_next_one_waits_again_also_after_a_failure(opened: Opened) -> None:
    def fail(tx: Transaction) -> None:
        installation.write(tx, "colour", "green")
        raise LookupError("half way")

    usual = await opened.database.write(waits_for_disk)
    with pytest.raises(LookupError, match="half way"):
        await opened.database.write_soon(fail)
    assert await opened.database.read(installation.read, "colour") is None
    assert await opened.database.write(waits_for_disk) == usual


async def test_what_is_written_is_there_and_announced(opened: Opened) -> None:
    await opened.database.write_soon(installation.write, "colour", "green")
    assert await opened.database.read(installation.read, "colour") == "green"
