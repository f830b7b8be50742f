"""Many rows in one statement: they travel as one `VALUES` on SQLite, and as one array a column on PostgreSQL.

One statement is one round trip on PostgreSQL, and on SQLite one call that leaves Python's lock alone while it works.
See docs/decisions/rows-together.md.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, Final

import msgspec
from sqlalchemy import BigInteger, Boolean, Column, Connection, CursorResult, Integer, Row, Table

AnyRow = Row[*tuple[Any, ...]]

_TYPES: Final[Mapping[type, str]] = {int: "bigint", str: "text", bool: "boolean"}
_PLACEHOLDER: Final = re.compile(r"(?<![:\w]):([a-z_]+)")
_MARKS: Final = {"sqlite": "?", "postgresql": "$"}

# How many rows a SQLite statement is made for. What lies between is filled up with rows of NULLs, which are passed
# over: a statement for each number of rows would be prepared anew each time. More than the last travel as JSON.
_SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 100, 150, 200, 256)
_AS_JSON: Final = 0


class Statement:
    """SQL for the hot path that works on many rows at once: made once for each dialect, handed to the driver as it is.

    `build` is given the dialect and the SQL of a table of the rows, to be called `given`, with these columns, of which
    the first is never NULL. `names` are the further parameters, `:name` in the SQL.
    """

    def __init__(self, build: Callable[[str, str], str], columns: Mapping[str, type], *names: str) -> None:
        self._build = build
        self._columns = columns
        self._places = {name: place for place, name in enumerate(names, 1)}
        self._texts: dict[tuple[str, int], str] = {}

    def run(
        self, connection: Connection, rows: Sequence[Sequence[Any]], *values: Any
    ) -> CursorResult[*tuple[Any, ...]]:
        """Run it with `rows`, each with a value for every column in order, and the further parameters' values."""
        dialect = connection.dialect.name
        if dialect == "sqlite":
            size = _size_for(len(rows))
            packed: tuple[Any, ...] | list[Any] = self._filled(rows, size)
        else:
            size = _AS_JSON
            packed = list(zip(*rows, strict=True)) or [()] * len(self._columns)
        sql = self._texts.get((dialect, size))
        if sql is None:
            sql = self._texts[dialect, size] = self._text(dialect, size)
        return connection.exec_driver_sql(sql, (*values, *packed))

    def _filled(self, rows: Sequence[Sequence[Any]], size: int) -> list[Any]:
        if size == _AS_JSON:
            return [msgspec.json.encode(rows).decode()]
        flat = list(chain.from_iterable(rows))
        return flat + [None] * (len(self._columns) * (size - len(rows)))

    def _text(self, dialect: str, size: int) -> str:
        mark, first = _MARKS[dialect], len(self._places) + 1
        sql = self._build(dialect, _given(dialect, self._columns, first, size))
        return _PLACEHOLDER.sub(lambda found: f"{mark}{self._places[found[1]]}", sql)


class Query:
    """A statement that finds rows: `SELECT fields` and what follows, of which `rest` gives the SQL as `build` does."""

    def __init__(
        self, fields: Sequence[str], rest: Callable[[str, str], str], columns: Mapping[str, type], *names: str
    ) -> None:
        def build(dialect: str, given: str) -> str:
            return f"SELECT {_found(dialect, fields)} {rest(dialect, given)}"

        self._statement = Statement(build, columns, *names)

    def rows(self, connection: Connection, rows: Sequence[Sequence[Any]], *values: Any) -> Sequence[Sequence[Any]]:
        """What was found, each row in the order of the fields. On SQLite a boolean is 0 or 1."""
        return _decode(self._statement.run(connection, rows, *values).scalar() or "[]")


_decode: Final = msgspec.json.Decoder(list[list[Any]]).decode


def _found(dialect: str, fields: Sequence[str]) -> str:
    """All rows as one JSON array of arrays; NULL where there are none, on PostgreSQL.

    SQLite's driver takes Python's lock back for every row that it fetches, and fights with the event loop for it; on
    PostgreSQL one value is decoded sooner than hundreds.
    """
    listed = ", ".join(fields)
    if dialect == "sqlite":
        return f"json_group_array(json_array({listed}))"
    return f"CAST(json_agg(json_build_array({listed})) AS text)"


def _size_for(count: int) -> int:
    place = bisect_left(_SIZES, count)
    return _SIZES[place] if place < len(_SIZES) else _AS_JSON


def _given(dialect: str, columns: Mapping[str, type], first: int, size: int) -> str:
    """SQL for the table of the rows, whose parameters are numbered from `first` on."""
    if dialect == "postgresql":
        arrays = ", ".join(f"CAST(${place} AS {_TYPES[kind]}[])" for place, kind in enumerate(columns.values(), first))
        return f"(SELECT * FROM unnest({arrays}) AS unnested ({', '.join(columns)}))"
    if size == _AS_JSON:
        fields = ", ".join(f"value ->> {place} AS {name}" for place, name in enumerate(columns))
        return f"(SELECT {fields} FROM json_each(?{first}))"
    fields = ", ".join(f"column{place} AS {name}" for place, name in enumerate(columns, 1))
    width = len(columns)
    starts = range(first, first + width * size, width)
    rows = ", ".join(f"({', '.join(f'?{place}' for place in range(start, start + width))})" for start in starts)
    return f"(SELECT {fields} FROM (VALUES {rows}) WHERE column1 IS NOT NULL)"


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
