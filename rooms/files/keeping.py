"""The books of the storage: which contents are there, who refers to them, and what is to go."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Connection, delete, select, text, update

from realtime.refusal import Refusal
from rooms.files.model import blob, file, file_shape, shelf_version, stray, upload, upload_part
from storage.database import Transaction
from storage.ids import new_id

MOST_AT_ONCE: Final = 200
SEIZED: Final = 0  # the moment at which a stray is due that is just being removed
_TRIES: Final = 3

# Both databases know these words, for which SQLAlchemy has a name in each dialect only.
_into_blob: Final = text(
    "INSERT INTO blob (key, school_id, hash, size) VALUES (:key, :school_id, :hash, :size) ON CONFLICT DO NOTHING"
)
_into_stray: Final = text("INSERT INTO stray (key, due_ms) VALUES (:key, :due_ms) ON CONFLICT DO NOTHING")


def new_key(school_id: str, digest: str) -> str:
    """A key for a content: by its hash, and never used again, so that what goes is never what just came."""
    return f"kept/{school_id}/{digest[:2]}/{digest}-{new_id('k')}"


def parts_of(school_id: str, upload_id: str) -> str:
    """Where the parts of an upload lie."""
    return f"arriving/{school_id}/{upload_id}/"


def known(connection: Connection, school_id: str, digests: Collection[str]) -> dict[str, str]:
    """The keys of those contents that the school has already, by hash."""
    of = (blob.c.school_id == school_id) & blob.c.hash.in_(digests)
    return {row.hash: row.key for row in connection.execute(select(blob.c.hash, blob.c.key).where(of))}


def expect(tx: Transaction, keys: Collection[str], due_ms: int) -> None:
    """Say before something is put that it is to go if nobody has claimed it by then: a crash leaves no waste."""
    for key in sorted(keys):
        tx.connection.execute(_into_stray, {"key": key, "due_ms": due_ms})


def claim(tx: Transaction, school_id: str, digest: str, size: int, key: str | None) -> str:
    """Have the content kept, and give its key: the one under which the school has it, else `key`, which was expected.

    Refusal `unavailable` if it is not there after all.
    """
    for _ in range(_TRIES):
        of = select(blob.c.key).where(blob.c.school_id == school_id, blob.c.hash == digest).with_for_update()
        found = tx.connection.scalar(of)
        if found is not None:
            return str(found)
        if key is None:
            break
        values = {"key": key, "school_id": school_id, "hash": digest, "size": size}
        if tx.connection.execute(_into_blob, values).rowcount:
            _take_back(tx, key)
            return key
    raise Refusal("unavailable")


def _take_back(tx: Transaction, key: str) -> None:
    """It is no stray any more; if it has been swept away already it cannot be claimed."""
    of = (stray.c.key == key) & (stray.c.due_ms != SEIZED)
    if not tx.connection.execute(delete(stray).where(of)).rowcount:
        raise Refusal("unavailable")


def end_upload(tx: Transaction, school_id: str, upload_id: str, due_ms: int) -> bool:
    """Forget an upload and its parts; False if it is gone already."""
    tx.connection.execute(delete(upload_part).where(upload_part.c.upload_id == upload_id))
    gone = tx.connection.execute(delete(upload).where(upload.c.id == upload_id)).rowcount
    expect(tx, [parts_of(school_id, upload_id)], due_ms)
    return bool(gone)


def forget(tx: Transaction, file_ids: Sequence[str], due_ms: int) -> None:
    """Forget files; contents to which nobody refers any more go when that is due."""
    for start in range(0, len(file_ids), MOST_AT_ONCE):
        some = file_ids[start : start + MOST_AT_ONCE]
        keys = set(tx.connection.scalars(select(file_shape.c.key).where(file_shape.c.file_id.in_(some))))
        tx.connection.execute(delete(file_shape).where(file_shape.c.file_id.in_(some)))
        tx.connection.execute(delete(shelf_version).where(shelf_version.c.file_id.in_(some)))
        tx.connection.execute(delete(file).where(file.c.id.in_(some)))
        _let_go(tx, keys, due_ms)


def _let_go(tx: Transaction, keys: Collection[str], due_ms: int) -> None:
    held = select(blob.c.key).where(blob.c.key.in_(keys)).order_by(blob.c.key).with_for_update()
    tx.connection.execute(held).all()
    used = set(tx.connection.scalars(select(file_shape.c.key).where(file_shape.c.key.in_(keys))))
    free = sorted(set(keys) - used)
    tx.connection.execute(delete(blob).where(blob.c.key.in_(free)))
    expect(tx, free, due_ms)


def due(connection: Connection, now_ms: int) -> list[str]:
    """Keys that are to go now."""
    of = select(stray.c.key).where(stray.c.due_ms <= now_ms).order_by(stray.c.due_ms).limit(MOST_AT_ONCE)
    return list(connection.scalars(of))


def seize(tx: Transaction, keys: Collection[str], now_ms: int) -> list[str]:
    """Of these, those that are still to go; from now on nobody can claim them."""
    of = stray.c.key.in_(keys) & (stray.c.due_ms <= now_ms)
    found = list(tx.connection.scalars(select(stray.c.key).where(of).with_for_update()))
    tx.connection.execute(update(stray).where(stray.c.key.in_(found)).values(due_ms=SEIZED))
    return found


def gone(tx: Transaction, keys: Collection[str]) -> None:
    """These have left the storage."""
    tx.connection.execute(delete(stray).where(stray.c.key.in_(keys), stray.c.due_ms == SEIZED))
