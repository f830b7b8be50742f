"""Many rows in one statement: they travel as one JSON value on SQLite, and as one array a column on PostgreSQL.

One statement is one round trip on PostgreSQL, and on SQLite one call that leaves Python's lock alone while it works.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Boolean, Column, Connection, CursorResult, Integer, Row, Table

AnyRow = Row[*tuple[Any, ...]]

_TYPES: Final[Mapping[type, str]] = {int: "bigint", str: "text", bool: "boolean"}
_PLACEHOLDER: Final = re.compile(r"(?<![:\w]):([a-z_]+)")
_MARKS: Final = {"sqlite": "?", "postgresql": "$"}


class Statement:
    """SQL for the hot path that works on many rows at once: made once for each dialect, handed to the driver as it is.

    `build` is given the dialect and the SQL of a table of the rows, to be called `given`, with these columns. `names`
    are the further parameters, `:name` in the SQL.
    """

    def __init__(self, build: Callable[[str, str], str], columns: Mapping[str, type], *names: str) -> None:
        self._build = build
        self._columns = columns
        self._places = {name: place for place, name in enumerate(names, 1)}
        self._texts: dict[str, str] = {}

    def run(
        self, connection: Connection, rows: Sequence[Sequence[Any]], *values: Any
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run it with `rows`, each with a value for every column in order, and the further parameters' values."""
        dialect = connection.dialect.name
        sql = self._texts.get(dialect)
        if sql is None:
            sql = self._texts[dialect] = self._text(dialect)
        if dialect == "sqlite":
            packed: tuple[Any, ...] = (msgspec.json.encode(rows).decode(),)
        else:
            packed = tuple(_array(column) for column in zip(*rows, strict=True)) or ([],) * len(self._columns)
        return connection.exec_driver_sql(sql, (*values, *packed))

    def _text(self, dialect: str) -> str:
        mark, first = _MARKS[dialect], len(self._places) + 1
        sql = self._build(dialect, _given(dialect, self._columns, first))
        return _PLACEHOLDER.sub(lambda found: f"{mark}{self._places[found[1]]}", sql)


def _given(dialect: str, columns: Mapping[str, type], first: int) -> str:
    """SQL for the table of the rows, whose parameters are numbered from `first` on."""
    if dialect == "sqlite":
        fields = ", ".join(f"value ->> {place} AS {name}" for place, name in enumerate(columns))
        return f"(SELECT {fields} FROM json_each(?{first}))"
    arrays = ", ".join(f"CAST(${place} AS {_TYPES[kind]}[])" for place, kind in enumerate(columns.values(), first))
    return f"(SELECT * FROM unnest({arrays}) AS unnested ({', '.join(columns)}))"


def _array(column: Sequence[Any]) -> list[Any]:
    return [str(value) if isinstance(value, UUID) else value for value in column]


def gathered(dialect: str, *fields: str) -> str:
    """SQL that makes one JSON array of arrays of all selected rows; NULL where there are none, on PostgreSQL."""
    listed = ", ".join(fields)
    if dialect == "sqlite":
        return f"json_group_array(json_array({listed}))"
    return f"CAST(json_agg(json_build_array({listed})) AS text)"


_inserts: dict[str, Statement] = {}


def insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert `rows`, each with a value for every column of `table` in the table's order."""
    if not rows:
        return
    statement = _inserts.get(table.name)
    if statement is None:
        statement = _inserts[table.name] = _insert(table)
    statement.run(connection, rows)


def _insert(table: Table) -> Statement:
    columns = {column.name: _python_type(column) for column in table.columns}
    names = ", ".join(columns)
    return Statement(
        lambda _, given: f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {given} AS given", columns
    )


def _python_type(column: Column[Any]) -> type:
    match column.type:
        case Boolean():
            return bool
        case BigInteger() | Integer():
            return int
        case _:
            return str
