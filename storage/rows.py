"""Many rows in one statement: the rows travel as one JSON parameter.

One statement is one round trip on PostgreSQL, and on SQLite one call that leaves Python's lock alone while it works.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Boolean, Column, Connection, Integer, Row, Table, TextClause, text

AnyRow = Row[*tuple[Any, ...]]

_TYPES: Mapping[type, str] = {int: "bigint", str: "text", bool: "boolean"}

_inserts: dict[tuple[str, str], TextClause] = {}


def recordset(dialect: str, parameter: str, columns: Mapping[str, type]) -> str:
    """SQL for a table of the JSON array of arrays in `:parameter`, with these columns in this order."""
    if dialect == "sqlite":
        fields = ", ".join(f"value ->> {place} AS {name}" for place, name in enumerate(columns))
        return f"(SELECT {fields} FROM json_each(:{parameter}))"
    fields = ", ".join(
        f"CAST(item ->> {place} AS {_TYPES[kind]}) AS {name}" for place, (name, kind) in enumerate(columns.items())
    )
    return f"(SELECT {fields} FROM json_array_elements(CAST(:{parameter} AS json)) AS item)"


def as_json(rows: Iterable[Iterable[Any]]) -> str:
    return msgspec.json.encode(list(rows)).decode()


def insert_rows(connection: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
    """Insert `rows`, each with a value for every column of `table` in the table's order."""
    if not rows:
        return
    name = (table.name, connection.dialect.name)
    statement = _inserts.get(name)
    if statement is None:
        columns = {column.name: _python_type(column) for column in table.columns}
        source = recordset(connection.dialect.name, "rows", columns)
        names = ", ".join(columns)
        statement = _inserts[name] = text(f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {source} AS given")
    connection.execute(statement, {"rows": as_json(rows)})


def _python_type(column: Column[Any]) -> type:
    match column.type:
        case Boolean():
            return bool
        case BigInteger() | Integer():
            return int
        case _:
            return str
