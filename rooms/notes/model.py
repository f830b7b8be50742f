"""Tables of notes about learners: what was written, in all its versions, and who may read it."""

from collections.abc import Mapping

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
    select,
)

from accounts.model import group_member, person, school_group
from accounts.relations import TAUGHT_IN, TEACHING, valid
from accounts.rights import Place, Who, may
from accounts.standing import is_open
from rooms.notes.rules import As, narrow
from storage.database import Transaction
from storage.ids import new_id
from storage.rows import AnyRow
from storage.schema import metadata

note = Table(
    "note",
    metadata,
    Column("id", Text, primary_key=True),
    Column("school_id", Text, ForeignKey("school.id"), nullable=False),
    Column("learner_id", Text, ForeignKey("person.id"), nullable=False),
    Column("author_id", Text, ForeignKey("person.id"), nullable=False),
    Column("reason", Text),  # why more people see it than by default
    Column("at_ms", BigInteger, nullable=False),
    Column("removed_by", Text, ForeignKey("person.id")),
    Column("removed_ms", BigInteger),
    Index(None, "learner_id"),
    Index(None, "author_id"),
)

note_version = Table(
    "note_version",  # of a removed note they stay, as evidence, and nobody is shown them
    metadata,
    Column("note_id", Text, ForeignKey("note.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("note_id", "number"),
    sqlite_with_rowid=False,
)

note_reader = Table(
    "note_reader",  # as it was settled when the note was written; whoever reads is judged again
    metadata,
    Column("note_id", Text, ForeignKey("note.id"), nullable=False),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("as_what", Text, nullable=False),  # one of rules.As
    PrimaryKeyConstraint("note_id", "person_id"),
    Index(None, "person_id"),
    sqlite_with_rowid=False,
)


def reads(who: Who) -> bool:
    """Whether somebody may read notes at all: staff, and no longer once they have left."""
    return who.active and not who.leaver and who.rights.kinds.get(who.role) == "staff"


def may_write_about(who: Who, learner: AnyRow, relations: frozenset[str], at: object) -> bool:
    """Whoever teaches the learner or leads the house, and whoever may see when they were here."""
    if not reads(who) or who.rights.kinds.get(learner.role) != "learner":
        return False
    if relations & {"own_learner", "house_learner"}:
        return True
    place = Place(who.school, "school", closed=False, member=True, others=(learner.role,), relations=relations)
    return may(who, "see_access_log", place, at) in (None, "second_step")  # type: ignore[arg-type]


def around(connection: Connection, learner: str, now_ms: int) -> list[tuple[str, str, str]]:
    """Adults with a part in the learner's groups at this moment, as (person, kind of group, part), by name."""
    theirs = select(group_member.c.group_id).where(
        group_member.c.person_id == learner, group_member.c.part == "learner", valid(group_member, now_ms)
    )
    rows = connection.execute(
        select(group_member.c.person_id, school_group.c.kind, group_member.c.part)
        .join(school_group, school_group.c.id == group_member.c.group_id)
        .join(person, person.c.id == group_member.c.person_id)
        .where(
            group_member.c.group_id.in_(theirs), group_member.c.part.in_(TEACHING), valid(group_member, now_ms),
            school_group.c.archived_ms.is_(None), is_open(now_ms),
            person.c.left_ms.is_(None) | (person.c.left_ms > now_ms),
        )
        .order_by(person.c.name, person.c.id, school_group.c.kind)
    )  # fmt: skip
    return [(row[0], row[1], row[2]) for row in rows]


def audience(
    connection: Connection, author: str, learner: str, now_ms: int, *, teachers: bool = False
) -> dict[str, As]:  # fmt: skip
    """Who sees a note, as what: author, form tutor, head of house; with `teachers` all who teach the learner."""
    there = around(connection, learner, now_ms)
    found = narrow(author, there)
    if teachers:
        for each, kind, _ in there:
            if kind in TAUGHT_IN:
                found.setdefault(each, "teacher")
    return found


def put(
    tx: Transaction, school_id: str, learner: str, author: str, text: str, readers: Mapping[str, As],
    reason: str | None, now_ms: int,
) -> str:  # fmt: skip
    """A new note; gives its id."""
    made = new_id("n")
    tx.connection.execute(
        note.insert().values(
            id=made, school_id=school_id, learner_id=learner, author_id=author, reason=reason, at_ms=now_ms
        )
    )
    add_version(tx, made, text, now_ms)
    rows = [{"note_id": made, "person_id": each, "as_what": as_what} for each, as_what in readers.items()]
    tx.connection.execute(note_reader.insert(), rows)
    return made


def add_version(tx: Transaction, note_id: str, text: str, now_ms: int) -> None:
    number = select(func.count()).select_from(note_version).where(note_version.c.note_id == note_id)
    so_far = tx.connection.scalar(number) or 0
    tx.connection.execute(note_version.insert().values(note_id=note_id, number=so_far + 1, text=text, at_ms=now_ms))


def readers_of(connection: Connection, note_id: str) -> list[str]:
    of = note_reader.c.note_id == note_id
    return list(connection.scalars(select(note_reader.c.person_id).where(of).order_by(note_reader.c.person_id)))
