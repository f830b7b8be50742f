"""What the page of notes about a learner shows, read in one transaction; and the way to it from the learner's card."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from accounts.asking import who_of
from accounts.model import person
from accounts.relations import between
from accounts.rights import Who
from accounts.rules import initials
from accounts.sessions import Actor
from accounts.standing import is_open
from realtime.refusal import Refusal
from rooms.notes import model
from rooms.notes.model import note, note_reader, note_version
from rooms.notes.rules import MOST_SHOWN
from storage.rows import AnyRow


def act(connection: Connection, actor: Actor, of: AnyRow, now_ms: int) -> tuple[str, str] | None:
    """The way to the notes about somebody, for their card; none for whoever may neither write nor read any."""
    who = who_of(connection, actor, now_ms)
    if not model.reads(who) or who.rights.kinds.get(of.role) != "learner":
        return None
    there = _may_write(connection, who, of, now_ms) or _notes(connection, actor.person, of.id)
    return ("notes", f"/people/{of.id}/notes") if there else None


def page(connection: Connection, actor: Actor, learner: str, now_ms: int) -> dict[str, Any]:
    """Notes that the reader may see, and who would see a new one. Refusal `not_found` for who has nothing here."""
    who = who_of(connection, actor, now_ms)
    row = connection.execute(
        select(person.c.id, person.c.name, person.c.role, person.c.year)
        .where(person.c.id == learner, person.c.school_id == actor.school)
    ).first()  # fmt: skip
    if row is None or not model.reads(who) or who.rights.kinds.get(row.role) != "learner":
        raise Refusal("not_found", "There is no such person at this school.")
    writes, notes = _may_write(connection, who, row, now_ms), _notes(connection, actor.person, learner)
    if not (writes or notes):
        raise Refusal("not_found", "There is no such person at this school.")
    narrow = model.audience(connection, actor.person, learner, now_ms) if writes else {}
    wide = model.audience(connection, actor.person, learner, now_ms, teachers=True) if writes else {}
    staff = _staff(connection, actor, who, now_ms) if writes else []
    names = {each["id"]: each["name"] for each in staff}
    return {
        "learner": {"id": row.id, "name": row.name, "initials": initials(row.name)},
        "writes": writes,
        "narrow": _named(narrow, names),
        "wide": _named(wide, names),
        "others": [each for each in staff if each["id"] not in narrow],
        "notes": _told(connection, notes),
        "me": actor.person,
    }


def _may_write(connection: Connection, who: Who, of: AnyRow, now_ms: int) -> bool:
    at = datetime.fromtimestamp(now_ms / 1000, UTC)
    return model.may_write_about(who, of, between(connection, who.id, of.id, now_ms), at)


def _notes(connection: Connection, reader: str, learner: str) -> Sequence[AnyRow]:
    return connection.execute(
        select(note)
        .join(note_reader, note_reader.c.note_id == note.c.id)
        .where(note.c.learner_id == learner, note_reader.c.person_id == reader)
        .order_by(note.c.at_ms.desc(), note.c.id)
        .limit(MOST_SHOWN)
    ).all()


def _told(connection: Connection, notes: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """With all versions, unless it was removed, and with who sees it and as what."""
    ids = [each.id for each in notes]
    versions: dict[str, list[tuple[int, str]]] = {each: [] for each in ids}
    readers: dict[str, list[tuple[str, str]]] = {each: [] for each in ids}
    for row in connection.execute(
        select(note_version).where(note_version.c.note_id.in_(ids)).order_by(note_version.c.number)
    ):
        versions[row.note_id].append((row.at_ms, row.text))
    for row in connection.execute(
        select(note_reader.c.note_id, person.c.name, note_reader.c.as_what)
        .join(person, person.c.id == note_reader.c.person_id)
        .where(note_reader.c.note_id.in_(ids))
        .order_by(person.c.name, person.c.id)
    ):
        readers[row.note_id].append((row.name, row.as_what))
    people = {each.author_id for each in notes} | {each.removed_by for each in notes if each.removed_by}
    rows = connection.execute(select(person.c.id, person.c.name).where(person.c.id.in_(sorted(people))))
    names = {row.id: row.name for row in rows}
    return [
        {
            "id": each.id, "by": each.author_id, "name": names.get(each.author_id, ""), "reason": each.reason,
            "versions": versions[each.id] if each.removed_ms is None else [], "readers": readers[each.id],
            "at_ms": each.at_ms, "removed_ms": each.removed_ms, "removed_by": names.get(each.removed_by or "", ""),
        }
        for each in notes
    ]  # fmt: skip


def _staff(connection: Connection, actor: Actor, who: Who, now_ms: int) -> list[dict[str, str]]:
    rows = connection.execute(
        select(person.c.id, person.c.name, person.c.full_name, person.c.role)
        .where(person.c.school_id == actor.school, is_open(now_ms))
        .order_by(person.c.name, person.c.id)
    )
    kinds = who.rights.kinds
    return [{"id": row.id, "name": row.full_name or row.name} for row in rows if kinds.get(row.role) == "staff"]


def _named(readers: dict[str, Any], names: dict[str, str]) -> list[dict[str, str]]:
    return [{"id": each, "name": names.get(each, ""), "as": as_what} for each, as_what in readers.items()]
