"""What is kept of concerns: whoever raised one gets their own words; whoever one is about gets nothing that tells.

What was frozen is evidence: it is nobody's to take along, and stays when its author is erased. While a concern is open,
neither whoever raised it nor whoever it is about can be erased.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, false, select, update

from accounts.privacy.keepers import Part, Subject
from realtime.refusal import Refusal
from rooms.concerns import model
from rooms.concerns.model import concern, concern_context, concern_step
from rooms.concerns.rules import ASKED
from storage.clock import rfc3339
from storage.database import Transaction


class ConcernKeeper:
    """The share of concerns in exports and erasures."""

    tables: Collection[str] = frozenset({concern.name, concern_context.name, concern_step.name})

    def hand_out(self, connection: Connection, of: Subject) -> list[Part]:
        mine = concern.c.by_id == of.person if of.themselves else false()
        chosen = select(concern).where(mine).order_by(concern.c.created_ms, concern.c.id)
        rows = [
            {"kind": row.kind, "at": rfc3339(row.created_ms), "state": row.state, "outcome": row.outcome,
             "words": _words(connection, row.id, of.person)}
            for row in connection.execute(chosen)
        ]  # fmt: skip
        return [Part("concerns", "Asked for help, reported, or told as a worry", rows)]

    def count(self, connection: Connection, of: Subject) -> Mapping[str, int]:  # noqa: ARG002 - a Keeper's
        """Nothing is said: whoever erases is not of the safeguarding team."""
        return {}

    def erase(self, tx: Transaction, of: Subject, by: str, now_ms: int) -> None:  # noqa: ARG002 - a Keeper's
        """The sentence is the one of any hold: it tells nobody that there is a concern."""
        if model.is_open_about(tx.connection, of.person):
            raise Refusal("bad_request", "There is a hold on this person's data. It has to be lifted first.")
        tx.connection.execute(update(concern_step).where(_own_words(of.person)).values(words=None))


def _own_words(person: str) -> Any:
    return (concern_step.c.by_id == person) & (concern_step.c.what == ASKED) & concern_step.c.words.is_not(None)


def _words(connection: Connection, concern_id: str, person: str) -> list[str]:
    """Of a report; what was said in help and worries are messages, and handed out with those."""
    of = (concern_step.c.concern_id == concern_id) & _own_words(person)
    return list(connection.scalars(select(concern_step.c.words).where(of).order_by(concern_step.c.nth)))
