"""What features do when a message is posted or goes: in the same transaction, without messages knowing any of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rooms.turn import Turn
from storage.database import Transaction


class Posted(Protocol):
    """What is posted: the command as far as features may read it."""

    @property
    def room(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def files(self) -> Sequence[str]: ...


# Gives fields for the body of `message_posted`; a Refusal refuses the message, whose seq is `turn.next_seq()`.
Adding = Callable[[Turn, Posted], Mapping[str, Any]]
# After the event, whose seq is given; what it appends goes to rooms that the command did not name.
Following = Callable[[Turn, Posted, int], None]
# Before somebody takes a message away, by its room and seq; a Refusal refuses it.
Allowing = Callable[[Turn, str, int], None]
# Takes away what hangs on messages whose words go: transaction, room, seqs of the messages, who, milliseconds.
Removing = Callable[[Transaction, str, Sequence[int], str, int], None]


@dataclass(frozen=True)
class Hooks:
    """What happens besides."""

    adding: tuple[Adding, ...] = ()
    following: tuple[Following, ...] = ()
    removing: tuple[Removing, ...] = ()
    allowing: tuple[Allowing, ...] = ()
