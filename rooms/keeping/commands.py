"""What those who look after a room do with it: rename, change, archive, open again."""

from typing import Annotated, Any, Final

from msgspec import Meta
from sqlalchemy import select, update

from accounts.rights import RoomKind
from accounts.rules import check_name
from accounts.sessions import own_room_of
from realtime.protocol import KeyedCommand
from realtime.refusal import Refusal
from rooms import bringing, following
from rooms.keeping import founding, handing_out, rules
from rooms.keeping.founding import Face, RoomName, check_keeps
from rooms.kinds import TEMPLATES, Past, WhoWrites, accent_of, icon_of
from rooms.membership import check_whole
from rooms.model import member, room
from rooms.turn import Handler, Turn
from storage.rows import AnyRow

Welcome = Annotated[str, Meta(max_length=4000, description="At most 1,000 characters; empty: as the kind has it.")]


class RenameRoom(KeyedCommand, kw_only=True):
    """Give the room another name."""

    name: RoomName


class ChangeRoom(KeyedCommand, kw_only=True):
    """Change what the room is and how it looks; what is left out stays as it is."""

    icon: Face | None = None
    accent: Face | None = None
    kind: RoomKind | None = None
    who_writes: WhoWrites | None = None
    past: Past | None = None
    welcome: Welcome | None = None


class ArchiveRoom(KeyedCommand, kw_only=True):
    """Put the room away: it can be read and nothing else, until it is opened again."""


class ReopenRoom(KeyedCommand, kw_only=True):
    """Open an archived room again."""


def rename_room(turn: Turn, command: RenameRoom) -> None:
    check_whole(turn, command.room)
    name = check_name(command.name)
    turn.connection.execute(update(room).where(room.c.id == command.room).values(name=name))
    turn.append("room_renamed", {"name": name})


def change_room(turn: Turn, command: ChangeRoom) -> None:
    check_whole(turn, command.room)
    before = _row(turn, command.room)
    kind = _kind(turn, before, command.kind)
    changed = {
        "kind": kind,
        "icon": before.icon if command.icon is None else rules.icon(command.icon),
        "accent": before.accent if command.accent is None else rules.accent(command.accent),
        "who_writes": command.who_writes or before.who_writes,
        "past": command.past or before.past,
    }
    welcome = before.welcome if command.welcome is None else rules.welcome(command.welcome)
    turn.connection.execute(update(room).where(room.c.id == command.room).values(**changed, welcome=welcome))
    inherited = {name: changed[name] for name in ("kind", "icon", "accent", "past")}
    turn.connection.execute(update(room).where(room.c.part_of == command.room).values(**inherited))
    face = {"icon": icon_of(kind, changed["icon"]), "accent": accent_of(kind, changed["accent"])}
    turn.append("room_changed", {**changed, **face})
    if kind != before.kind:
        _judge_everybody_again(turn, command.room)


def archive_room(turn: Turn, command: ArchiveRoom) -> None:
    parts = select(room.c.id).where(room.c.part_of == command.room, room.c.closed_ms.is_(None))
    closing = [command.room, *turn.connection.scalars(parts.order_by(room.c.id))]
    turn.connection.execute(update(room).where(room.c.id.in_(closing)).values(closed_ms=turn.now_ms))
    turn.reach(closing)
    for each in closing:
        turn.append("room_archived", {}, each)


def reopen_room(turn: Turn, command: ReopenRoom) -> None:
    check_keeps(turn, turn.grant)
    before = _row(turn, command.room)
    if before.closed_ms is None:
        raise Refusal("bad_request", "This room is open already.")
    together = (room.c.part_of == command.room) & (room.c.closed_ms == before.closed_ms)
    opening = [command.room, *turn.connection.scalars(select(room.c.id).where(together).order_by(room.c.id))]
    turn.connection.execute(update(room).where(room.c.id.in_(opening)).values(closed_ms=None))
    turn.reach(opening)
    for each in opening:
        turn.append("room_reopened", {}, each)
    if before.part_of is None:
        following.settle(turn, command.room)


def _row(turn: Turn, room_id: str) -> AnyRow:
    return turn.connection.execute(select(room).where(room.c.id == room_id)).one()


def _kind(turn: Turn, before: AnyRow, wanted: str | None) -> str:
    """The kind that a room gets; only one that the asker could have made."""
    if wanted is None or wanted == before.kind:
        return str(before.kind)
    allowed = bringing.kinds_for(turn.connection, turn.who, turn.now, turn.now_ms)
    if before.kind not in TEMPLATES or wanted not in allowed:
        raise Refusal("forbidden", "You may not make a room of this kind.")
    return wanted


def _judge_everybody_again(turn: Turn, room_id: str) -> None:
    """In another kind of room others may read: whoever is connected finds out."""
    of = member.c.room_id == room_id
    people = [own_room_of(each) for each in turn.connection.scalars(select(member.c.person_id).where(of))]
    turn.reach(people)
    for each in sorted(people):
        turn.append("access_changed", {}, each)


HANDLERS: Final[tuple[Handler[Any], ...]] = (
    *founding.HANDLERS,
    Handler(RenameRoom, rename_room, "administer"),
    Handler(ChangeRoom, change_room, "administer"),
    Handler(ArchiveRoom, archive_room, "administer"),
    Handler(ReopenRoom, reopen_room, "read"),
    *handing_out.HANDLERS,
)
