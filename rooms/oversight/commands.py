"""What adults do to keep stickies safe: look into a thread, pause messages, let them go on, take one back."""

from typing import Annotated, Any, Final, Protocol

from msgspec import Meta
from sqlalchemy import select

from accounts import pausing, settings
from accounts.audit.log import Happened, record_all
from accounts.model import person, session
from accounts.pausing import Scope
from accounts.rights import Place, may
from realtime.protocol import KeyedCommand, RoomId
from realtime.refusal import Refusal
from rooms import grants, private
from rooms.membership import of_this_school
from rooms.oversight import looking, model
from rooms.oversight.rules import Role
from rooms.posting import Hooks
from rooms.posts import clean_reason, standing
from rooms.turn import Handler, Turn

Reason = Annotated[str, Meta(max_length=500, description="Why, for the record.")]
Of = Annotated[str, Meta(max_length=32, pattern="^[pr][0-9a-z]+$", description="A person's id, or a room's.")]
MessageId = Annotated[str, Meta(min_length=2, max_length=64, description="A message's id.")]
WHY: Final = "Please write down why."


class LookInto(KeyedCommand, kw_only=True):
    """Begin a look into a thread that one is no part of. `room` is one's own; nobody in the thread hears of it."""

    into: RoomId
    role: Role
    reason: Reason


class PauseMessaging(KeyedCommand, kw_only=True):
    """Stop messages at once: all learners', one person's, or those in one thread. `room` is one's own.

    Rooms stay readable, and help stays open. `of`: the person, or the thread's room.
    """

    scope: Scope
    of: Of | None = None
    reason: Reason


class ResumeMessaging(KeyedCommand, kw_only=True):
    """Let go on what was paused. `room` is one's own."""

    pause: Annotated[str, Meta(max_length=32, pattern="^z[0-9a-z]+$", description="A pause's id.")]


class RecallMessage(KeyedCommand, kw_only=True):
    """Take a message back everywhere, also out of a thread that one may look into. `room` is one's own.

    Its author is told that it is gone, and not by whom; with `quietly`, not even that.
    """

    of: RoomId
    message: MessageId
    reason: Reason
    quietly: bool = False


class TakeOut(Protocol):
    """Removes a message that stands, with all its copies."""

    def __call__(
        self, turn: Turn, room: str, seq: int, reason: str | None, hooks: Hooks, *, by: str | None = None
    ) -> None: ...


def look_into(turn: Turn, command: LookInto) -> None:
    why = _asked(turn, command.room, command.reason)
    code = looking.judge(turn.connection, turn.who, command.into, turn.now_ms, turn.now)
    if code is not None:
        raise Refusal(code)
    by = (turn.who.id, turn.session)
    made = model.begin(turn.tx, turn.who.school, by, command.into, command.role, why, turn.now_ms)
    turn.append("look_opened", {"look": made, "into": command.into})
    people = private.ever_in(turn.connection, [command.into])[command.into]
    detail = {"what": "thread", "room": command.into, "look": made, "role": command.role}
    _record(turn, "looked_into", detail, *(each.id for each in people))


def pause_messaging(turn: Turn, command: PauseMessaging) -> None:
    why = _asked(turn, command.room, command.reason)
    require_stepping_in(turn)
    of = _paused(turn, command)
    made, new = pausing.begin(turn.tx, turn.who.school, command.scope, of, why, turn.who.id, turn.now_ms)
    turn.append("messaging_paused", {"pause": made})
    if new:
        _changed(turn)
        detail = {"what": command.scope, "pause": made, **({"room": of} if command.scope == "thread" else {})}
        _record(turn, "messaging_paused", detail, of if command.scope == "person" else None)


def resume_messaging(turn: Turn, command: ResumeMessaging) -> None:
    _asked(turn, command.room)
    require_stepping_in(turn)
    row = pausing.end(turn.tx, turn.who.school, command.pause, turn.who.id, turn.now_ms)
    if row is None:
        raise Refusal("not_found", "This is not paused any more.")
    turn.append("messaging_resumed", {"pause": command.pause})
    _changed(turn)
    detail = {"what": row.scope, "pause": command.pause}
    _record(turn, "messaging_resumed", detail, row.of_id if row.scope == "person" else None)


def recall_message(turn: Turn, command: RecallMessage, take_out: TakeOut, hooks: Hooks) -> None:
    why = _asked(turn, command.room, command.reason)
    require_stepping_in(turn)
    _check_reach(turn, command.of)
    turn.append("message_recalled", {"message": command.message})
    turn.reach([command.of])
    found = standing(turn, command.of, command.message)
    take_out(turn, command.of, found.seq, why, hooks, by=found.author_id)
    if not command.quietly and found.author_id != turn.who.id:
        turn.tell([found.author_id], "message_taken_back", {"message": command.message})
    _record(turn, "message_recalled", {"room": command.of, "message": command.message}, found.author_id)


def require_stepping_in(turn: Turn) -> None:
    """That the asker may stop messages and take them back; Refusal `not_found`, for others know nothing of it."""
    school = Place(turn.who.school, "school", closed=False, member=True)
    if may(turn.who, "step_in", school, turn.now) is not None:
        raise Refusal("not_found")


def _asked(turn: Turn, room: str, reason: str | None = None) -> str:
    """One asks in one's own room; gives the reason, without which nothing of this is done."""
    if room != turn.own_room:
        raise Refusal("not_found")
    why = clean_reason(reason)
    if why is None and reason is not None:
        raise Refusal("bad_request", WHY)
    return why or ""


def _paused(turn: Turn, command: PauseMessaging) -> str | None:
    """Whom or what this pauses."""
    if command.scope == "learners":
        return None
    if command.of is None:
        raise Refusal("bad_request")
    if command.scope == "thread":
        _check_reach(turn, command.of)
        return command.of
    if turn.who.rights.kinds.get(of_this_school(turn, command.of).role) == "staff":
        raise Refusal("bad_request", "Staff cannot be paused. Close their account instead: it takes hold as quickly.")
    return command.of


def _check_reach(turn: Turn, room: str) -> None:
    """That the asker can read this room, or may look into it; what they do not know of does not exist."""
    given = grants.load(turn.connection, [(0, turn.who.id, turn.session, room, None)], turn.now_ms)[0]
    if may(given.who, "read", given.place, turn.now) is None:
        return
    code = looking.judge(turn.connection, turn.who, room, turn.now_ms, turn.now)
    if code is not None:
        raise Refusal(code)


def _changed(turn: Turn) -> None:
    """Rights are other ones from here on: for everybody who is connected, to whichever server."""
    settings.rights_changed(turn.tx, turn.who.school)
    open_ones = session.c.ended_ms.is_(None) & (session.c.expires_ms > turn.now_ms)
    here = select(person.c.id).join(session, session.c.person_id == person.c.id)
    turn.tell(
        turn.connection.scalars(here.where(person.c.school_id == turn.who.school, open_ones).distinct()).all(),
        "access_changed", {},
    )  # fmt: skip


def _record(turn: Turn, kind: str, detail: dict[str, Any], *about: str | None) -> None:
    inside = turn.connection.scalar(select(session.c.in_school).where(session.c.id == turn.session))
    rows = [Happened(turn.who.school, kind, turn.who.id, each, bool(inside), detail) for each in about]
    record_all(turn.tx, rows, turn.now_ms)


def handlers(take_out: TakeOut, hooks: Hooks) -> tuple[Handler[Any], ...]:
    """The handlers; `take_out` removes a message, with what happens besides."""

    def recall(turn: Turn, command: RecallMessage) -> None:
        recall_message(turn, command, take_out, hooks)

    return (
        Handler(LookInto, look_into, "read", answers=("look",)),
        Handler(PauseMessaging, pause_messaging, "read", answers=("pause",)),
        Handler(ResumeMessaging, resume_messaging, "read", answers=("pause",)),
        Handler(RecallMessage, recall, "read", answers=("message",)),
    )
