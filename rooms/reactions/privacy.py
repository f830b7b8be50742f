"""What is kept of a person's reactions: handed out, and taken away."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, func, select

from accounts.privacy.keepers import Part, Subject
from rooms.model import room
from rooms.posts import message_id
from rooms.reactions.model import reaction
from storage.clock import rfc3339
from storage.database import Transaction


class ReactionKeeper:
    """The share of reactions in exports and erasures."""

    tables: Collection[str] = frozenset({reaction.name})

    def hand_out(self, connection: Connection, of: Subject) -> list[Part]:
        chosen = (
            select(reaction, room.c.name)
            .join(room, room.c.id == reaction.c.room_id)
            .where(reaction.c.person_id == of.person)
            .order_by(reaction.c.at_ms, reaction.c.room_id, reaction.c.seq)
        )
        rows = [
            {"message": message_id(row.room_id, row.seq), "room": row.name, "reaction": row.kind,
             "at": rfc3339(row.at_ms)}
            for row in connection.execute(chosen)
        ]  # fmt: skip
        return [Part("reactions", "Reactions", rows)]

    def count(self, connection: Connection, of: Subject) -> Mapping[str, int]:
        counted = select(func.count()).select_from(reaction).where(reaction.c.person_id == of.person)
        return {"Reactions": connection.scalar(counted) or 0}

    def erase(self, tx: Transaction, of: Subject, by: str, now_ms: int) -> None:  # noqa: ARG002 - a Keeper's
        """They say something only as somebody's: they go, whoever it was."""
        tx.connection.execute(delete(reaction).where(reaction.c.person_id == of.person))
