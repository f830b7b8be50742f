"""How a message read before it was edited: for who wrote it, and for who may look at what others wrote."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from accounts.audit import log as audit
from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms import directory
from rooms.messages import history
from rooms.model import event
from rooms.posts import message_edit, seq_of
from storage.clock import rfc3339
from storage.database import Transaction


def look(tx: Transaction, actor: Actor, room: str, of: str, now_ms: int) -> list[dict[str, Any]]:
    """The versions of a message, first to last. A look at what another wrote is in the audit log.

    Refusal `not_found` for what is not there or was removed, `forbidden` for who may not look.
    """
    grant = directory.require(tx.connection, actor, room, "read", now_ms)
    found = history.one(tx.connection, room, seq_of(of, room))
    if found is None or found.removed_ms is not None or found.seq < grant.floor:
        raise Refusal("not_found", "This message does not exist any more.")
    if found.author_id != actor.person:
        directory.require(tx.connection, actor, room, "history", now_ms)
        detail = {"what": "versions", "room": room, "message": of}
        audit.record(tx, actor.school, "looked", now_ms, by=actor.person, subject=found.author_id, detail=detail)
    return _versions(tx.connection, room, found.seq)


def _versions(connection: Connection, room: str, seq: int) -> list[dict[str, Any]]:
    edits = select(message_edit.c.seq).where(message_edit.c.room_id == room, message_edit.c.message_seq == seq)
    rows = connection.execute(
        select(event.c.at_ms, event.c.body)
        .where(event.c.room_id == room, (event.c.seq == seq) | event.c.seq.in_(edits))
        .order_by(event.c.seq)
    )
    return [_version(row.at_ms, msgspec.json.decode(row.body)) for row in rows]


def _version(at_ms: int, body: Mapping[str, Any]) -> dict[str, Any]:
    said = {"at": rfc3339(at_ms), "at_ms": at_ms, "text": body.get("text", "")}
    return {**said, "html": body["html"]} if "html" in body else said
