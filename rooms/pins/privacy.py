"""What is kept of a person's pins: which messages they pinned."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, select

from accounts.privacy.keepers import Part, Subject
from rooms.model import room
from rooms.pins.model import pin
from rooms.posts import message_id
from storage.clock import rfc3339
from storage.database import Transaction


class PinKeeper:
    """The share of pins in exports and erasures. A pin is the room's: it stays, under a name that is gone."""

    tables: Collection[str] = frozenset({pin.name})

    def hand_out(self, connection: Connection, of: Subject) -> list[Part]:
        chosen = (
            select(pin, room.c.name)
            .join(room, room.c.id == pin.c.room_id)
            .where(pin.c.person_id == of.person)
            .order_by(pin.c.at_ms, pin.c.room_id, pin.c.seq)
        )
        rows = [
            {"message": message_id(row.room_id, row.seq), "room": row.name, "at": rfc3339(row.at_ms)}
            for row in connection.execute(chosen)
        ]
        return [Part("pins", "Pinned messages", rows)]

    def count(self, connection: Connection, of: Subject) -> Mapping[str, int]:  # noqa: ARG002 - a Keeper's
        return {}

    def erase(self, tx: Transaction, of: Subject, by: str, now_ms: int) -> None:
        """Nothing goes."""
