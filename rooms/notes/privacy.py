"""What is kept of notes about learners, and when it is handed out.

A learner's copy of everything holds the notes about them, as the law on subject access has it, unless somebody holds
the learner's data for safeguarding: then a person decides, and not the program.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, delete, func, select

from accounts.privacy.erasing import is_held
from accounts.privacy.keepers import Part, Subject
from accounts.privacy.names import reduced
from rooms.notes.model import note, note_reader, note_version
from storage.clock import rfc3339
from storage.database import Transaction


class NoteKeeper:
    """The share of notes in exports and erasures."""

    tables: Collection[str] = frozenset({note.name, note_version.name, note_reader.name})

    def hand_out(self, connection: Connection, of: Subject) -> list[Part]:
        held = of.kind == "learner" and is_held(connection, of.person)
        about = [] if held else _rows(connection, note.c.learner_id == of.person)
        return [
            Part("notes_about", "Notes about this person", about),
            Part("notes_written", "Notes that this person wrote", _rows(connection, note.c.author_id == of.person)),
        ]

    def count(self, connection: Connection, of: Subject) -> Mapping[str, int]:
        counted = select(func.count()).select_from(note).where(note.c.learner_id == of.person)
        return {"Notes about them": connection.scalar(counted) or 0}

    def erase(self, tx: Transaction, of: Subject, by: str, now_ms: int) -> None:  # noqa: ARG002 - a Keeper's
        """Notes about them go; what they wrote about others stays, under the emptied account."""
        about = select(note.c.id).where(note.c.learner_id == of.person).scalar_subquery()
        for table in (note_reader, note_version):
            tx.connection.execute(delete(table).where(table.c.note_id.in_(about)))
        tx.connection.execute(delete(note).where(note.c.learner_id == of.person))
        tx.connection.execute(delete(note_reader).where(note_reader.c.person_id == of.person))


def _rows(connection: Connection, which: Any) -> list[dict[str, Any]]:
    """Removed ones too: what was written was written."""
    chosen = (
        select(note, note_version.c.text, note_version.c.at_ms.label("version_ms"))
        .join(note_version, note_version.c.note_id == note.c.id)
        .where(which)
        .order_by(note.c.at_ms, note.c.id, note_version.c.number)
    )
    rows = connection.execute(chosen).all()
    names = reduced(connection, {each.author_id for each in rows} | {each.learner_id for each in rows})
    return [
        {"by": names[row.author_id], "about": names[row.learner_id], "at": rfc3339(row.version_ms), "text": row.text,
         "removed": row.removed_ms is not None}
        for row in rows
    ]  # fmt: skip
