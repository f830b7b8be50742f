"""What is kept of people and notices: which they were asked to read, and when they said that they had."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, func, select

from accounts.privacy.keepers import Part, Subject
from rooms.model import room
from rooms.notices.model import notice, notice_reader
from rooms.posts import message_id
from storage.clock import rfc3339
from storage.database import Transaction


class NoticeKeeper:
    """The share of notices in exports and erasures. The words are messages, and theirs to keep."""

    tables: Collection[str] = frozenset({notice.name, notice_reader.name})

    def hand_out(self, connection: Connection, of: Subject) -> list[Part]:
        chosen = (
            select(notice_reader, room.c.name)
            .join(room, room.c.id == notice_reader.c.room_id)
            .where(notice_reader.c.person_id == of.person)
            .order_by(notice_reader.c.room_id, notice_reader.c.seq)
        )
        rows = [
            {"message": message_id(row.room_id, row.seq), "room": row.name,
             "confirmed_at": None if row.read_ms is None else rfc3339(row.read_ms)}
            for row in connection.execute(chosen)
        ]  # fmt: skip
        return [Part("must_read", "Notices to be read", rows)]

    def count(self, connection: Connection, of: Subject) -> Mapping[str, int]:
        counted = select(func.count()).select_from(notice_reader).where(notice_reader.c.person_id == of.person)
        return {"Places on lists of notices": connection.scalar(counted) or 0}

    def erase(self, tx: Transaction, of: Subject, by: str, now_ms: int) -> None:  # noqa: ARG002 - a Keeper's
        tx.connection.execute(delete(notice_reader).where(notice_reader.c.person_id == of.person))
