"""The table of looks into threads: who, as what, why, and for how long the look is good."""

from sqlalchemy import BigInteger, Column, Connection, ForeignKey, Index, Table, Text, select

from accounts.model import person
from rooms.oversight.rules import LOOK_MS, MOST_SHOWN
from storage.database import Transaction
from storage.ids import new_id
from storage.rows import AnyRow
from storage.schema import metadata

thread_look = Table(
    "thread_look",
    metadata,
    Column("id", Text, primary_key=True),
    Column("school_id", Text, ForeignKey("school.id"), nullable=False),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),  # who looked
    Column("session_id", Text, nullable=False),
    Column("room_id", Text, ForeignKey("room.id"), nullable=False),
    Column("role", Text, nullable=False),  # one of rules.ROLES
    Column("reason", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Index(None, "school_id", "at_ms"),
    Index(None, "person_id"),
)


def begin(
    tx: Transaction, school_id: str, by: tuple[str, str], room_id: str, role: str, reason: str, now_ms: int
) -> str:  # fmt: skip
    """A look of this person in this session, from now on; gives its id."""
    made = new_id("l")
    tx.connection.execute(
        thread_look.insert().values(
            id=made, school_id=school_id, person_id=by[0], session_id=by[1], room_id=room_id, role=role,
            reason=reason, at_ms=now_ms, until_ms=now_ms + LOOK_MS,
        )
    )  # fmt: skip
    return made


def standing(connection: Connection, by: tuple[str, str], room_id: str, now_ms: int) -> AnyRow | None:
    """The look that this person has in this session, the latest of them; none if its time is over."""
    of = thread_look.c
    chosen = select(thread_look).where(
        of.person_id == by[0], of.session_id == by[1], of.room_id == room_id, of.until_ms > now_ms, of.at_ms <= now_ms
    )
    return connection.execute(chosen.order_by(of.until_ms.desc()).limit(1)).first()


def latest(connection: Connection, school_id: str) -> list[AnyRow]:
    """The latest looks at a school, each with the name of who looked."""
    chosen = (
        select(thread_look, person.c.name, person.c.full_name)
        .join(person, person.c.id == thread_look.c.person_id)
        .where(thread_look.c.school_id == school_id)
        .order_by(thread_look.c.at_ms.desc(), thread_look.c.id)
        .limit(MOST_SHOWN)
    )
    return list(connection.execute(chosen))
