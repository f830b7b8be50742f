"""What people do with stickies besides writing them: begin a thread."""

from typing import Annotated, Any, Final

from msgspec import Meta

from realtime.protocol import KeyedCommand
from realtime.refusal import Refusal
from rooms import private
from rooms.membership import PersonId, of_this_school
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
    made = private.thread_of(turn, [of_this_school(turn, each) for each in others])
    turn.append("thread_made", {"made": made})


HANDLERS: Final[tuple[Handler[Any], ...]] = (Handler(StartThread, start_thread, "read", answers=("made",)),)
