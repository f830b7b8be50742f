"""The migrations make exactly the tables that the program describes, once, whoever starts first."""

import asyncio
import sys
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine.interfaces import ReflectedForeignKeyConstraint, ReflectedIndex
from sqlalchemy.engine.reflection import Inspector

import accounts.audit.model
import accounts.children.model
import accounts.hours.model
import accounts.invitations.model
import accounts.leaving.model
import accounts.looks.model
import accounts.model
import accounts.privacy.model
import accounts.roster.model
import accounts.second_step.model
import accounts.sso.model
import accounts.windows.model
import rooms.answering
import rooms.concerns.model
import rooms.drafts.model
import rooms.embeds.model
import rooms.files.model
import rooms.forwarding
import rooms.mentioning
import rooms.model
import rooms.notices.model
import rooms.pins.model
import rooms.posts
import rooms.reactions.model
import rooms.search.model
import storage.installation
from storage.database import Database, Transaction, open_database
from storage.migrate import migrate
from storage.schema import metadata
from tests.harness.corridor import CLI
from tests.harness.program import ROOT

MODELS = (
    accounts.model, accounts.audit.model, accounts.leaving.model, accounts.privacy.model,
    accounts.second_step.model, accounts.children.model, accounts.roster.model, accounts.invitations.model,
    accounts.sso.model, accounts.looks.model, accounts.hours.model, accounts.windows.model, rooms.embeds.model,
    rooms.files.model,
    rooms.answering, rooms.forwarding, rooms.mentioning, rooms.model, rooms.posts, rooms.search.model,
    rooms.concerns.model, rooms.drafts.model, rooms.notices.model, rooms.pins.model, rooms.reactions.model,
    storage.installation,
)  # fmt: skip


async def upgraded(url: str) -> Database:
    database = open_database(url)
    await migrate(database)
    return database


async def test_an_upgrade_from_nothing_gives_what_the_models_describe(empty_database_url: str) -> None:
    database = await upgraded(empty_database_url)

    def differences(connection: Connection) -> list[Any]:
        dialect = connection.dialect.name

        def is_for_here(thing: Any, _name: str, kind: str, reflected: bool, _other: Any) -> bool:
            condition = None if reflected or kind != "index" else thing._ddl_if
            return condition is None or condition.dialect == dialect

        options = {
            "compare_type": True, "compare_server_default": True, "include_name": is_ours,
            "include_object": is_for_here,
        }  # fmt: skip
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    assert await database.read(differences) == []
    await database.close()


async def test_keys_names_and_indexes_are_those_of_the_models(empty_database_url: str) -> None:
    """alembic compares no primary keys and no names of constraints; a later migration needs both."""
    database = await upgraded(empty_database_url)
    migrated = await database.read(shape)
    await database.write(start_afresh_from_the_models)
    assert migrated == await database.read(shape)
    assert set(migrated) == set(metadata.tables)
    await database.close()


async def test_the_view_of_messages_has_the_columns_that_the_program_reads(empty_database_url: str) -> None:
    database = await upgraded(empty_database_url)
    found = await database.read(lambda connection: inspect(connection).get_columns("message"))
    assert [each["name"] for each in found] == [each.name for each in rooms.posts.message.columns]
    await database.close()


async def test_the_comparison_would_notice_a_missing_column(empty_database_url: str) -> None:
    database = await upgraded(empty_database_url)
    before = await database.read(shape)
    await database.write(lambda tx: tx.connection.execute(text("ALTER TABLE school DROP COLUMN zone")))
    assert before != await database.read(shape)
    await database.close()


async def test_a_second_upgrade_changes_nothing_and_keeps_the_epoch(empty_database_url: str) -> None:
    database = open_database(empty_database_url)
    first = await migrate(database)
    before = await database.read(shape)
    assert await migrate(database) == first
    assert await database.read(shape) == before
    await database.close()


async def test_an_upgrade_that_fails_leaves_nothing_behind(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(tx: Transaction) -> str:
        raise OSError("the disk is full")

    monkeypatch.setattr("storage.migrate.epoch", refuse)  # the last thing that the transaction does
    database = open_database(empty_database_url)
    with pytest.raises(OSError, match="full"):
        await migrate(database)
    assert await database.read(lambda connection: inspect(connection).get_table_names()) == []
    await database.close()


async def test_two_processes_that_migrate_at_once_both_succeed_with_one_epoch(empty_database_url: str) -> None:
    command = [*CLI, "migrate"]
    env = {"CORRIDOR_DATABASE_URL": empty_database_url, "PATH": "/usr/bin:/bin"}

    async def run() -> str:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        return out.decode()

    first, second = await asyncio.gather(run(), run())
    assert first == second
    assert "epoch" in first
    assert sys.executable in command


Shape = dict[str, dict[str, object]]


def shape(connection: Connection) -> Shape:
    found = inspect(connection)
    names = (name for name in found.get_table_names() if is_ours(name) and name != "alembic_version")
    return {name: _table(found, name) for name in names}


def is_ours(name: str | None, *_: object) -> bool:
    """Not one of those that SQLite keeps its index of words in."""
    return not (name or "").startswith("search_words")


def _table(found: Inspector, name: str) -> dict[str, object]:
    columns = [(each["name"], str(each["type"]), each["nullable"], each["default"]) for each in found.get_columns(name)]
    return {
        "columns": columns,
        "key": found.get_pk_constraint(name),
        "references": sorted(map(_reference, found.get_foreign_keys(name))),
        "unique": sorted(map(repr, found.get_unique_constraints(name))),
        "indexes": sorted(map(_index, found.get_indexes(name))),
    }


def _reference(each: ReflectedForeignKeyConstraint) -> tuple[object, ...]:
    """Without its name: SQLAlchemy cannot read it from a column that SQLite added to a table later."""
    return (each["constrained_columns"], each["referred_table"], each["referred_columns"], each.get("options"))


def _index(each: ReflectedIndex) -> tuple[str, str, bool, str]:
    options = {name: str(value) for name, value in sorted(each.get("dialect_options", {}).items())}
    return each["name"] or "", repr(each["column_names"]), bool(each["unique"]), repr(options)


def start_afresh_from_the_models(tx: Transaction) -> None:
    assert all(model.__name__ in sys.modules for model in MODELS)
    tx.connection.execute(text("DROP VIEW message"))  # migrations alone know it
    metadata.drop_all(tx.connection)
    metadata.create_all(tx.connection)
