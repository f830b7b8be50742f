"""How features add to a room's page and to the messages on it, without the page knowing any of them.

A feature gives features.py a `Part`. What `of_messages` says stands in templates as `message.<name>`, in the API under
the same name; what `of_room` gives stands in templates as `parts.<name>`. A slot is a place on the page that includes
the feature's template:

- "message": in the sheet of each message, below its text; "actions": in the menu of each message; both are also inside
  the <template> that the client fills, where `message.<name>` is undefined
- "head": the row of buttons beside the room's name; "above": above the messages; "aside": the column beside them
- "tray": above the text being written; "tools": beside the button that sends
- "data": at the end of the page, for strings and settings of the feature's script

Threads of stickies and rooms where help is asked for have the same page, without what makes sense in a room alone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from sqlalchemy import Connection

from accounts.sessions import Actor
from rooms.grants import Grant
from rooms.kinds import PRIVATE
from storage.rows import AnyRow

Slot = Literal["message", "actions", "head", "above", "aside", "tray", "tools", "data"]
SLOTS: Final[tuple[str, ...]] = get_args(Slot)


@dataclass(frozen=True)
class Showing:
    """One look at one room: who looks, in which language, in which transaction. The right to read is checked."""

    connection: Connection
    actor: Actor
    grant: Grant
    room: str
    now_ms: int
    language: str


def _nothing(_: Showing, __: Sequence[AnyRow]) -> Mapping[int, Any]:
    return {}


def _none(_: Showing) -> Any:
    return None


@dataclass(frozen=True)
class Part:
    """What one feature adds. Both functions read for the whole page at once, and give what JSON can say.

    of_messages: by the seq of the message, for those that it has something to say of.
    rooms_only: slots that stay empty where a few people talk in private.
    """

    name: str
    of_messages: Callable[[Showing, Sequence[AnyRow]], Mapping[int, Any]] = _nothing
    of_room: Callable[[Showing], Any] = _none
    slots: Mapping[Slot, str] = field(default_factory=dict)  # → template
    rooms_only: frozenset[Slot] = frozenset()


class Parts:
    """All that features add."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self._parts = tuple(parts)
        self.slots = _filled(self._parts, private=False)
        self._private = _filled(self._parts, private=True)

    def slots_in(self, kind: str) -> Mapping[str, tuple[str, ...]]:
        """The templates of each slot on the page of a room of this kind."""
        return self._private if kind in PRIVATE else self.slots

    def of_messages(self, showing: Showing, rows: Sequence[AnyRow]) -> Mapping[int, dict[str, Any]]:
        """What is said of each message, by its seq: the parts' names and what they say."""
        found: dict[int, dict[str, Any]] = {row.seq: {} for row in rows}
        for part in self._parts:
            for seq, said in part.of_messages(showing, rows).items():
                found[seq][part.name] = said
        return found

    def of_room(self, showing: Showing) -> dict[str, Any]:
        return {part.name: part.of_room(showing) for part in self._parts}


def _filled(parts: Iterable[Part], *, private: bool) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = dict.fromkeys(SLOTS, ())
    for part in parts:
        for slot, template in part.slots.items():
            if not (private and slot in part.rooms_only):
                found[slot] += (template,)
    return found
