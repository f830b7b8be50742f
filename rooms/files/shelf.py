"""What people do with the shelf of a room: lay things on it, rename, move, replace and remove them, and undo that.

The events name items and say nothing of them: whoever may see the shelf looks at it again. So nothing that was removed
lives on in the log.
"""

from typing import Annotated, Any, Final

from msgspec import Meta
from sqlalchemy import Connection, func, select, update

from accounts.rights import may
from realtime.protocol import KeyedCommand
from realtime.refusal import Refusal
from rooms.files.attaching import unused
from rooms.files.commands import FileId
from rooms.files.model import file, shelf_item, shelf_version
from rooms.files.rules import DEEPEST, MOST_ITEMS, clean_address, clean_title, folded
from rooms.kinds import PRIVATE
from rooms.turn import Handler, Turn
from storage.ids import new_id
from storage.rows import AnyRow

ItemId = Annotated[str, Meta(min_length=2, max_length=32, pattern="^i[0-9a-z]+$", description="A shelf item's id.")]
Title = Annotated[str, Meta(max_length=1000, description="What it is called on the shelf.")]
_GONE: Final = "This is not on the shelf any more."
_TOO_DEEP: Final = "Folders lie in each other too deep."
_FULL: Final = "This shelf is full. Remove what is no longer needed, then try again."
TENDING: Final = frozenset({"staff", "governor"})  # they keep a shelf together; others, what they laid there themselves


class ShelveFile(KeyedCommand, kw_only=True):
    """Lay a file that one has sent onto the room's shelf."""

    file: FileId
    title: Title | None = None
    folder: ItemId | None = None


class ShelveLink(KeyedCommand, kw_only=True):
    """Lay a link onto the room's shelf."""

    address: Annotated[str, Meta(max_length=8000, description="A web address.")]
    title: Title
    folder: ItemId | None = None


class MakeFolder(KeyedCommand, kw_only=True):
    """Make a folder on the room's shelf."""

    title: Title
    folder: ItemId | None = None


class ReplaceItem(KeyedCommand, kw_only=True):
    """Put a newer file in the place of one: the item and its address stay, and the older file is kept beside it."""

    item: ItemId
    file: FileId


class RenameItem(KeyedCommand, kw_only=True):
    """Call an item of the shelf something else."""

    item: ItemId
    title: Title


class MoveItem(KeyedCommand, kw_only=True):
    """Lay an item into a folder, or onto the shelf itself."""

    item: ItemId
    folder: ItemId | None = None


class RemoveItem(KeyedCommand, kw_only=True):
    """Take an item from the shelf, and all that lies in it. It can be put back for thirty days."""

    item: ItemId


class RestoreItem(KeyedCommand, kw_only=True):
    """Put back what was removed."""

    item: ItemId


def shelve_file(turn: Turn, command: ShelveFile) -> None:
    brought = _brought(turn, command.room, command.file)
    title = clean_title(command.title or brought.name)
    made = _new(turn, command.room, "file", title, command.folder)
    _add_version(turn, made, command.file, 1)
    turn.append("item_shelved", {"item": made})


def shelve_link(turn: Turn, command: ShelveLink) -> None:
    address, title = clean_address(command.address), clean_title(command.title)
    made = _new(turn, command.room, "link", title, command.folder, address)
    turn.append("item_shelved", {"item": made})


def make_folder(turn: Turn, command: MakeFolder) -> None:
    made = _new(turn, command.room, "folder", clean_title(command.title), command.folder)
    turn.append("item_shelved", {"item": made})


def replace_item(turn: Turn, command: ReplaceItem) -> None:
    item = _tended(turn, command.room, command.item)
    if item.kind != "file":
        raise Refusal("bad_request", "Only a file can be replaced by a file.")
    _brought(turn, command.room, command.file)
    latest = select(func.max(shelf_version.c.number)).where(shelf_version.c.item_id == item.id)
    _add_version(turn, item.id, command.file, (turn.connection.scalar(latest) or 0) + 1)
    _change(turn, [item.id])
    turn.append("item_replaced", {"item": item.id})


def rename_item(turn: Turn, command: RenameItem) -> None:
    title = clean_title(command.title)
    item = _tended(turn, command.room, command.item)
    _change(turn, [item.id], title=title, folded=folded(title))
    turn.append("item_renamed", {"item": item.id})


def move_item(turn: Turn, command: MoveItem) -> None:
    item = _tended(turn, command.room, command.item)
    above = _above(turn.connection, command.room, command.folder)
    if item.id in above:
        raise Refusal("bad_request", "A folder cannot lie in itself.")
    if item.kind == "folder" and len(above) + len(_levels_below(turn.connection, item.id)) >= DEEPEST:
        raise Refusal("bad_request", _TOO_DEEP)
    _change(turn, [item.id], folder_id=command.folder)
    turn.append("item_moved", {"item": item.id})


def remove_item(turn: Turn, command: RemoveItem) -> None:
    item = _tended(turn, command.room, command.item)
    going = [item.id, *_below(turn.connection, item.id)]
    _change(turn, going, removed_ms=turn.now_ms)  # one moment for all: by it they come back together
    turn.append("item_removed", {"item": item.id})


def restore_item(turn: Turn, command: RestoreItem) -> None:
    item = _tended(turn, command.room, command.item, removed=True)
    together = [item.id, *_below(turn.connection, item.id, item.removed_ms)]
    if item.folder_id is not None and _lying(turn.connection, command.room, item.folder_id) is None:
        _change(turn, [item.id], folder_id=None)  # where it lay is gone
    _change(turn, together, removed_ms=None)
    turn.append("item_restored", {"item": item.id})


def may_tend(kind: str | None, *, mine: bool, keeps: bool) -> bool:
    """Whether somebody may change an item: their own; any, if they work for the school or keep the room."""
    return mine or keeps or kind in TENDING


def _brought(turn: Turn, room: str, file_id: str) -> AnyRow:
    found = unused(turn.connection, turn.who.id, room, [file_id]).get(file_id)
    if found is None:
        raise Refusal("not_found", "One of the files is not there any more. Attach it again.")
    return found


def _tended(turn: Turn, room: str, item_id: str, *, removed: bool = False) -> AnyRow:
    """The item, if it lies on this shelf and the asker may change it."""
    row = _lying(turn.connection, room, item_id, removed=removed)
    if row is None:
        raise Refusal("not_found", _GONE)
    keeps = may(turn.who, "remove", turn.grant.place, turn.now) is None
    kind = turn.who.rights.kinds.get(turn.who.role)
    if not may_tend(kind, mine=row.person_id == turn.who.id, keeps=keeps):
        raise Refusal("forbidden", "You can change only what you laid on the shelf yourself.")
    return row


def _lying(connection: Connection, room: str, item_id: str, *, removed: bool = False) -> AnyRow | None:
    gone = shelf_item.c.removed_ms.is_not(None) if removed else shelf_item.c.removed_ms.is_(None)
    of = select(shelf_item).where(shelf_item.c.id == item_id, shelf_item.c.room_id == room, gone)
    return connection.execute(of).first()


def _new(turn: Turn, room: str, kind: str, title: str, folder: str | None, address: str | None = None) -> str:
    if turn.grant.place is None or turn.grant.place.kind in PRIVATE:
        raise Refusal("forbidden", "Stickies have no shelf.")
    above = _above(turn.connection, room, folder)
    if kind == "folder" and len(above) >= DEEPEST:
        raise Refusal("bad_request", _TOO_DEEP)
    counted = select(func.count()).select_from(shelf_item).where(shelf_item.c.room_id == room)
    if (turn.connection.scalar(counted) or 0) >= MOST_ITEMS:
        raise Refusal("too_large", _FULL)
    made = new_id("i")
    turn.connection.execute(
        shelf_item.insert().values(
            id=made, room_id=room, folder_id=folder, kind=kind, title=title, folded=folded(title),
            address=address, person_id=turn.who.id, changed_ms=turn.now_ms,
        )
    )  # fmt: skip
    return made


def _above(connection: Connection, room: str, folder: str | None) -> list[str]:
    """A folder and those that it lies in, outwards; Refusal if there is no such folder on this shelf."""
    above: list[str] = []
    while folder is not None and len(above) <= DEEPEST:
        row = _lying(connection, room, folder)
        if row is None or row.kind != "folder":
            raise Refusal("not_found", _GONE)
        above.append(row.id)
        folder = row.folder_id
    return above


def _below(connection: Connection, item_id: str, removed_ms: int | None = None) -> list[str]:
    """All that lies in an item; with a moment, all that was removed from it then."""
    return [each for level in _levels_below(connection, item_id, removed_ms) for each in level]


def _levels_below(connection: Connection, item_id: str, removed_ms: int | None = None) -> list[list[str]]:
    levels: list[list[str]] = []
    within = [item_id]
    while within and len(levels) <= DEEPEST:
        of = shelf_item.c.folder_id.in_(within) & shelf_item.c.removed_ms.is_not_distinct_from(removed_ms)
        within = list(connection.scalars(select(shelf_item.c.id).where(of)))
        if within:
            levels.append(within)
    return levels


def _add_version(turn: Turn, item: str, file_id: str, number: int) -> None:
    turn.connection.execute(update(file).where(file.c.id == file_id).values(item_id=item))
    turn.connection.execute(shelf_version.insert().values((item, number, file_id, turn.who.id, turn.now_ms)))


def _change(turn: Turn, items: list[str], **values: Any) -> None:
    of = update(shelf_item).where(shelf_item.c.id.in_(items))
    turn.connection.execute(of.values(changed_ms=turn.now_ms, **values))


HANDLERS: Final[tuple[Handler[Any], ...]] = (
    Handler(ShelveFile, shelve_file, "write", feature="files", answers=("item",)),
    Handler(ShelveLink, shelve_link, "write", feature="files", answers=("item",)),
    Handler(MakeFolder, make_folder, "write", feature="files", answers=("item",)),
    Handler(ReplaceItem, replace_item, "write", feature="files", answers=("item",)),
    Handler(RenameItem, rename_item, "write", answers=("item",)),
    Handler(MoveItem, move_item, "write", answers=("item",)),
    Handler(RemoveItem, remove_item, "write", answers=("item",)),
    Handler(RestoreItem, restore_item, "write", answers=("item",)),
)
