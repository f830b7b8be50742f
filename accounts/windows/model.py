"""A school's own windows and what holds for once, in the tables."""

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Boolean, Column, Connection, ForeignKey, Index, Table, Text, delete, func, select

from accounts.model import person
from accounts.policy.windows import OneOff, Span, Window
from storage.database import Transaction
from storage.schema import metadata

school_window = Table(
    "school_window",
    metadata,
    Column("id", Text, primary_key=True),
    Column("school_id", Text, ForeignKey("school.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("spans", Text, nullable=False),  # JSON of policy.windows.Span, several
    Column("changed_by", Text, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Index(None, "school_id"),
)

window_once = Table(
    "window_once",  # a snow day, an exam week
    metadata,
    Column("id", Text, primary_key=True),
    Column("school_id", Text, ForeignKey("school.id"), nullable=False),
    Column("window_id", Text),  # one of the school's own or a built-in one; none: all of them
    Column("opens", Boolean, nullable=False),  # or closes
    Column("from_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("why", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),  # before its time
    Column("ended_by", Text),
    Index(None, "school_id"),
)

KEPT_MS: Final = 400 * 24 * 3600 * 1000  # what held for once is forgotten so long after it was over
MOST_KEPT: Final = 100  # of those that are over

_decode = msgspec.json.Decoder(tuple[Span, ...]).decode
_encode = msgspec.json.Encoder().encode


def own_windows(connection: Connection, school_id: str) -> dict[str, Window]:
    """The school's own, by id, in the order of their names."""
    of = school_window.c
    rows = connection.execute(
        select(of.id, of.name, of.spans).where(of.school_id == school_id).order_by(func.lower(of.name), of.id)
    )
    return {row.id: Window(row.id, row.name, _decode(row.spans)) for row in rows}


def held_once(connection: Connection, school_id: str) -> list[OneOff]:
    """What holds for once, now, later or a while ago; the earliest first."""
    of = window_once.c
    rows = connection.execute(select(window_once).where(of.school_id == school_id).order_by(of.from_ms, of.id))
    return [
        OneOff(
            row.id, row.window_id, row.opens, row.from_ms, row.until_ms, row.why, row.made_by, row.made_ms, row.ended_ms
        )
        for row in rows
    ]


def keep(tx: Transaction, school_id: str, window: Window, by: str, now_ms: int) -> None:
    """Have a window be so from now on, new or not."""
    tx.connection.execute(delete(school_window).where(school_window.c.id == window.id))
    tx.connection.execute(
        school_window.insert().values(
            id=window.id, school_id=school_id, name=window.name, spans=_encode(window.spans).decode(), changed_by=by,
            changed_ms=now_ms,
        )
    )  # fmt: skip


def remove(tx: Transaction, window_id: str) -> None:
    """Take a window away, and with it what holds for it alone."""
    tx.connection.execute(delete(window_once).where(window_once.c.window_id == window_id))
    tx.connection.execute(delete(school_window).where(school_window.c.id == window_id))


def hold_once(tx: Transaction, school_id: str, once: OneOff) -> None:
    """Keep what holds for once, and forget what is long over."""
    held = held_once(tx.connection, school_id)
    over = sorted(((each.over_ms, each.id) for each in held if each.over_ms <= once.made_ms), reverse=True)
    forgotten = [each for nth, (ms, each) in enumerate(over) if nth >= MOST_KEPT or ms < once.made_ms - KEPT_MS]
    tx.connection.execute(delete(window_once).where(window_once.c.id.in_(forgotten)))
    tx.connection.execute(
        window_once.insert().values(
            id=once.id, school_id=school_id, window_id=once.window, opens=once.opens, from_ms=once.from_ms,
            until_ms=once.until_ms, why=once.why, made_by=once.by, made_ms=once.made_ms,
        )
    )  # fmt: skip


def end_once(tx: Transaction, once: str, by: str, now_ms: int) -> None:
    of = window_once.c.id == once
    tx.connection.execute(window_once.update().where(of).values(ended_ms=now_ms, ended_by=by))


def names(connection: Connection, school_id: str, people: Sequence[str]) -> dict[str, str]:
    """Who made these, as everybody sees them."""
    rows = connection.execute(
        select(person.c.id, person.c.name).where(person.c.school_id == school_id, person.c.id.in_(people))
    )
    return {row[0]: row[1] for row in rows}
