"""Many rows in one statement: they travel as one JSON value, in and out.

One statement is one round trip on PostgreSQL, and on SQLite one call that leaves Python's lock alone while it works.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import BigInteger, Boolean, Column, Connection, CursorResult, Integer, Row, Table

AnyRow = Row[*tuple[Any, ...]]

_TYPES: Final[Mapping[type, str]] = {int: "bigint", str: "text", bool: "boolean"}
_PLACEHOLDER: Final = re.compile(r"(?<![:\w]):([a-z_]+)")
_MARKS: Final = {"sqlite": "?", "postgresql": "$"}


class Statement:
    """SQL for the hot path: made once for each dialect, handed to the driver as it is.

    `build` gives the text for a dialect, with `:name` for each of `names`, whose values `run` takes in that order.
    """

    def __init__(self, build: Callable[[str], str], *names: str) -> None:
        self._build = build
        self._places = {name: place for place, name in enumerate(names, 1)}
        self._texts: dict[str, str] = {}

    def run(self, connection: Connection, *values: Any) -> CursorResult[*tuple[Any, ...]]:
        dialect = connection.dialect.name
        sql = self._texts.get(dialect)
        if sql is None:
            mark = _MARKS[dialect]
            sql = _PLACEHOLDER.sub(lambda found: f"{mark}{self._places[found[1]]}", self._build(dialect))
            self._texts[dialect] = sql
        return connection.exec_driver_sql(sql, values)


def recordset(dialect: str, parameter: str, columns: Mapping[str, type]) -> str:
    """SQL for a table of the JSON array of arrays in `:parameter`, with these columns in this order."""
    if dialect == "sqlite":
        fields = ", ".join(f"value ->> {place} AS {name}" for place, name in enumerate(columns))
        return f"(SELECT {fields} FROM json_each(:{parameter}))"
    fields = ", ".join(
        f"CAST(item ->> {place} AS {_TYPES[kind]}) AS {name}" for place, (name, kind) in enumerate(columns.items())
    )
    return f"(SELECT {fields} FROM json_array_elements(CAST(:{parameter} AS json)) AS item)"


def gathered(dialect: str, *fields: str) -> str:
    """SQL that makes one JSON array of arrays of all selected rows; NULL where there are none, on PostgreSQL."""
    listed = ", ".join(fields)
    if dialect == "sqlite":
        return f"json_group_array(json_array({listed}))"
    return f"CAST(json_agg(json_build_array({listed})) AS text)"


def as_json(rows: Iterable[Iterable[Any]]) -> str:
    return msgspec.json.encode(list(rows)).decode()


_inserts: dict[str, Statement] = {}


def insert_rows(connection: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
    """Insert `rows`, each with a value for every column of `table` in the table's order."""
    if not rows:
        return
    statement = _inserts.get(table.name)
    if statement is None:
        statement = _inserts[table.name] = _insert(table)
    statement.run(connection, msgspec.json.encode(rows).decode())


def _insert(table: Table) -> Statement:
    columns = {column.name: _python_type(column) for column in table.columns}
    names = ", ".join(columns)

    def build(dialect: str) -> str:
        return f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {recordset(dialect, 'rows', columns)} AS given"

    return Statement(build, "rows")


def _python_type(column: Column[Any]) -> type:
    match column.type:
        case Boolean():
            return bool
        case BigInteger() | Integer():
            return int
        case _:
            return str
