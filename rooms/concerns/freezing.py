"""A report holds fast what was reported and what stood around it, whatever becomes of the messages afterwards."""

from collections.abc import Collection, Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, select

from realtime.refusal import Refusal
from rooms.answering import root_of, thread_reply
from rooms.concerns.model import concern_context
from rooms.concerns.rules import AROUND
from rooms.model import event, evidence
from rooms.posts import message, message_edit, message_id, seq_of
from rooms.turn import Turn
from storage.clock import rfc3339
from storage.rows import AnyRow

GONE: Final = "This message does not exist any more."

Body = Mapping[str, Any]


def reported(turn: Turn, of: str) -> AnyRow:
    """The message that somebody wants to report: one that they can see, or could until its author took it away."""
    seq = seq_of(of, turn.room)
    found = turn.connection.execute(
        select(message).where(message.c.room_id == turn.room, message.c.seq == seq)
    ).first()  # fmt: skip
    if found is None or seq < turn.grant.floor:
        raise Refusal("not_found", GONE)
    return found


def freeze(turn: Turn, concern_id: str, row: AnyRow) -> None:
    """Keep this message and those around it that the reporter can see, as they are at this moment."""
    room = turn.room
    seqs = _around(turn, row)
    rows = turn.connection.execute(
        select(message).where(message.c.room_id == room, message.c.seq.in_(seqs)).order_by(message.c.seq)
    ).all()
    edits = _edits(turn, seqs)
    said = _said(turn, {*seqs, *(seq for of in edits.values() for seq in of)})
    turn.connection.execute(
        concern_context.insert(),
        [_kept(concern_id, nth, each, each.seq == row.seq, edits.get(each.seq, []), said)
         for nth, each in enumerate(rows, 1)],
    )  # fmt: skip


def _around(turn: Turn, row: AnyRow) -> list[int]:
    """The places: of the room's own messages, or of those of the thread; and what the message answers."""
    room, floor, connection = turn.room, turn.grant.floor, turn.connection
    more = {seq_of(row.reply_to, room)} if row.reply_to is not None else set()
    if row.in_thread:
        root = root_of(connection, room, row.seq)
        more |= set() if root is None else {root}
        seq: ColumnElement[int] = thread_reply.c.seq
        of = (thread_reply.c.room_id == room) & (thread_reply.c.root_seq == root)
    else:
        seq, of = message.c.seq, (message.c.room_id == room) & message.c.in_thread.is_(False)
    before = select(seq).where(of, seq < row.seq, seq >= floor).order_by(seq.desc()).limit(AROUND)
    after = select(seq).where(of, seq > row.seq).order_by(seq).limit(AROUND)
    near = {row.seq, *connection.scalars(before), *connection.scalars(after), *(each for each in more if each >= floor)}
    return sorted(near)


def _edits(turn: Turn, seqs: Collection[int]) -> dict[int, list[int]]:
    chosen = select(message_edit.c.message_seq, message_edit.c.seq).where(
        message_edit.c.room_id == turn.room, message_edit.c.message_seq.in_(seqs)
    )
    found: dict[int, list[int]] = {}
    for of, seq in turn.connection.execute(chosen.order_by(message_edit.c.seq)):
        found.setdefault(of, []).append(seq)
    return found


def _said(turn: Turn, seqs: Collection[int]) -> dict[int, tuple[int, Body]]:
    """When and what was said at these places; of what was taken away what the evidence has of it."""
    place = (evidence.c.room_id == event.c.room_id) & (evidence.c.seq == event.c.seq)
    rows = turn.connection.execute(
        select(event.c.seq, event.c.at_ms, event.c.body, evidence.c.body.label("removed"))
        .outerjoin(evidence, place)
        .where(event.c.room_id == turn.room, event.c.seq.in_(seqs))
    )
    return {row.seq: (row.at_ms, msgspec.json.decode(row.removed or row.body)) for row in rows}


def _kept(
    concern_id: str, nth: int, row: AnyRow, is_it: bool, edits: list[int], said: Mapping[int, tuple[int, Body]]
) -> dict[str, Any]:
    read = [(at, body.get("text", "")) for at, body in (said[seq] for seq in (row.seq, *edits))]
    return {
        "concern_id": concern_id, "nth": nth, "message": message_id(row.room_id, row.seq),
        "author_id": row.author_id, "at_ms": row.at_ms, "text": read[-1][1], "reply_to": row.reply_to,
        "edited_ms": row.edited_ms, "removed": row.removed_ms is not None, "reported": is_it,
        "files": msgspec.json.encode(said[row.seq][1].get("files", [])).decode(),
        "versions": msgspec.json.encode([{"at": rfc3339(at), "text": text} for at, text in read[:-1]]).decode(),
    }  # fmt: skip
