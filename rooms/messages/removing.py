"""Taking messages out of the log: their words, what hangs on them, and their copies in other rooms."""

from collections.abc import Sequence

from sqlalchemy import select, update

from rooms import log, mentioning
from rooms.forwarding import copies
from rooms.messages import threads
from rooms.posting import Hooks
from rooms.posts import message_change, message_edit, message_id
from rooms.turn import Turn
from storage.database import Transaction


def take_out(
    turn: Turn, room: str, seq: int, reason: str | None, hooks: Hooks, *, by: str | None = None
) -> None:  # fmt: skip
    """Remove a message that stands, and its copies in whichever room they are.

    `by`: whose name the events bear, instead of that of whoever removes it. The evidence says who that was.
    """
    turn.append("message_removed", {"message": message_id(room, seq)}, room, by=by)
    elsewhere = _standing(turn.tx, copies(turn.connection, room, [seq]))
    if elsewhere:
        turn.reach({of for of, _ in elsewhere})
    for of, copy in elsewhere:
        turn.append("message_removed", {"message": message_id(of, copy)}, of, by=by)
    for of, each in [(room, seq), *elsewhere]:
        _redact(turn, of, each, reason)
        forget(turn.tx, of, [each], turn.who.id, turn.now_ms, hooks)


def forget(tx: Transaction, room: str, seqs: Sequence[int], by: str, now_ms: int, hooks: Hooks) -> None:
    """Note that these messages are removed, and take away what hangs on them."""
    of = (message_change.c.room_id == room) & message_change.c.seq.in_(seqs)
    known = set(tx.connection.scalars(select(message_change.c.seq).where(of)))
    tx.connection.execute(update(message_change).where(of).values(removed_ms=now_ms))
    new = [{"room_id": room, "seq": seq, "removed_ms": now_ms} for seq in seqs if seq not in known]
    if new:
        tx.connection.execute(message_change.insert(), new)
    mentioning.take_back(tx, room, seqs)
    threads.take_back(tx, room, seqs)
    for removing in hooks.removing:
        removing(tx, room, seqs, by, now_ms)


def _redact(turn: Turn, room: str, seq: int, reason: str | None) -> None:
    edits = select(message_edit.c.seq).where(message_edit.c.room_id == room, message_edit.c.message_seq == seq)
    seqs = [seq, *turn.connection.scalars(edits)]
    tombstone = {"message": message_id(room, seq), "removed": True}
    log.redact(turn.tx, room, seqs, tombstone, turn.who.id, turn.now_ms, reason)


def _standing(tx: Transaction, found: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Those of these messages that have not been removed."""
    gone = {
        (row.room_id, row.seq)
        for of in {of for of, _ in found}
        for row in tx.connection.execute(
            select(message_change.c.room_id, message_change.c.seq).where(
                message_change.c.room_id == of, message_change.c.removed_ms.is_not(None),
                message_change.c.seq.in_([seq for room, seq in found if room == of]),
            )
        )
    }  # fmt: skip
    return [each for each in found if each not in gone]
