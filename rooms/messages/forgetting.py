"""Taking a name out of what stays: of copies of what somebody wrote, and of the calls on them."""

import html
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, select, update

from rooms.forwarding import copies, forward
from rooms.markup import MENTION
from rooms.mentioning import mention
from rooms.model import event
from rooms.posts import message_edit
from storage.database import Transaction

Body = Mapping[str, Any]


def forget_in_copies(tx: Transaction, person: str, name: str) -> None:
    """Copies say who wrote it first."""
    source = (event.c.room_id == forward.c.from_room_id) & (event.c.seq == forward.c.from_seq)
    earlier = forward.alias()
    itself_a_copy = (earlier.c.room_id == event.c.room_id) & (earlier.c.seq == event.c.seq)
    chosen = (
        select(event.c.room_id, event.c.seq)
        .join(forward, source)
        .where(event.c.author_id == person, ~select(earlier.c.seq).where(itself_a_copy).exists())
        .distinct()
    )
    for room, seq in tx.connection.execute(chosen).all():
        _rewrite(tx, copies(tx.connection, room, [seq]), lambda body: _said_by(body, name))


def forget_calls(tx: Transaction, person: str, name: str) -> None:
    """Messages that call on somebody say their name."""
    rows = tx.connection.execute(select(mention.c.room_id, mention.c.seq).where(mention.c.person_id == person)).all()
    for room, seq in rows:
        _rewrite(tx, _with_edits(tx.connection, room, seq), lambda body: _without_call(body, person, name))


def _with_edits(connection: Connection, room: str, seq: int) -> list[tuple[str, int]]:
    edits = select(message_edit.c.seq).where(message_edit.c.room_id == room, message_edit.c.message_seq == seq)
    return [(room, seq), *((room, each) for each in connection.scalars(edits))]


def _rewrite(tx: Transaction, places: Iterable[tuple[str, int]], change: Callable[[Body], Body]) -> None:
    for room, seq in places:
        of = (event.c.room_id == room) & (event.c.seq == seq)
        body: Body = msgspec.json.decode(tx.connection.scalars(select(event.c.body).where(of)).one())
        changed = msgspec.json.encode(change(body)).decode()
        tx.connection.execute(update(event).where(of).values(body=changed))


def _said_by(body: Body, name: str) -> Body:
    return {**body, "forwarded": {**body["forwarded"], "name": name}} if "forwarded" in body else body


def _without_call(body: Body, person: str, name: str) -> Body:
    changed = dict(body)
    if "text" in body:
        changed["text"] = MENTION.sub(lambda found: f"@{name}" if found[2] == person else found[0], body["text"])
    if "html" in body:
        shown = re.compile(rf'<span class="mention" data-who="{re.escape(person)}">[^<]*</span>')
        changed["html"] = shown.sub(lambda _: f"@{html.escape(name)}", body["html"])
    return changed
