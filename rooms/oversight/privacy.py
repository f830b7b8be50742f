"""What is kept of looks into threads: it stays, with the record, for the protection of those who were looked at."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, select

from accounts.privacy.keepers import Part, Subject
from rooms.oversight.model import thread_look
from storage.clock import rfc3339
from storage.database import Transaction


class OversightKeeper:
    """The share of looks in exports and erasures: what somebody looked at is theirs; who was seen is not told here."""

    tables: Collection[str] = frozenset({thread_look.name})

    def hand_out(self, connection: Connection, of: Subject) -> list[Part]:
        chosen = select(thread_look).where(thread_look.c.person_id == of.person).order_by(thread_look.c.at_ms)
        rows = [
            {"room": row.room_id, "as": row.role, "reason": row.reason, "at": rfc3339(row.at_ms)}
            for row in connection.execute(chosen)
        ]
        return [Part("thread_looks", "Looks into stickies of others", rows)]

    def count(self, connection: Connection, of: Subject) -> Mapping[str, int]:  # noqa: ARG002 - a Keeper's
        return {}

    def erase(self, tx: Transaction, of: Subject, by: str, now_ms: int) -> None:
        """Who looked, and why, is evidence: it stays, under the emptied account."""
