"""What people do with what they have not sent: keep a draft, drop it; leave a message to go later, or call it off."""

from datetime import datetime
from typing import Annotated, Any, Final

from msgspec import UNSET, Meta, UnsetType
from sqlalchemy import delete, select, update

from accounts import features
from accounts.model import school
from realtime.connection import Caller
from realtime.protocol import Command, KeyedCommand
from realtime.refusal import Refusal
from rooms import log
from rooms.drafts import model
from rooms.drafts.model import draft, scheduled
from rooms.drafts.rules import (
    MOST_DRAFTS,
    MOST_LEFT,
    MOST_LEFT_IN_ROOM,
    MOST_SCHEDULED,
    moment_of,
    scheduled_id,
)
from rooms.model import event
from rooms.openings import standing
from rooms.posts import clean_text, seq_of
from rooms.turn import Handler, Turn
from storage.clock import rfc3339
from storage.rows import AnyRow

MessageId = Annotated[str, Meta(min_length=2, max_length=64, description="A message's id.")]
Text = Annotated[str, Meta(description="What is written, as plain text: 1 to 8,000 characters.")]
Moment = Annotated[
    str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$", description="A day and a time on the school's clock.")
]
ScheduledId = Annotated[str, Meta(min_length=2, max_length=32, pattern="^w[0-9a-z]+$", description="Its id.")]
Version = Annotated[int, Meta(ge=0, le=2**53 - 1, description="The version that this was written on top of.")]

WhenOpen = Annotated[bool, Meta(description="It goes as soon as the window opens that is closed now.")]

NOT_THERE: Final = "This message is not waiting any more."
NO_TIME: Final = "Please choose a day and a time."


class KeepDraft(Command, kw_only=True):
    """Keep what is being written in a room, or in the thread of `about`, for all devices of the person."""

    text: Text
    about: MessageId | None = None
    reply_to: MessageId | None = None
    base: Version = 0


class DropDraft(Command, kw_only=True):
    """Forget a draft: it was sent, or is not wanted any more."""

    about: MessageId | None = None


class ScheduleMessage(KeyedCommand, kw_only=True):
    """Leave a message to go later: `at` a time, or `when_open`. It is judged when it goes, as if it were sent then."""

    text: Text
    at: Moment | UnsetType = UNSET
    when_open: WhenOpen | UnsetType = UNSET
    reply_to: MessageId | None = None
    thread: MessageId | None = None


class EditScheduled(KeyedCommand, kw_only=True):
    """Change a message that waits, or when it goes, unless that is when it opens. `room`: the person's own."""

    scheduled: ScheduledId
    text: Text
    at: Moment | UnsetType = UNSET


class CancelScheduled(KeyedCommand, kw_only=True):
    """Call a message off that waits, or put one away that could not be sent. `room`: the person's own."""

    scheduled: ScheduledId


def keep_draft(turn: Turn, command: KeepDraft) -> None:
    room, me, about = command.room, turn.who.id, _about(command)
    if command.reply_to is not None:
        seq_of(command.reply_to, room)
    if not command.text.strip():
        return _drop(turn, room, about)
    text = clean_text(command.text)
    before = model.kept(turn.connection, me, room, about)
    if before is not None and before.version > command.base and before.text != text:
        raise Refusal("key_conflict", "This draft was changed on another device.", version=before.version)
    if before is None and model.count(turn.connection, draft, me) >= MOST_DRAFTS:
        raise Refusal("bad_request", "You have 200 drafts already. Send or empty one of them first.")
    version = model.put(turn.connection, me, room, about, text, command.reply_to, turn.now_ms)
    _tell(turn, "draft_kept", {"room": room, "about": about, "version": version})
    return None


def drop_draft(turn: Turn, command: DropDraft) -> None:
    _drop(turn, command.room, _about(command))


def _drop(turn: Turn, room: str, about: str) -> None:
    of = (draft.c.person_id == turn.who.id) & (draft.c.room_id == room) & (draft.c.about == about)
    turn.body = {"version": 0}
    if turn.connection.execute(delete(draft).where(of)).rowcount:
        _tell(turn, "draft_dropped", {"room": room, "about": about, "version": 0})


def _about(command: KeepDraft | DropDraft) -> str:
    if command.about is not None:
        seq_of(command.about, command.room)
    return command.about or ""


def _tell(turn: Turn, kind: str, body: dict[str, Any]) -> None:
    """The person's other devices; the words are not said there, which would keep them long after they are sent."""
    at = turn.append(kind, body, turn.own_room)
    turn.reached = turn.grant.head
    if at % log.OWN_ROOM_KEEPS == 0:
        log.trim(turn.tx, turn.own_room, at)


def schedule_message(turn: Turn, command: ScheduleMessage) -> None:
    text, at_ms = clean_text(command.text), _goes_at(turn, command)
    for each in filter(None, (command.reply_to, command.thread)):
        seq_of(each, command.room)
    made = scheduled_id(turn.who.id, str(command.key))
    turn.body = {"scheduled": made}
    if _was_left(turn, str(command.key)):
        return
    _check_room_for(turn, when_open=command.when_open is True)
    turn.connection.execute(
        scheduled.insert().values(
            id=made, person_id=turn.who.id, room_id=command.room, key=str(command.key), text=text,
            reply_to=command.reply_to, thread=command.thread, at_ms=at_ms, due_ms=at_ms,
            when_open=command.when_open is True,
        )
    )  # fmt: skip
    body = {"scheduled": made, "room": command.room, "at": rfc3339(at_ms)}
    turn.append("message_scheduled", body, turn.own_room)
    turn.reached = turn.grant.head


def edit_scheduled(turn: Turn, command: EditScheduled) -> None:
    """Also one that could not be sent: it waits again."""
    text, row = clean_text(command.text), _mine(turn, command)
    at_ms = _still_at(turn, row) if row.when_open else _moment(turn, command.at)
    values = {"text": text, "at_ms": at_ms, "due_ms": at_ms, "refused": None}
    turn.connection.execute(update(scheduled).where(scheduled.c.id == row.id).values(**values))
    turn.append("message_scheduled", {"scheduled": row.id, "room": row.room_id, "at": rfc3339(at_ms)})


def _still_at(turn: Turn, row: AnyRow) -> int:
    """One that was refused is looked at now, and waits on if it must."""
    return int(row.at_ms) if row.due_ms is not None else turn.now_ms


def cancel_scheduled(turn: Turn, command: CancelScheduled) -> None:
    row = _mine(turn, command)
    turn.connection.execute(delete(scheduled).where(scheduled.c.id == row.id))
    turn.append("scheduled_cancelled", {"scheduled": row.id, "room": row.room_id})


def _mine(turn: Turn, command: EditScheduled | CancelScheduled) -> AnyRow:
    """Held, so that it is not sent at this very moment."""
    of = (scheduled.c.id == command.scheduled) & (scheduled.c.person_id == turn.who.id)
    row = turn.connection.execute(select(scheduled).where(of).with_for_update()).first()
    if row is None or command.room != turn.own_room:
        raise Refusal("not_found", NOT_THERE)
    return row


def _goes_at(turn: Turn, command: ScheduleMessage) -> int:
    if command.when_open is True:
        return _opening(turn, command)
    turn.require("write")
    features.require(turn.connection, turn.who, "scheduling", turn.now_ms)
    return _moment(turn, command.at)


def _opening(turn: Turn, command: ScheduleMessage) -> int:
    """When it opens. Only what is closed by the clock may be waited for: the rest is sent, or refused, now."""
    if command.at is not UNSET:
        raise Refusal("bad_request")
    found = standing(turn.grant, turn.now)
    if found is None:
        raise Refusal("not_found")
    if found.code is None:
        raise Refusal("bad_request", "You can write here now. Just send it.")
    if found.code != "window_closed" or found.opens_at is None:
        raise Refusal(found.code)
    return int(datetime.fromisoformat(found.opens_at).timestamp() * 1000)


def _was_left(turn: Turn, key: str) -> bool:
    """Whether this happened before, though it may have been called off or sent since."""
    of = (event.c.key == key) & (event.c.author_id == turn.who.id) & (event.c.room_id == turn.own_room)
    return turn.connection.scalar(select(event.c.seq).where(of)) is not None


def _check_room_for(turn: Turn, *, when_open: bool) -> None:
    """That one more may wait."""
    connection, me = turn.connection, turn.who.id
    if model.count(connection, scheduled, me) >= MOST_SCHEDULED:
        raise Refusal("bad_request", "Fifty of your messages are waiting already. Call one off first.")
    if when_open and model.left_in(connection, me, turn.room) >= MOST_LEFT_IN_ROOM:
        raise Refusal("bad_request", "Three of your messages are waiting here already. Call one off first.")
    if when_open and model.left_in(connection, me) >= MOST_LEFT:
        raise Refusal("bad_request", "Twelve of your messages are waiting already. Call one off first.")


def _moment(turn: Turn, at: str | UnsetType) -> int:
    if at is UNSET:
        raise Refusal("bad_request", NO_TIME)
    zone = turn.connection.scalars(select(school.c.zone).where(school.c.id == turn.who.school)).one()
    return moment_of(at, turn.now_ms, zone)


def _own_room(_: Command, caller: Caller) -> tuple[str, ...]:
    return (caller.own_room,)


HANDLERS: Final[tuple[Handler[Any], ...]] = (
    Handler(KeepDraft, keep_draft, "read", answers=("version",), also=_own_room),
    Handler(DropDraft, drop_draft, "read", answers=("version",), also=_own_room),
    Handler(ScheduleMessage, schedule_message, "read", answers=("scheduled",), also=_own_room),
    Handler(EditScheduled, edit_scheduled, "read", answers=("scheduled",)),
    Handler(CancelScheduled, cancel_scheduled, "read", answers=("scheduled",)),
)
