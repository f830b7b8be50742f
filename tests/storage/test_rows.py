"""Rows that travel together arrive as they were, whatever people write."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Boolean, Column, Connection, MetaData, Table, Text, select

from storage.database import Transaction
from storage.rows import Statement, insert_rows
from tests.storage.conftest import Opened

things = Table(
    "things",
    MetaData(),
    Column("number", BigInteger, primary_key=True),
    Column("said", Text),
    Column("yes", Boolean),
)

# PostgreSQL keeps no U+0000 and UTF-8 no half of a pair; the doors let neither in.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
AWKWARD = (
    "", " ", "'", '"', '""', "\\", "\\u0041", "\\\\u0000", ":name", "%(name)s", "{}", "[1]", "null", "true", "0", "1e9",
    '{"a": "b"}', '["x", null]', "😀", "👩‍👧‍👦", "שלום", "مرحبا", "e\u0301", "\u2028", "\ufeff", "\x01\x1f",
    "a\nb\r\nc\t", "x" * 70_000,
)  # fmt: skip
NUMBERS = st.integers(-(2**63), 2**63 - 1)


def round_trip(tx: Transaction, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    things.create(tx.connection, checkfirst=True)
    tx.connection.execute(things.delete())
    insert_rows(tx.connection, things, rows)
    return [tuple(row) for row in tx.connection.execute(select(things).order_by(things.c.number))]


async def test_every_awkward_text_comes_back_as_it_went(opened: Opened) -> None:
    rows = [(number, said, number % 2 == 0) for number, said in enumerate(AWKWARD)]
    assert await opened.database.write(round_trip, rows) == rows


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_any_text_number_and_flag_round_trips(opened: Opened, data: st.DataObject) -> None:
    numbers = data.draw(st.lists(NUMBERS, min_size=1, max_size=8, unique=True))
    values = st.tuples(st.none() | TEXTS, st.none() | st.booleans())
    rows = sorted((number, *data.draw(values)) for number in numbers)
    assert await opened.database.write(round_trip, rows) == rows


async def test_no_rows_are_no_statement(opened: Opened) -> None:
    assert await opened.database.write(round_trip, []) == []


joined = Statement(
    lambda _, given: f"SELECT number, said FROM {given} AS given WHERE said = :said",
    {"number": int, "said": str},
    "said",
)
summed = Statement(lambda _, given: f"SELECT SUM(number) FROM {given} AS given", {"number": int})


FIND = Statement(
    lambda _, given: f"SELECT given.number, given.said FROM {given} AS given WHERE said = :said OR number = :number",
    {"number": int, "said": str},
    "said",
    "number",
)
TOTAL = Statement(lambda _, given: f"SELECT SUM(number) FROM {given} AS given", {"number": int})


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=TEXTS)
async def test_given_rows_can_be_chosen_by_what_people_write(opened: Opened, said: str) -> None:
    def find(connection: Connection) -> list[tuple[Any, ...]]:
        rows = [(1, said), (2, said + "x"), (3, None)]
        return [tuple(row) for row in FIND.run(connection, rows, said, 3)]

    assert await opened.database.read(find) == [(1, said), (3, None)]


@pytest.mark.parametrize("count", [0, 1, 1000])
async def test_all_given_rows_arrive(opened: Opened, count: int) -> None:
    def total(connection: Connection) -> int | None:
        found: int | None = TOTAL.run(connection, [(number,) for number in range(count)]).scalar()
        return found

    assert await opened.database.read(total) == (sum(range(count)) if count else None)
