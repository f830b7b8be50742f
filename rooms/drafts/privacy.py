"""What is kept of what a person has not sent: handed out, and taken away, whoever it was: nobody else has read it."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, select, true

from accounts.privacy.keepers import Part, Subject
from rooms.drafts import model
from rooms.drafts.model import draft, scheduled
from rooms.model import room
from storage.clock import rfc3339
from storage.database import Transaction


class DraftKeeper:
    """The share of drafts and of waiting messages in exports and erasures."""

    tables: Collection[str] = frozenset({draft.name, scheduled.name})

    def hand_out(self, connection: Connection, of: Subject) -> list[Part]:
        chosen = (
            select(draft, room.c.name)
            .join(room, room.c.id == draft.c.room_id)
            .where(draft.c.person_id == of.person, true() if of.themselves else room.c.kind != "help")
            .order_by(room.c.name, draft.c.room_id, draft.c.about)
        )
        drafts = [
            {"room": row.name, "about": row.about or None, "text": row.text, "at": rfc3339(row.version)}
            for row in connection.execute(chosen)
        ]
        waiting = [
            {"room": row.room_name or None, "text": row.text, "at": rfc3339(row.at_ms), "not_sent_because": row.refused}
            for row in model.waiting(connection, of.person)
        ]
        return [Part("drafts", "Drafts", drafts), Part("scheduled", "Messages to be sent later", waiting)]

    def count(self, connection: Connection, of: Subject) -> Mapping[str, int]:
        return {
            "Drafts": model.count(connection, draft, of.person),
            "Messages to be sent later": model.count(connection, scheduled, of.person),
        }

    def erase(self, tx: Transaction, of: Subject, by: str, now_ms: int) -> None:  # noqa: ARG002 - a Keeper's
        for table in (draft, scheduled):
            tx.connection.execute(delete(table).where(table.c.person_id == of.person))
