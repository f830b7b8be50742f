"""Calling on people in a message: who is meant, who is told, and what somebody has not seen yet.

In a text a call is `@[Name](p123)`, for everybody `@[Everyone](room)`, for a group of the room `@[Class 4A](g45)`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    delete,
    func,
    or_,
    select,
    union_all,
)

from accounts.model import group_member, person, school_group
from accounts.relations import valid
from accounts.rights import may
from accounts.sessions import own_room_of
from realtime.refusal import Refusal
from rooms.answering import thread_reader
from rooms.markup import called_on
from rooms.model import member, room_group
from rooms.posts import message, message_id
from rooms.turn import Turn
from storage.database import Transaction
from storage.rows import AnyRow
from storage.schema import metadata
from web.i18n import catalogues

MOST_CALLED: Final = 500
EVERYONE: Final = "Everyone"
ROOM: Final = "room"

mention = Table(
    "mention",
    metadata,
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),  # who is meant
    Column("room_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),  # of the message
    Column("root_seq", BigInteger),  # of the message whose thread it is in
    PrimaryKeyConstraint("person_id", "room_id", "seq"),
    ForeignKeyConstraint(["room_id", "seq"], ["event.room_id", "event.seq"]),
    Index(None, "room_id", "seq"),
    sqlite_with_rowid=False,
)


@dataclass(frozen=True, slots=True)
class Called:
    """Whom a text calls on: `names` by id as they are shown, `people` who are told."""

    names: Mapping[str, str] = field(default_factory=dict)
    people: frozenset[str] = frozenset()


NOBODY: Final = Called()


def called(turn: Turn, room: str, text: str) -> Called:
    """Whom a text calls on, of those whom its author may call on in this room."""
    asked = called_on(text)
    if not asked:
        return NOBODY
    people = _people(turn, room, [each for each in asked if each.startswith("p")])
    names, meant = dict(people), set(people)
    if len(asked) > len(people) and may(turn.who, "notice", turn.grant.place, turn.now) is None:
        groups = _groups(turn.connection, room, asked)
        names |= groups
        meant |= _of_groups(turn, room, groups)
        if ROOM in asked:
            names[ROOM] = asked[ROOM] if asked[ROOM] in words_for_everyone() else EVERYONE
            meant |= set(turn.connection.scalars(select(member.c.person_id).where(*_here(room, turn.now_ms))))
    if len(meant) > MOST_CALLED:
        raise Refusal("too_large", "This calls on more than 500 people at once. Put up a notice instead.")
    return Called(names, frozenset(meant - {turn.who.id}))


def call(turn: Turn, room: str, seq: int, root_seq: int | None, people: Collection[str]) -> None:
    """Note who is called on by a message that was appended in this turn or before, and tell them in their own rooms."""
    if not people:
        return
    for each in sorted(people):
        turn.insert(mention, (each, room, seq, root_seq))
    owns = {own_room_of(each) for each in people}
    turn.reach(owns)
    for own in sorted(owns):
        turn.append("mentioned", {"room": room, "message": message_id(room, seq), "by": turn.who.id}, own)


def call_anew(turn: Turn, room: str, seq: int, root_seq: int | None, people: Collection[str]) -> None:
    """The same after an edit: who was called on before is not told again, who is not any more is not bothered."""
    of = (mention.c.room_id == room) & (mention.c.seq == seq)
    before = set(turn.connection.scalars(select(mention.c.person_id).where(of)))
    gone = before - set(people)
    if gone:
        turn.connection.execute(delete(mention).where(of, mention.c.person_id.in_(gone)))
    call(turn, room, seq, root_seq, set(people) - before)


def take_back(tx: Transaction, room: str, seqs: Sequence[int]) -> None:
    """These messages call on nobody any more."""
    tx.connection.execute(delete(mention).where(mention.c.room_id == room, mention.c.seq.in_(seqs)))


def unread(connection: Connection, person_id: str) -> dict[str, int]:
    """How often somebody was called on in what they have not read, by room. Rooms that they have left have none."""
    waiting = _waiting(person_id).subquery()
    rows = connection.execute(select(waiting.c.room_id, func.count()).group_by(waiting.c.room_id))
    return {row[0]: row[1] for row in rows}


def unread_messages(connection: Connection, person_id: str, most: int) -> Sequence[AnyRow]:
    """The newest messages that call on somebody and that they have not read: rows of `message`, newest first."""
    waiting = _waiting(person_id).subquery()
    chosen = (
        select(message)
        .join(waiting, (waiting.c.room_id == message.c.room_id) & (waiting.c.seq == message.c.seq))
        .where(message.c.removed_ms.is_(None))
    )
    return connection.execute(chosen.order_by(message.c.at_ms.desc()).limit(most)).all()


def groups_of(connection: Connection, room: str) -> list[dict[str, Any]]:
    """The groups whose people a room follows, for those who may call on them: id and name."""
    return [{"id": of, "name": name} for of, name in _groups(connection, room).items()]


def words_for_everyone() -> frozenset[str]:
    """What everybody in a room is called in a call, in any of the languages."""
    return frozenset({EVERYONE, *(each.gettext(EVERYONE) for each in catalogues().values())})


def _waiting(person_id: str) -> Any:
    of = (member.c.room_id == mention.c.room_id) & (member.c.person_id == mention.c.person_id)
    mine = mention.c.person_id == person_id
    mark = (
        (thread_reader.c.person_id == mention.c.person_id)
        & (thread_reader.c.room_id == mention.c.room_id)
        & (thread_reader.c.root_seq == mention.c.root_seq)
    )
    seen = mention.c.seq >= member.c.from_seq
    return union_all(
        select(mention.c.room_id, mention.c.seq)
        .join(member, of)
        .where(mine, seen, mention.c.root_seq.is_(None), mention.c.seq > member.c.read_seq),
        select(mention.c.room_id, mention.c.seq)
        .join(member, of)
        .outerjoin(thread_reader, mark)
        .where(mine, seen, mention.c.root_seq.is_not(None), mention.c.seq > func.coalesce(thread_reader.c.read_seq, 0)),
    )


def _here(room: str, now_ms: int) -> tuple[Any, ...]:
    return (
        member.c.room_id == room,
        or_(member.c.from_ms.is_(None), member.c.from_ms <= now_ms),
        or_(member.c.until_ms.is_(None), member.c.until_ms > now_ms),
    )


def _people(turn: Turn, room: str, asked: Sequence[str]) -> dict[str, str]:
    """Of these people, those in the room, with their names."""
    if not asked:
        return {}
    chosen = (
        select(person.c.id, person.c.name)
        .join(member, member.c.person_id == person.c.id)
        .where(*_here(room, turn.now_ms), person.c.id.in_(asked))
    )
    return {row.id: row.name for row in turn.connection.execute(chosen)}


def _groups(connection: Connection, room: str, among: Collection[str] | None = None) -> dict[str, str]:
    """The groups that a room follows, with their names."""
    chosen = (
        select(school_group.c.id, school_group.c.name)
        .join(room_group, room_group.c.group_id == school_group.c.id)
        .where(room_group.c.room_id == room)
        .order_by(school_group.c.name)
    )
    if among is not None:
        chosen = chosen.where(school_group.c.id.in_(list(among)))
    return {row.id: row.name for row in connection.execute(chosen)}


def _of_groups(turn: Turn, room: str, groups: Collection[str]) -> set[str]:
    """The people of these groups who are in the room."""
    if not groups:
        return set()
    chosen = (
        select(member.c.person_id)
        .join(group_member, group_member.c.person_id == member.c.person_id)
        .where(*_here(room, turn.now_ms), group_member.c.group_id.in_(list(groups)), valid(group_member, turn.now_ms))
    )
    return set(turn.connection.scalars(chosen))
