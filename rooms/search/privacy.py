"""What the index keeps about a person: the words of their texts, which go when the texts go."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, select

from accounts.privacy.keepers import Part, Subject
from rooms.search.model import search_position
from rooms.searchable import search_entry, take_out
from storage.database import Transaction


class SearchKeeper:
    """The index's share in exports and erasures. Comes after those of the texts themselves."""

    tables: Collection[str] = frozenset({search_entry.name, search_position.name})

    def hand_out(self, connection: Connection, of: Subject) -> list[Part]:  # noqa: ARG002
        """Nothing: what is in the index is in the messages, which are handed out."""
        return []

    def count(self, connection: Connection, of: Subject) -> Mapping[str, int]:  # noqa: ARG002
        return {}

    def erase(self, tx: Transaction, of: Subject, by: str, now_ms: int) -> None:  # noqa: ARG002
        """Whatever is left in it of somebody whose words do not stay."""
        if of.keeps_words:
            return
        places: dict[str, list[int]] = {}
        chosen = select(search_entry.c.room_id, search_entry.c.seq).where(search_entry.c.author_id == of.person)
        for row in tx.connection.execute(chosen):
            places.setdefault(row.room_id, []).append(row.seq)
        for room_id, seqs in places.items():
            take_out(tx.connection, room_id, seqs)
