"""The table of reactions, and what stands on messages."""

from collections.abc import Collection, Mapping
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
    case,
    func,
    select,
)

from accounts.model import person
from rooms.reactions.rules import ICONS, MOST_NAMED
from storage.schema import metadata

reaction = Table(
    "reaction",
    metadata,
    Column("room_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),  # of the event that posted the message
    Column("kind", Text, nullable=False),  # one of rules.ICONS
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("room_id", "seq", "kind", "person_id"),
    ForeignKeyConstraint(["room_id", "seq"], ["event.room_id", "event.seq"]),
    Index(None, "person_id"),
    sqlite_with_rowid=False,
)

_ORDER: Final = tuple(ICONS)


def others(connection: Connection, room: str, seq: int, kind: str, person_id: str) -> bool:
    """Whether anybody else has put this on the message."""
    of = _on(room, seq, kind) & (reaction.c.person_id != person_id)
    return connection.scalar(select(reaction.c.seq).where(of).limit(1)) is not None


def mine(connection: Connection, room: str, seq: int, kind: str, person_id: str) -> bool:
    of = _on(room, seq, kind) & (reaction.c.person_id == person_id)
    return connection.scalar(select(reaction.c.seq).where(of)) is not None


def plain(connection: Connection, room: str, seqs: Collection[int], person_id: str) -> Mapping[int, list[Any]]:
    """Of each message: the kinds that are on it, and which of them are this person's."""
    own = func.max(case((reaction.c.person_id == person_id, 1), else_=0))
    rows = connection.execute(
        select(reaction.c.seq, reaction.c.kind, own.label("mine"))
        .where(reaction.c.room_id == room, reaction.c.seq.in_(seqs))
        .group_by(reaction.c.seq, reaction.c.kind)
    )
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.seq, []).append({"kind": row.kind, "mine": bool(row.mine)})
    return {seq: sorted(chips, key=_place) for seq, chips in found.items()}


def in_full(connection: Connection, room: str, seqs: Collection[int], person_id: str) -> Mapping[int, list[Any]]:
    """The same with how many people, and who: the first MOST_NAMED of them."""
    rows = connection.execute(
        select(reaction.c.seq, reaction.c.kind, person.c.id, person.c.name)
        .join(person, person.c.id == reaction.c.person_id)
        .where(reaction.c.room_id == room, reaction.c.seq.in_(seqs))
        .order_by(reaction.c.seq, reaction.c.kind, reaction.c.at_ms, person.c.id)
    )
    chips: dict[tuple[int, str], dict[str, Any]] = {}
    for seq, kind, who, name in rows:
        chip = chips.setdefault((seq, kind), {"kind": kind, "mine": False, "count": 0, "people": []})
        chip["count"] += 1
        chip["mine"] |= who == person_id
        if len(chip["people"]) < MOST_NAMED:
            chip["people"].append({"id": who, "name": name})
    found: dict[int, list[Any]] = {}
    for (seq, _), chip in chips.items():
        found.setdefault(seq, []).append(chip)
    return {seq: sorted(of, key=_place) for seq, of in found.items()}


def _place(chip: Mapping[str, Any]) -> int:
    return _ORDER.index(chip["kind"])


def _on(room: str, seq: int, kind: str) -> Any:
    return (reaction.c.room_id == room) & (reaction.c.seq == seq) & (reaction.c.kind == kind)
