"""A room's log: rows `(room, seq, kind, by, at, body)`, numbered 1, 2, 3 … in commit order."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Raw
from sqlalchemy import Connection, bindparam, select, update

from realtime.protocol import Event
from rooms.model import event, evidence, room
from storage.clock import rfc3339
from storage.database import Transaction
from storage.rows import Statement, insert_rows

Row = tuple[str, int, str, str, int, str, str | None, str | None]  # in the order of the table's columns

OWN_ROOM_KEEPS: Final = 500  # events; older ones of a person's own room are of no use to anybody

_set_heads: Final = Statement(
    lambda _, given: f"UPDATE room SET last_seq = given.seq FROM {given} AS given WHERE room.id = given.id",
    {"id": str, "seq": int},
)

_COLUMN_TYPES: Final = {column.name: int if column.name in ("seq", "at_ms") else str for column in event.columns}
_NAMES: Final = ", ".join(_COLUMN_TYPES)

# On PostgreSQL rows and heads are one round trip; SQLite knows no statement that changes two tables.
_append_and_move: Final = Statement(
    lambda _, given: (
        f"""
        WITH given AS MATERIALIZED (SELECT * FROM {given} AS given), moved AS (
            UPDATE room SET last_seq = head.seq
            FROM (SELECT room_id, MAX(seq) AS seq FROM given GROUP BY room_id) AS head WHERE room.id = head.room_id
        )
        INSERT INTO event ({_NAMES}) SELECT {_NAMES} FROM given
    """
    ),
    _COLUMN_TYPES,
)


def lock(connection: Connection, rooms: Collection[str]) -> None:
    """Hold these rooms until the transaction ends, always in the same order so that two servers cannot deadlock.

    On SQLite the transaction holds the whole database already.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(room.c.id).where(room.c.id.in_(rooms)).order_by(room.c.id).with_for_update())


def write(tx: Transaction, rows: Sequence[Row]) -> None:
    """Insert rows of rooms that are locked, numbered from their heads on; move the heads; announce them."""
    if not rows:
        return
    if tx.connection.dialect.name == "postgresql":
        _append_and_move.run(tx.connection, rows)
    else:
        insert_rows(tx.connection, event, rows)
        _set_heads.run(tx.connection, list({row[0]: row[1] for row in rows}.items()))  # the last row of a room wins
    at: dict[int, str] = {}
    for room_id, seq, kind, author, at_ms, body, _, _ in rows:
        moment = at.get(at_ms) or at.setdefault(at_ms, rfc3339(at_ms))
        tx.publish(Event(room_id, seq, kind, author, moment, Raw(body.encode())))


def append(tx: Transaction, room_id: str, kind: str, by: str, at_ms: int, body: Mapping[str, Any]) -> int:
    """Append one event outside a group commit, and give its seq."""
    lock(tx.connection, [room_id])
    seq: int = tx.connection.scalars(select(room.c.last_seq).where(room.c.id == room_id)).one() + 1
    write(tx, [(room_id, seq, kind, by, at_ms, msgspec.json.encode(body).decode(), None, None)])
    return seq


_COLUMNS = (event.c.room_id, event.c.seq, event.c.kind, event.c.author_id, event.c.at_ms, event.c.body)
_after = (
    select(*_COLUMNS)
    .where(event.c.room_id == bindparam("room"), event.c.seq > bindparam("after"))
    .order_by(event.c.seq)
    .limit(bindparam("most"))
)


def after(connection: Connection, room_id: str, seq: int, limit: int) -> list[Event]:
    """At most `limit` events that follow `seq`, in order."""
    rows = connection.execute(_after, {"room": room_id, "after": seq, "most": limit})
    return [Event(of, n, kind, by, rfc3339(at), Raw(body.encode())) for of, n, kind, by, at, body in rows]


_heads: Final = Statement(
    lambda _, given: f"SELECT room.id, room.last_seq FROM {given} AS given JOIN room ON room.id = given.id",
    {"id": str},
)


def heads(connection: Connection, rooms: Collection[str]) -> dict[str, int]:
    """How far each of these rooms has got."""
    return {row[0]: row[1] for row in _heads.run(connection, [(each,) for each in rooms]).all()}


def redact(
    tx: Transaction, room_id: str, seqs: Collection[int], tombstone: Mapping[str, Any], by: str, at_ms: int,
    reason: str | None,
) -> None:  # fmt: skip
    """Take the bodies of these events out of the log and keep them as evidence; `tombstone` stands in their place."""
    of = (event.c.room_id == room_id) & event.c.seq.in_(seqs)
    kept = tx.connection.execute(select(event.c.seq, event.c.author_id, event.c.body).where(of)).all()
    insert_rows(tx.connection, evidence, [(room_id, seq, who, body, reason, by, at_ms) for seq, who, body in kept])
    tx.connection.execute(update(event).where(of).values(body=msgspec.json.encode(tombstone).decode()))


def trim(tx: Transaction, room_id: str, head: int) -> None:
    """Forget the oldest events of a person's own room and raise its floor."""
    floor = head - OWN_ROOM_KEEPS
    if floor > 1:
        tx.connection.execute(event.delete().where(event.c.room_id == room_id, event.c.seq < floor))
        tx.connection.execute(update(room).where(room.c.id == room_id).values(floor=floor))
