"""What people do with stickies besides writing them: begin a thread, and see to their own board."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from msgspec import Meta
from sqlalchemy import update

from accounts import settings
from realtime.connection import Caller
from realtime.protocol import Command, KeyedCommand
from realtime.refusal import Refusal
from rooms import private
from rooms.membership import PersonId, of_this_school
from rooms.private import seat_note
from rooms.stickies.rules import Colour, check_group
from rooms.turn import Handler, Turn

MOST_PEOPLE: Final = 8  # besides whoever begins


class StartThread(KeyedCommand, kw_only=True):
    """Find or make the thread of stickies with these people. `room` is one's own; the answer says which was `made`.

    Nobody else hears of it before something is said there.
    """

    people: Annotated[tuple[PersonId, ...], Meta(min_length=1, max_length=MOST_PEOPLE)]


def start_thread(turn: Turn, command: StartThread) -> None:
    if command.room != turn.own_room:
        raise Refusal("not_found")
    others = sorted({*command.people} - {turn.who.id})
    if not others:
        raise Refusal("bad_request", "Choose somebody to write to.")
    check_group(turn.who, settings.read(turn.connection, turn.who.school), len(others))
    made = private.thread_of(turn, [of_this_school(turn, each) for each in others])
    turn.append("thread_made", {"made": made})


class SetSticky(Command, kw_only=True):
    """How a thread lies on one's own board: its colour, and whether it is put away until something new is said.

    What is left out stays as it was. Nobody else learns of it.
    """

    colour: Colour | None = None
    away: bool | None = None


def set_sticky(turn: Turn, command: SetSticky) -> None:
    if turn.grant.place is None or turn.grant.place.kind not in private.KINDS:
        raise Refusal("not_found")
    changed: dict[str, Any] = {}
    if command.colour is not None:
        changed["colour"] = command.colour
    if command.away is not None:
        changed["put_away_ms"] = turn.now_ms if command.away else None
    if not changed:
        raise Refusal("bad_request")
    _note(turn, changed)
    turn.reached = turn.grant.head
    said = {name: value for name, value in (("colour", command.colour), ("away", command.away)) if value is not None}
    turn.append("sticky_set", {"room": command.room, **said}, turn.own_room)


def _note(turn: Turn, changed: Mapping[str, Any]) -> None:
    of = (seat_note.c.room_id == turn.room) & (seat_note.c.person_id == turn.who.id)
    if not turn.connection.execute(update(seat_note).where(of).values(**changed)).rowcount:
        turn.connection.execute(seat_note.insert().values(room_id=turn.room, person_id=turn.who.id, **changed))


def _own_room(_: SetSticky, caller: Caller) -> tuple[str, ...]:
    return (caller.own_room,)


HANDLERS: Final[tuple[Handler[Any], ...]] = (
    Handler(StartThread, start_thread, "read", answers=("made",)),
    Handler(SetSticky, set_sticky, "read", also=_own_room),
)
