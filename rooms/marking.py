"""Messages that somebody marks: with a reaction, a pin, a confirmation. What they may not see they cannot mark."""

from realtime.refusal import Refusal
from rooms.posts import seq_of, standing
from rooms.turn import Turn
from storage.rows import AnyRow


def in_sight(turn: Turn, room: str, of: str) -> AnyRow:
    """The message of this id that stands and that the asker may see; Refusal `not_found` if there is none."""
    found = standing(turn, room, of)
    first = seq_of(found.thread, room) if found.in_thread else found.seq
    if first < turn.grant.floor:
        raise Refusal("not_found", "This message does not exist any more.")
    return found
