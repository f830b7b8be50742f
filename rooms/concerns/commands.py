"""What people do with concerns: ask for help, report a message, tell a worry; and what the team does with them.

None of it knows a window, a pause or a switch. Whoever wrote what is reported is told nothing: nothing is appended to
a room that they are in, and nobody but the team and whoever asked hears that there is a concern.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from msgspec import Meta

from accounts import safeguarding
from accounts.audit.log import record
from accounts.sessions import own_room_of
from realtime.connection import Caller
from realtime.protocol import KeyedCommand
from realtime.refusal import Refusal
from rooms import log, private
from rooms.concerns import adults, following, freezing, model
from rooms.concerns.model import OPEN, concern
from rooms.concerns.rules import ASKED, NEEDS_HELP, State, clean_words
from rooms.markup import rendered
from rooms.membership import PersonId
from rooms.posts import clean_text, message_id
from rooms.turn import Handler, Turn
from storage.ids import new_id
from storage.rows import AnyRow

Text = Annotated[str, Meta(description="What is written, as plain text: 1 to 8,000 characters.")]
Words = Annotated[str, Meta(max_length=2000, description="A sentence, if one likes: at most 1,000 characters.")]
MessageId = Annotated[str, Meta(min_length=2, max_length=64, description="A message's id.")]
ConcernId = Annotated[str, Meta(min_length=2, max_length=32, pattern="^c[0-9a-z]+$", description="A concern's id.")]

NO_ADULT: Final = "This person cannot be asked here. Choose another adult."
OWN_MESSAGE: Final = "You wrote this yourself. If you need help, use “I need help”."


class AskHelp(KeyedCommand, kw_only=True):
    """Ask an adult for help: one of those in `GET /api/v1/help`, or the safeguarding team. `room`: one's own.

    `help` in the answer is the room in which both can write from then on.
    """

    to: PersonId | None = None
    text: Text | None = None


class TellWorry(KeyedCommand, kw_only=True):
    """Tell the safeguarding team alone. `room`: one's own; `help` in the answer: where they can answer."""

    text: Text


class ReportMessage(KeyedCommand, kw_only=True):
    """Show a message that one can see to the safeguarding team. Nobody else hears of it, least of all its author."""

    message: MessageId
    words: Words | None = None


class MoveConcern(KeyedCommand, kw_only=True):
    """Say how a concern stands, and to whoever raised it what came of it. `room`: one's own.

    For the safeguarding team, and for the adult who was asked.
    """

    concern: ConcernId
    state: Literal["received", "looking", "done"]
    outcome: Words | None = None


# After something was said in a room of help: turn, room, the place of what was said.
Telling = Callable[[Turn, str, int], None]


def ask_help(turn: Turn, command: AskHelp, telling: Telling) -> None:
    _in_own_room(turn)
    to = command.to
    if to is not None and to not in {each["id"] for each in adults.to_choose(turn.connection, turn.who, turn.now_ms)}:
        raise Refusal("not_found", NO_ADULT)
    _say(turn, "help", to, (command.text or "").strip() or NEEDS_HELP, str(command.key), telling)


def tell_worry(turn: Turn, command: TellWorry, telling: Telling) -> None:
    _in_own_room(turn)
    _say(turn, "worry", None, command.text, str(command.key), telling)


def report_message(turn: Turn, command: ReportMessage) -> None:
    words, key = clean_words(command.words), str(command.key)
    known = model.asked_with(turn.connection, turn.who.id, key)
    if known is not None:
        if (known.message, known.words) != (command.message, words):
            raise Refusal("key_conflict")
        return _answer(turn, known)
    row = freezing.reported(turn, command.message)
    if row.author_id == turn.who.id:
        raise Refusal("bad_request", OWN_MESSAGE)
    of = (concern.c.kind == "report") & (concern.c.message == command.message) & OPEN
    found = model.latest(turn.connection, turn.who.id, of)
    if found is None:
        found = _put(turn, "report", about_id=row.author_id, room_id=turn.room, message=command.message)
        freezing.freeze(turn, found.id, row)
    return _asked(turn, found, key, words)


def move_concern(turn: Turn, command: MoveConcern) -> None:
    _in_own_room(turn)
    found = model.one(turn.connection, command.concern, hold=True)
    if found is None or not model.may_see(turn.connection, turn.who, found, turn.now_ms):
        raise Refusal("not_found")
    if not turn.who.strong and turn.who.role in turn.who.rights.second_step:
        raise Refusal("second_step")
    outcome = clean_words(command.outcome) or found.outcome
    if (command.state, outcome) != (found.state, found.outcome):
        model.add_step(
            turn.connection, found.id, turn.who.id, turn.now_ms, command.state,
            words=None if outcome == found.outcome else outcome,
        )  # fmt: skip
        model.change(turn.connection, found.id, state=command.state, outcome=outcome, changed_ms=turn.now_ms)
    turn.append("concern_changed", {"concern": found.id, "state": command.state})
    _tell(turn, found, command.state, {turn.who.id})
    detail = {"concern": found.id, "state": command.state}
    record(turn.tx, turn.who.school, "concern_moved", turn.now_ms, by=turn.who.id, detail=detail)


def _in_own_room(turn: Turn) -> None:
    if turn.room != turn.own_room:
        raise Refusal("not_found")


def _say(turn: Turn, kind: str, to: str | None, text: str, key: str, telling: Telling) -> None:
    """Say this in the room where it is talked about: one for each whom somebody turns to."""
    text = clean_text(text)
    known = model.asked_with(turn.connection, turn.who.id, key)
    if known is not None:
        if known.kind != kind:
            raise Refusal("key_conflict")
        return _answer(turn, known)
    of = (concern.c.kind == kind) & (concern.c.to_id.is_(None) if to is None else concern.c.to_id == to)
    found = model.latest(turn.connection, turn.who.id, of)
    room, is_new = (None, True) if found is None else (found.help_id, False)
    if room is None:
        people = [to] if to is not None else _team(turn)
        room = private.make(turn, "help", {turn.who.id, *people})
    if found is None or found.state == "done":
        found = _put(turn, kind, to_id=to, help_id=room)
    _asked(turn, found, key, None)
    turn.reach([room])
    if to is None and not is_new:
        following.settle(turn, room, turn.who.id)
    html = rendered(text, {})
    said = {"message": message_id(room, turn.next_seq(room)), "text": text, **({} if html is None else {"html": html})}
    seq = turn.append("message_posted", said, room)
    telling(turn, room, seq)
    if is_new:
        private.tell(turn, room)
    return None


def _team(turn: Turn) -> list[str]:
    return safeguarding.receivers(turn.connection, turn.who.school, turn.now_ms, turn.who.id)


def _put(turn: Turn, kind: str, **more: Any) -> AnyRow:
    made = new_id("c")
    row: dict[str, object] = {
        "id": made, "school_id": turn.who.school, "kind": kind, "by_id": turn.who.id, "state": "received",
        "created_ms": turn.now_ms, "changed_ms": turn.now_ms, **more,
    }  # fmt: skip
    model.put(turn.connection, row)
    found = model.one(turn.connection, made)
    if found is None:
        raise RuntimeError("what was just written is there")
    return found


def _asked(turn: Turn, row: AnyRow, key: str, words: str | None) -> None:
    """Note that it was asked, and tell it to whoever asked and to those whom it reaches."""
    model.one(turn.connection, row.id, hold=True)
    model.add_step(turn.connection, row.id, turn.who.id, turn.now_ms, ASKED, words=words, key=key)
    model.change(turn.connection, row.id, changed_ms=turn.now_ms)
    at = turn.append("concern_changed", _body(row), turn.own_room)
    turn.reached = turn.grant.head if turn.room != turn.own_room else at
    _trim(turn, turn.own_room, at)
    _tell(turn, row, row.state, {turn.who.id})


def _answer(turn: Turn, row: AnyRow) -> None:
    """What was answered the first time."""
    turn.body, turn.reached = _body(row), turn.grant.head


def _body(row: AnyRow) -> dict[str, Any]:
    said = {"concern": row.id, "state": row.state}
    return said if row.help_id is None else {**said, "help": row.help_id}


def _tell(turn: Turn, row: AnyRow, state: State, without: set[str]) -> None:
    """Those whom it reaches, and whoever raised it, hear in their own rooms that it changed."""
    team = safeguarding.receivers(turn.connection, turn.who.school, turn.now_ms, row.about_id or row.by_id)
    people = sorted({*team, row.by_id, *filter(None, (row.to_id,))} - without)
    turn.reach([own_room_of(each) for each in people])
    for each in people:
        own = own_room_of(each)
        _trim(turn, own, turn.append("concern_changed", {"concern": row.id, "state": state}, own))


def _trim(turn: Turn, own: str, at: int) -> None:
    if at % log.OWN_ROOM_KEEPS == 0:
        log.trim(turn.tx, own, at)


def _own_room(_: ReportMessage, caller: Caller) -> tuple[str, ...]:
    return (caller.own_room,)


def handlers(telling: Telling) -> tuple[Handler[Any], ...]:
    """The handlers; `telling`: what happens besides when something is said where help is asked for."""

    def ask(turn: Turn, command: AskHelp) -> None:
        ask_help(turn, command, telling)

    def tell(turn: Turn, command: TellWorry) -> None:
        tell_worry(turn, command, telling)

    return (
        Handler(AskHelp, ask, "read", limit="help", answers=("concern", "state", "help")),
        Handler(TellWorry, tell, "read", limit="help", answers=("concern", "state", "help")),
        Handler(ReportMessage, report_message, "read", limit="help", answers=("concern", "state"), also=_own_room),
        Handler(MoveConcern, move_concern, "read", answers=("concern", "state")),
    )
