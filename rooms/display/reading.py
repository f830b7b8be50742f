"""The messages that a big screen shows."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from rooms.posts import message
from storage.rows import AnyRow


def newest(connection: Connection, room_id: str, floor: int, most: int) -> Sequence[AnyRow]:
    """The newest messages of a room that were not removed, oldest first."""
    chosen = (
        select(message)
        .where(message.c.room_id == room_id, message.c.seq >= floor, message.c.removed_ms.is_(None))
        .order_by(message.c.seq.desc())
        .limit(most)
    )
    return connection.execute(chosen).all()[::-1]
