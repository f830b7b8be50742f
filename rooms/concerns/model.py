"""The tables of concerns, and what is asked of them."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    func,
    select,
    update,
)

from accounts import safeguarding
from accounts.rights import Who
from storage.rows import AnyRow
from storage.schema import metadata

concern = Table(
    "concern",
    metadata,
    Column("id", Text, primary_key=True),
    Column("school_id", Text, ForeignKey("school.id"), nullable=False),
    Column("kind", Text, nullable=False),  # one of rules.KINDS
    Column("by_id", Text, ForeignKey("person.id"), nullable=False),
    Column("about_id", Text, ForeignKey("person.id")),  # who wrote what is reported: they never hear of it
    Column("room_id", Text, ForeignKey("room.id")),  # where that stands
    Column("message", Text),
    Column("help_id", Text, ForeignKey("room.id")),  # where it is talked about
    Column("to_id", Text, ForeignKey("person.id")),  # the adult who was chosen; none: the safeguarding team
    Column("state", Text, nullable=False),  # one of rules.STATES
    Column("outcome", Text),  # in words for whoever asked
    Column("created_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    Index(None, "school_id", "state", "changed_ms"),
    Index(None, "by_id"),
    Index(None, "about_id"),
    Index(None, "to_id"),
    Index(None, "help_id"),
)

concern_context = Table(
    "concern_context",  # what was reported and what stood around it, as it was at that moment; nothing changes it
    metadata,
    Column("concern_id", Text, ForeignKey("concern.id"), nullable=False),
    Column("nth", Integer, nullable=False),
    Column("message", Text, nullable=False),
    Column("author_id", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("reply_to", Text),
    Column("edited_ms", BigInteger),
    Column("removed", Boolean, nullable=False),  # it was taken away before: the words are from the evidence
    Column("reported", Boolean, nullable=False),
    Column("files", Text, nullable=False),  # JSON: as the message named them
    Column("versions", Text, nullable=False),  # JSON: at, text; how it read before it was edited
    PrimaryKeyConstraint("concern_id", "nth"),
    sqlite_with_rowid=False,
)

concern_step = Table(
    "concern_step",  # who did what, in order
    metadata,
    Column("concern_id", Text, ForeignKey("concern.id"), nullable=False),
    Column("nth", Integer, nullable=False),
    Column("by_id", Text, ForeignKey("person.id"), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("what", Text, nullable=False),  # asked, or the state that it was given
    Column("words", Text),  # of a report, or the outcome
    Column("key", Text),  # of whoever asked: the same thing sent again is one step
    PrimaryKeyConstraint("concern_id", "nth"),
    UniqueConstraint("by_id", "key"),
    sqlite_with_rowid=False,
)

PAGE: Final = 50
EACH: Final = 5  # of one person on the inbox's first look: however much somebody sends, the others are seen
MINE: Final = 20
OPEN: Final = concern.c.state != "done"


def put(connection: Connection, row: dict[str, object]) -> None:
    connection.execute(concern.insert().values(**row))


def one(connection: Connection, concern_id: str, *, hold: bool = False) -> AnyRow | None:
    """A concern; `hold`: until the transaction ends nobody else changes it."""
    chosen = select(concern).where(concern.c.id == concern_id)
    return connection.execute(chosen.with_for_update() if hold else chosen).first()


def latest(connection: Connection, by: str, of: ColumnElement[bool]) -> AnyRow | None:
    """The newest concern of a person of which this is true."""
    chosen = select(concern).where(concern.c.by_id == by, of)
    return connection.execute(chosen.order_by(concern.c.created_ms.desc(), concern.c.id.desc()).limit(1)).first()


def add_step(
    connection: Connection, concern_id: str, by: str, at_ms: int, what: str, *, words: str | None = None,
    key: str | None = None,
) -> None:  # fmt: skip
    last = connection.scalar(select(func.max(concern_step.c.nth)).where(concern_step.c.concern_id == concern_id))
    connection.execute(
        concern_step.insert().values(
            concern_id=concern_id, nth=(last or 0) + 1, by_id=by, at_ms=at_ms, what=what, words=words, key=key,
        )
    )  # fmt: skip


def asked_with(connection: Connection, by: str, key: str) -> AnyRow | None:
    """What a person has already sent with this key: the concern that it became, with `words`."""
    chosen = select(concern, concern_step.c.words).join(concern_step, concern_step.c.concern_id == concern.c.id)
    return connection.execute(chosen.where(concern_step.c.by_id == by, concern_step.c.key == key)).first()


def change(connection: Connection, concern_id: str, **values: object) -> None:
    connection.execute(update(concern).where(concern.c.id == concern_id).values(**values))


def seen_by(connection: Connection, who: Who, now_ms: int) -> ColumnElement[bool]:
    """Of which concerns somebody may know: the team of all, the adult chosen of theirs; nobody of one about them.

    A leader stands in where nobody of the team is left: for what is about the only one, or where there is none.
    """
    mine = concern.c.to_id == who.id
    here = (concern.c.school_id == who.school) & (concern.c.about_id.is_(None) | (concern.c.about_id != who.id))
    if safeguarding.in_team(who):
        return here
    if who.rights.kinds.get(who.role) == "staff":
        team = safeguarding.team(connection, who.school, now_ms)
        only = team[0] if team else None
        if len(team) <= 1 and who.id in safeguarding.receivers(connection, who.school, now_ms, only):
            return here & (mine | (concern.c.about_id == only) | (concern.c.by_id == only)) if team else here
    return here & mine


def open_count(connection: Connection, who: Who, now_ms: int) -> int:
    """How many concerns wait that somebody may know of."""
    counted = select(func.count()).select_from(concern).where(OPEN, seen_by(connection, who, now_ms))
    return connection.scalar(counted) or 0


def may_see(connection: Connection, who: Who, row: AnyRow, now_ms: int) -> bool:
    seen = (concern.c.id == row.id) & seen_by(connection, who, now_ms)
    return connection.scalar(select(concern.c.id).where(seen)) is not None


def looks_after(connection: Connection, who: Who, now_ms: int) -> bool:
    """Whether somebody has an inbox: the team, and whoever was asked something by name."""
    if safeguarding.in_team(who):
        return True
    return connection.scalar(select(concern.c.id).where(seen_by(connection, who, now_ms)).limit(1)) is not None


def listed(
    connection: Connection,
    who: Who,
    now_ms: int,
    states: Sequence[str],
    by: str | None = None,
    before: int | None = None,
) -> list[AnyRow]:  # fmt: skip
    """The newest of these states, with `of_theirs`, how many there are of that person; at most EACH of each.

    `by`: all of one person. `before`: those that changed before a moment.
    """
    here = concern.c.state.in_(states) & seen_by(connection, who, now_ms)
    if by is not None:
        here &= concern.c.by_id == by
    newest = (concern.c.changed_ms.desc(), concern.c.id.desc())
    place = func.row_number().over(partition_by=concern.c.by_id, order_by=newest).label("place")
    of_theirs = func.count().over(partition_by=concern.c.by_id).label("of_theirs")
    found = select(*concern.c, place, of_theirs).where(here).subquery()
    chosen = select(found)
    if by is None:
        chosen = chosen.where(found.c.place <= EACH)
    if before is not None:
        chosen = chosen.where(found.c.changed_ms < before)
    return list(connection.execute(chosen.order_by(found.c.changed_ms.desc(), found.c.id).limit(PAGE + 1)).all())


def mine(connection: Connection, by: str) -> list[AnyRow]:
    """What a person has asked, reported and told: the newest."""
    chosen = select(concern).where(concern.c.by_id == by)
    return list(connection.execute(chosen.order_by(concern.c.changed_ms.desc(), concern.c.id).limit(MINE)).all())


def context(connection: Connection, concern_id: str) -> list[AnyRow]:
    of = concern_context.c.concern_id == concern_id
    return list(connection.execute(select(concern_context).where(of).order_by(concern_context.c.nth)).all())


def steps(connection: Connection, concern_id: str) -> list[AnyRow]:
    """The newest steps, oldest first."""
    of = concern_step.c.concern_id == concern_id
    found = connection.execute(select(concern_step).where(of).order_by(concern_step.c.nth.desc()).limit(PAGE)).all()
    return list(found)[::-1]


def of_room(connection: Connection, help_id: str) -> AnyRow | None:
    """The newest concern that is talked about in a room."""
    chosen = select(concern).where(concern.c.help_id == help_id)
    return connection.execute(chosen.order_by(concern.c.created_ms.desc(), concern.c.id.desc()).limit(1)).first()


def is_open_about(connection: Connection, person_id: str) -> bool:
    """Whether something open was raised by somebody, or about something of theirs."""
    of = (concern.c.by_id == person_id) | (concern.c.about_id == person_id)
    return connection.scalar(select(concern.c.id).where(of, OPEN).limit(1)) is not None
