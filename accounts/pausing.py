"""Whose messages an adult has paused: all learners', one person's, those in one thread. Until somebody resumes them."""

from typing import Final, Literal

from sqlalchemy import BigInteger, Column, Connection, ForeignKey, Index, Table, Text, select, update

from accounts.rights import Paused
from storage.database import Transaction
from storage.ids import new_id
from storage.rows import AnyRow
from storage.schema import metadata

Scope = Literal["learners", "person", "thread"]

MOST_SHOWN: Final = 50

pause = Table(
    "pause",
    metadata,
    Column("id", Text, primary_key=True),
    Column("school_id", Text, ForeignKey("school.id"), nullable=False),
    Column("scope", Text, nullable=False),
    Column("of_id", Text),  # the person, or the room of the thread
    Column("reason", Text, nullable=False),
    Column("paused_by", Text, ForeignKey("person.id"), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("ended_by", Text, ForeignKey("person.id")),
    Column("ended_ms", BigInteger),  # none: it holds
    Index(None, "school_id"),
)


def paused(connection: Connection, school_id: str) -> Paused:
    """What is paused at a school, for its rights. Whoever changes it calls `settings.rights_changed`."""
    held = standing(connection, school_id)
    return Paused(
        any(each.scope == "learners" for each in held),
        frozenset(each.of_id for each in held if each.scope == "person"),
        frozenset(each.of_id for each in held if each.scope == "thread"),
    )


def standing(connection: Connection, school_id: str) -> list[AnyRow]:
    """The pauses that hold, the latest first."""
    of = (pause.c.school_id == school_id) & pause.c.ended_ms.is_(None)
    return list(connection.execute(select(pause).where(of).order_by(pause.c.at_ms.desc(), pause.c.id)))


def ended(connection: Connection, school_id: str) -> list[AnyRow]:
    """Those that are over, the latest first."""
    of = (pause.c.school_id == school_id) & pause.c.ended_ms.is_not(None)
    order = (pause.c.ended_ms.desc(), pause.c.id)
    return list(connection.execute(select(pause).where(of).order_by(*order).limit(MOST_SHOWN)))


def begin(
    tx: Transaction, school_id: str, scope: Scope, of: str | None, reason: str, by: str, now_ms: int
) -> tuple[str, bool]:  # fmt: skip
    """Pause these; gives the id, and whether that is new: what is paused already stays as it is."""
    for each in standing(tx.connection, school_id):
        if each.scope == scope and each.of_id == of:
            return str(each.id), False
    made = new_id("z")
    tx.connection.execute(
        pause.insert().values(
            id=made, school_id=school_id, scope=scope, of_id=of, reason=reason, paused_by=by, at_ms=now_ms
        )
    )
    return made, True


def end(tx: Transaction, school_id: str, pause_id: str, by: str, now_ms: int) -> AnyRow | None:
    """End a pause of this school; gives its row as it was, or none if there is no such pause that holds."""
    of = (pause.c.id == pause_id) & (pause.c.school_id == school_id) & pause.c.ended_ms.is_(None)
    row = tx.connection.execute(select(pause).where(of).with_for_update()).first()
    if row is not None:
        tx.connection.execute(update(pause).where(of).values(ended_ms=now_ms, ended_by=by))
    return row
