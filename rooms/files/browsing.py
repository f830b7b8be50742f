"""Looking at a shelf: what lies where, what is called so, and what an item was before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select, func, select

from accounts.model import person
from realtime.refusal import Refusal
from rooms.files.finishing import described
from rooms.files.model import file, shelf_item, shelf_version
from rooms.files.rules import DAY_MS, DEEPEST, folded
from storage.clock import rfc3339
from storage.rows import AnyRow

MOST_FOUND: Final = 100
_RANK: Final = {"folder": 0, "link": 1, "file": 1}
JUST_REMOVED_MS: Final = DAY_MS


@dataclass(frozen=True)
class Item:
    """An item, who laid it there, and what it is now."""

    row: AnyRow
    by: str
    file: AnyRow | None
    version: int

    def as_json(self) -> dict[str, Any]:
        said: dict[str, Any] = {
            "id": self.row.id, "kind": self.row.kind, "title": self.row.title, "at": rfc3339(self.row.changed_ms),
            "by": self.row.person_id,
        }  # fmt: skip
        if self.row.folder_id is not None:
            said["folder"] = self.row.folder_id
        if self.row.address is not None:
            said["link"] = self.row.address
        if self.file is not None:
            said |= {"file": described(self.file), "version": self.version}
        return said


def lying_in(connection: Connection, room: str, folder: str | None) -> list[Item]:
    """What lies in a folder, or on the shelf itself: folders first, then by name."""
    of = shelf_item.c.folder_id.is_not_distinct_from(folder)
    chosen = _items(room).where(of, shelf_item.c.removed_ms.is_(None))
    found = _with_files(connection, connection.execute(chosen).all())
    return sorted(found, key=lambda each: (_RANK[each.row.kind], each.row.folded, each.row.id))


def called(connection: Connection, room: str, words: str) -> list[Item]:
    """What has these letters in its name, wherever it lies."""
    wanted = folded(words.strip()[:100])
    of = shelf_item.c.folded.contains(wanted, autoescape=True)
    chosen = _items(room).where(of, shelf_item.c.removed_ms.is_(None)).order_by(shelf_item.c.folded, shelf_item.c.id)
    return _with_files(connection, connection.execute(chosen.limit(MOST_FOUND)).all())


def one(connection: Connection, room: str, item_id: str) -> Item:
    """An item of this shelf; Refusal `not_found` if there is none."""
    chosen = _items(room).where(shelf_item.c.id == item_id, shelf_item.c.removed_ms.is_(None))
    found = _with_files(connection, connection.execute(chosen).all())
    if not found:
        raise Refusal("not_found")
    return found[0]


def way_to(connection: Connection, room: str, folder: str | None) -> list[AnyRow]:
    """The folders that lead to this one, outermost first, it among them."""
    way: list[AnyRow] = []
    while folder is not None and len(way) <= DEEPEST:
        found = one(connection, room, folder)
        if found.row.kind != "folder":
            raise Refusal("not_found")
        way.insert(0, found.row)
        folder = found.row.folder_id
    return way


def folders(connection: Connection, room: str) -> list[tuple[str, str]]:
    """Every folder of a shelf, with the names that lead to it, in that order."""
    of = (shelf_item.c.room_id == room) & (shelf_item.c.kind == "folder") & shelf_item.c.removed_ms.is_(None)
    rows = {row.id: row for row in connection.execute(select(shelf_item).where(of))}
    return sorted(((each, _path(rows, each)) for each in rows), key=lambda pair: folded(pair[1]))


def _path(rows: Mapping[str, AnyRow], folder: str) -> str:
    names: list[str] = []
    at: str | None = folder
    while at is not None and at in rows and len(names) <= DEEPEST:
        names.insert(0, rows[at].title)
        at = rows[at].folder_id
    return " / ".join(names)


def versions(connection: Connection, item_id: str) -> Sequence[AnyRow]:
    """What an item is and was, the newest first: `number`, `at_ms`, `by_name` and the columns of the file."""
    chosen = (
        select(
            shelf_version.c.number, shelf_version.c.at_ms.label("version_ms"), person.c.name.label("by_name"),
            file,
        )
        .join(file, file.c.id == shelf_version.c.file_id)
        .join(person, person.c.id == shelf_version.c.person_id)
        .where(shelf_version.c.item_id == item_id)
        .order_by(shelf_version.c.number.desc())
    )  # fmt: skip
    return connection.execute(chosen).all()


def removed(connection: Connection, room: str, now_ms: int) -> list[AnyRow]:
    """What was removed of late and can be put back: of what went together, what it lay in."""
    of = (shelf_item.c.room_id == room) & (shelf_item.c.removed_ms > now_ms - JUST_REMOVED_MS)
    rows = connection.execute(select(shelf_item).where(of).order_by(shelf_item.c.removed_ms.desc()).limit(50)).all()
    moments = {row.id: row.removed_ms for row in rows}
    return [row for row in rows if moments.get(row.folder_id) != row.removed_ms]


def _items(room: str) -> Select[Any]:
    return (
        select(shelf_item, person.c.name.label("by_name"))
        .join(person, person.c.id == shelf_item.c.person_id)
        .where(shelf_item.c.room_id == room)
    )


def _with_files(connection: Connection, rows: Sequence[AnyRow]) -> list[Item]:
    ids = [row.id for row in rows if row.kind == "file"]
    latest = (
        select(shelf_version.c.item_id, func.max(shelf_version.c.number).label("number"))
        .where(shelf_version.c.item_id.in_(ids))
        .group_by(shelf_version.c.item_id)
        .subquery()
    )
    same = (shelf_version.c.item_id == latest.c.item_id) & (shelf_version.c.number == latest.c.number)
    chosen = (
        select(file, shelf_version.c.number)
        .join(shelf_version, shelf_version.c.file_id == file.c.id)
        .join(latest, same)
    )  # fmt: skip
    files = {row.item_id: row for row in connection.execute(chosen)}
    found = []
    for row in rows:
        now = files.get(row.id)
        found.append(Item(row, row.by_name, now, now.number if now is not None else 0))
    return found
