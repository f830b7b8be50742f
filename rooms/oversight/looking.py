"""Looking into threads that one is no part of: whether one may, what threads somebody has, and all that was said."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, func, select

from accounts.model import person
from accounts.relations import between_all
from accounts.rights import Other, Place, Who, may_look
from realtime.protocol import MAX_SEQ
from rooms import private
from rooms.model import event, evidence, member, room
from rooms.oversight.rules import PAGE
from rooms.posts import message_change, message_edit, message_id
from storage.rows import AnyRow

MOST_THREADS: Final = 500
_WEAK: Final = (None, "second_step")  # what says that there is something, if need be after a second step


@dataclass(frozen=True)
class Thread:
    """A thread without its text. `people`: everybody who is or was there; `said`: messages, removed ones too."""

    room: str
    people: Sequence[AnyRow]
    said: int
    first_ms: int
    last_ms: int


def judge(connection: Connection, who: Who, room_id: str, now_ms: int, at: datetime) -> str | None:
    """None if `who` may look into this room; else the code of the refusal, `not_found` also for what is not there."""
    return may_look(who, _places(connection, who, [room_id], now_ms).get(room_id), at)


def looks_at_all(who: Who) -> bool:
    """Whether there is any thread that somebody of this role may look into. Quick."""
    return (who.role, "look", "thread") in who.rights.lines and not who.leaver


def would_look(connection: Connection, who: Who, of: str, now_ms: int, at: datetime) -> bool:
    """Whether `who` could look into a thread of this one person and themselves only."""
    row = connection.execute(select(person.c.id, person.c.role, person.c.year).where(person.c.id == of)).one()
    between = between_all(connection, [(who.id, of)], now_ms)[who.id, of]
    people = (Other(row.id, row.role, row.year, between),)
    return may_look(who, Place(who.school, "thread", closed=False, member=False, people=people), at) in _WEAK


def threads_of(connection: Connection, who: Who, of: str, now_ms: int, at: datetime) -> list[Thread]:
    """Those threads of a person into which `who` may look, if need be after a second step; the latest first."""
    of_person = (
        select(room.c.id)
        .join(member, member.c.room_id == room.c.id)
        .where(member.c.person_id == of, room.c.school_id == who.school, room.c.kind == "thread", room.c.last_seq > 0)
        .limit(MOST_THREADS)
    )
    rooms = list(connection.scalars(of_person))
    places = _places(connection, who, rooms, now_ms)
    seen = [each for each in rooms if may_look(who, places.get(each), at) in _WEAK]
    return told(connection, seen)


def told(connection: Connection, rooms: Collection[str]) -> list[Thread]:
    """Who is in these threads, how many messages there are, and from when to when; the latest first."""
    there = private.ever_in(connection, rooms)
    counted = connection.execute(
        select(event.c.room_id, func.count(), func.min(event.c.at_ms), func.max(event.c.at_ms))
        .where(event.c.room_id.in_(sorted(rooms)), event.c.kind.in_(private.SAID))
        .group_by(event.c.room_id)
    )
    found = [Thread(row[0], there[row[0]], row[1], row[2], row[3]) for row in counted]
    return sorted(found, key=lambda each: (-each.last_ms, each.room))


def _places(connection: Connection, who: Who, rooms: Sequence[str], now_ms: int) -> dict[str, Place]:
    rows = connection.execute(select(room.c.id, room.c.school_id, room.c.kind).where(room.c.id.in_(sorted(rooms))))
    known = {row.id: row for row in rows if row.school_id == who.school and row.kind in private.KINDS}
    there = private.ever_in(connection, known)
    pairs = {(who.id, each.id) for people in there.values() for each in people}
    between = between_all(connection, pairs, now_ms)
    return {
        of: Place(
            who.school, row.kind, closed=False, member=any(each.id == who.id for each in there[of]), room=of,
            people=tuple(Other(each.id, each.role, each.year, between[who.id, each.id]) for each in there[of]),
        )
        for of, row in known.items()
    }  # fmt: skip


@dataclass(frozen=True)
class Said:
    """One message with all that it ever said: its versions, first to last. `removed_ms` and why, if it was."""

    id: str
    seq: int
    by: str
    versions: Sequence[tuple[int, str]]  # milliseconds, text
    files: Sequence[dict[str, Any]]
    answers: str | None
    removed_ms: int | None
    removed_by: str | None
    reason: str | None


@dataclass(frozen=True)
class Page:
    """A stretch of a thread, oldest first."""

    said: Sequence[Said]
    names: dict[str, str]
    older: int | None  # before which seq there is more
    newest: bool


def page(connection: Connection, room_id: str, before: int | None) -> Page:
    """What was said before a place, or last: removed messages and earlier versions too, from the evidence."""
    seqs = connection.scalars(
        select(event.c.seq)
        .where(event.c.room_id == room_id, event.c.kind.in_(private.SAID), event.c.seq < (before or MAX_SEQ))
        .order_by(event.c.seq.desc())
        .limit(PAGE + 1)
    ).all()
    shown = sorted(seqs[:PAGE])
    edits = _edits(connection, room_id, shown)
    bodies = _bodies(connection, room_id, [*shown, *(seq for of in edits.values() for seq in of)])
    removed = _removed(connection, room_id, shown)
    said = [_said(room_id, seq, edits.get(seq, []), bodies, removed.get(seq)) for seq in shown]
    people = {each.by for each in said} | {each.removed_by for each in said if each.removed_by}
    rows = connection.execute(select(person.c.id, person.c.name).where(person.c.id.in_(sorted(people))))
    names = {row.id: row.name for row in rows}
    return Page(said, names, shown[0] if len(seqs) > PAGE else None, before is None)


def _edits(connection: Connection, room_id: str, seqs: Sequence[int]) -> dict[int, list[int]]:
    of = (message_edit.c.room_id == room_id) & message_edit.c.message_seq.in_(seqs)
    found: dict[int, list[int]] = {}
    for row in connection.execute(select(message_edit).where(of).order_by(message_edit.c.seq)):
        found.setdefault(row.message_seq, []).append(row.seq)
    return found


def _bodies(connection: Connection, room_id: str, seqs: Sequence[int]) -> dict[int, tuple[str, int, dict[str, Any]]]:
    """Who, when and what, as it was before anything was taken out."""
    kept = select(evidence.c.seq, evidence.c.body).where(evidence.c.room_id == room_id, evidence.c.seq.in_(seqs))
    before: dict[int, str] = {row.seq: row.body for row in connection.execute(kept)}
    rows = connection.execute(select(event).where(event.c.room_id == room_id, event.c.seq.in_(seqs)))
    return {
        row.seq: (row.author_id, row.at_ms, msgspec.json.decode(before.get(row.seq, row.body))) for row in rows
    }  # fmt: skip


def _removed(connection: Connection, room_id: str, seqs: Sequence[int]) -> dict[int, AnyRow]:
    """When, and by whom and why where that was kept."""
    of = (message_change.c.room_id == room_id) & message_change.c.seq.in_(seqs)
    rows = connection.execute(
        select(message_change.c.seq, message_change.c.removed_ms, evidence.c.removed_by, evidence.c.reason)
        .outerjoin(evidence, (evidence.c.room_id == room_id) & (evidence.c.seq == message_change.c.seq))
        .where(of, message_change.c.removed_ms.is_not(None))
    )
    return {row.seq: row for row in rows}


def _said(
    room_id: str, seq: int, edits: Sequence[int], bodies: dict[int, tuple[str, int, dict[str, Any]]],
    removed: AnyRow | None,
) -> Said:  # fmt: skip
    by, at_ms, body = bodies[seq]
    versions = [(at_ms, body.get("text", ""))]
    versions += [(bodies[each][1], bodies[each][2].get("text", "")) for each in edits]
    gone = (None, None, None) if removed is None else (removed.removed_ms, removed.removed_by, removed.reason)
    return Said(message_id(room_id, seq), seq, by, versions, body.get("files", ()), body.get("reply_to"), *gone)
