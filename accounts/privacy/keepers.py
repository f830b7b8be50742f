"""What a feature that keeps something about people has to offer: hand it out, count it, and take it away."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection

from accounts.rights import Kind
from storage.database import Transaction

# How a person's words are dealt with: those who work for the school acted for it, and what they wrote stays.
KEEPS_WORDS: Collection[Kind] = frozenset({"staff", "governor"})


@dataclass(frozen=True)
class Subject:
    """Whose data it is about. `kind`: of their role; `name`, `full_name` and `login` as they were until now.

    themselves: it is they who ask. What they told in confidence is handed out to nobody else.
    """

    person: str
    school: str
    kind: Kind
    name: str
    full_name: str
    login: str
    themselves: bool = True

    @property
    def keeps_words(self) -> bool:
        return self.kind in KEEPS_WORDS


@dataclass(frozen=True)
class Part:
    """One chapter of an export: rows that are alike, ready for JSON. `title` is English, and translated on the page."""

    name: str
    title: str
    rows: Sequence[Mapping[str, Any]]


class Keeper(Protocol):
    """One feature's share in exports and erasures. `tables`: those that it answers for."""

    tables: Collection[str]

    def hand_out(self, connection: Connection, of: Subject) -> list[Part]:
        """Everything kept about a person, without secrets and without what others wrote; others' names reduced."""
        ...

    def count(self, connection: Connection, of: Subject) -> Mapping[str, int]:
        """What an erasure would take away, by the English words for it."""
        ...

    def erase(self, tx: Transaction, of: Subject, by: str, now_ms: int) -> None:
        """Take it away, within the transaction of the whole erasure."""
        ...
