"""What is kept about who brought a feed into a room: handed out, counted, and taken away."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select, update

from accounts.privacy.keepers import Part, Subject
from rooms.embeds.model import feed, link_card, link_page
from rooms.model import room
from storage.clock import rfc3339
from storage.database import Transaction


class EmbedKeeper:
    """The share of feeds and cards in exports and erasures. A card goes with its message (cards.take_cards)."""

    tables: Collection[str] = frozenset(table.name for table in (feed, link_card, link_page))

    def hand_out(self, connection: Connection, of: Subject) -> list[Part]:
        return [Part("feeds", "Feeds that were added to rooms", _feeds(connection, of))]

    def count(self, connection: Connection, of: Subject) -> Mapping[str, int]:
        found = connection.scalar(select(func.count()).select_from(feed).where(feed.c.added_by == of.person)) or 0
        return {"Names at feeds in rooms": found}

    def erase(self, tx: Transaction, of: Subject, by: str, now_ms: int) -> None:  # noqa: ARG002 - as every keeper
        """The room keeps the feed, and forgets whose it was."""
        tx.connection.execute(update(feed).where(feed.c.added_by == of.person).values(added_by=None))


def _feeds(connection: Connection, of: Subject) -> Sequence[Mapping[str, Any]]:
    chosen = (
        select(feed.c.url, feed.c.added_ms, room.c.name)
        .join(room, room.c.id == feed.c.room_id)
        .where(feed.c.added_by == of.person, room.c.school_id == of.school)
        .order_by(feed.c.added_ms, feed.c.id)
    )
    return [
        {"address": row.url, "room": row.name, "added_at": rfc3339(row.added_ms)} for row in connection.execute(chosen)
    ]
