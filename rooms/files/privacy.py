"""What is kept about a person's files: handed out as a list, counted, and taken away."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, exists, func, select, update

from accounts.privacy.keepers import Part, Subject
from rooms.files import keeping
from rooms.files.model import blob, file, file_shape, shelf_item, shelf_version, stray, upload, upload_part
from rooms.model import evidence, room
from storage.clock import rfc3339
from storage.database import Transaction


class FileKeeper:
    """The share of files in exports and erasures."""

    tables: Collection[str] = frozenset(
        table.name for table in (upload, upload_part, file, blob, file_shape, stray, shelf_item, shelf_version)
    )

    def hand_out(self, connection: Connection, of: Subject) -> list[Part]:
        return [
            Part("files", "Files", _files(connection, of)),
            Part("shelf_items", "Things on shelves", _items(connection, of)),
        ]

    def count(self, connection: Connection, of: Subject) -> Mapping[str, int]:
        if of.keeps_words:
            return {"Uploads that are not finished": _count(connection, upload, of)}
        return {"Files": _count(connection, file, of), "Things on shelves": _count(connection, shelf_item, of)}

    def erase(self, tx: Transaction, of: Subject, by: str, now_ms: int) -> None:  # noqa: ARG002 - a Keeper's
        """Files of learners, guardians and visitors go at once; those of staff are the school's, and evidence stays."""
        for upload_id in tx.connection.scalars(select(upload.c.id).where(upload.c.person_id == of.person)).all():
            keeping.end_upload(tx, of.school, upload_id, now_ms)
        if of.keeps_words:
            return
        mine = _erasable(tx.connection, of)
        used = set(
            tx.connection.scalars(select(file.c.item_id).where(file.c.id.in_(mine), file.c.item_id.is_not(None)))
        )
        keeping.forget(tx, mine, now_ms)
        _clear_shelves(tx, used | set(_ids(tx.connection, shelf_item, of)))


def _clear_shelves(tx: Transaction, items: Collection[str]) -> None:
    """What has no version left goes, and links and folders; what lay in a folder lies on the shelf itself then."""
    versions = select(shelf_version.c.item_id).where(shelf_version.c.item_id.in_(items))
    going = sorted(set(items) - set(tx.connection.scalars(versions)))
    tx.connection.execute(update(shelf_item).where(shelf_item.c.folder_id.in_(going)).values(folder_id=None))
    tx.connection.execute(delete(shelf_item).where(shelf_item.c.id.in_(going)))


def _erasable(connection: Connection, of: Subject) -> Sequence[str]:
    """All files of a person but those of messages that are kept as evidence."""
    kept = exists().where(evidence.c.room_id == file.c.room_id, evidence.c.seq == file.c.message_seq)
    return connection.scalars(select(file.c.id).where(file.c.person_id == of.person, ~kept)).all()


def _ids(connection: Connection, table: Any, of: Subject) -> Sequence[str]:
    return connection.scalars(select(table.c.id).where(table.c.person_id == of.person)).all()


def _count(connection: Connection, table: Any, of: Subject) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(table.c.person_id == of.person)) or 0


def _files(connection: Connection, of: Subject) -> list[dict[str, Any]]:
    chosen = (
        select(file, room.c.name.label("room_name"))
        .join(room, room.c.id == file.c.room_id)
        .where(file.c.person_id == of.person)
        .order_by(file.c.at_ms, file.c.id)
    )
    return [
        {
            "file": row.id, "room": row.room_name, "name": row.name, "kind": row.kind, "size": row.size,
            "described_as": row.alt, "at": rfc3339(row.at_ms), "removed": row.removed_ms is not None,
            "address": f"/files/{row.id}",
        }
        for row in connection.execute(chosen)
    ]  # fmt: skip


def _items(connection: Connection, of: Subject) -> list[dict[str, Any]]:
    chosen = (
        select(shelf_item, room.c.name.label("room_name"))
        .join(room, room.c.id == shelf_item.c.room_id)
        .where(shelf_item.c.person_id == of.person)
        .order_by(shelf_item.c.changed_ms, shelf_item.c.id)
    )
    return [
        {
            "item": row.id, "room": row.room_name, "kind": row.kind, "name": row.title, "address": row.address,
            "at": rfc3339(row.changed_ms), "removed": row.removed_ms is not None,
        }
        for row in connection.execute(chosen)
    ]  # fmt: skip
