"""What becomes of a sticky that is not read yet: its reader's devices are told once, and again when it is read.

Nothing is sent here. What is to go out is written down, in the transaction that decides it, and goes from there.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, delete, select, update

from accounts.model import session
from accounts.rights import may
from rooms import grants, private
from rooms.posting import Posted
from rooms.telling import model
from rooms.telling.allowing import may_be_told, quiet_for
from rooms.telling.model import Thread, Unread, mail_choice, push, push_subscription, telling
from rooms.telling.rules import GRACE_MS, VERIFY_MS
from rooms.turn import Turn
from storage.database import Database, Transaction
from storage.ids import new_id
from storage.rows import AnyRow

MOST_AT_ONCE: Final = 100


def tell(turn: Turn, _: Posted, seq: int) -> None:
    """A hook of posting: whoever has a device that says so is told of it, unless they read it in a moment."""
    place = turn.grant.place
    if place is None or place.kind not in private.KINDS:
        return
    tell_in(turn, turn.room, seq)


def tell_in(turn: Turn, room: str, seq: int) -> None:
    """The same of what a command says in another room than its own: where somebody asks for help."""
    people = model.told_on_devices(turn.connection, room, turn.who.id)
    model.tell(turn.connection, {each: new_id("t") for each in people}, room, seq, turn.now_ms + GRACE_MS)


def untell(tx: Transaction, room: str, seqs: Sequence[int], by: str, now_ms: int) -> None:  # noqa: ARG001 - a hook
    """A hook of removing: perhaps nothing is left of which they were told."""
    told = (telling.c.room_id == room) & telling.c.told_seq.is_not(None)
    tx.connection.execute(update(telling).where(told).values(due_ms=now_ms))


async def settle_all(database: Database, now_ms: int) -> int:
    """Settle what it is time for; gives how many that were."""
    found = await database.read(model.to_settle, now_ms, MOST_AT_ONCE)
    for person, room in found:
        await database.write(settle, person, room, now_ms)
    return len(found)


def tidy(tx: Transaction, now_ms: int) -> None:
    """Nothing is kept of browsers on which nobody is signed in any more, nor of addresses that nobody has confirmed."""
    over = session.c.id.is_(None) | session.c.ended_ms.is_not(None) | (session.c.expires_ms <= now_ms)
    found = select(push_subscription.c.id).outerjoin(session, session.c.id == push_subscription.c.session_id)
    model.take_devices(tx.connection, list(tx.connection.scalars(found.where(over).limit(MOST_AT_ONCE))))
    asked = mail_choice.c.verified_ms.is_(None) & (mail_choice.c.sent_ms <= now_ms - VERIFY_MS)
    tx.connection.execute(delete(mail_choice).where(asked))


def settle(tx: Transaction, person: str, room: str, now_ms: int) -> None:
    """Decide what this person's devices are told of this room, now. Of two servers one does it."""
    row = _claimed(tx.connection, person, room)
    if row is None:
        return
    thread = _readable(tx.connection, person, room, now_ms)
    unread = None if thread is None else model.unread_in(tx.connection, thread, person)
    if thread is None or unread is None:
        _end(tx, row, now_ms)
    elif row.told_seq is not None and thread.read < row.told_seq:
        _put(tx, row, due_ms=None)  # they know already that something waits
    elif row.due_ms is not None and row.due_ms > now_ms:
        return  # another server has seen to it since
    else:
        _tell(tx, row, thread, unread, now_ms)


def _tell(tx: Transaction, row: AnyRow, thread: Thread, unread: Unread, now_ms: int) -> None:
    if not may_be_told(tx.connection, row.person_id, "push", now_ms):
        return _end(tx, row, now_ms)
    devices = [each.id for each in model.devices_of(tx.connection, row.person_id, now_ms)]
    until_ms = quiet_for(tx.connection, row.person_id, thread.kind, now_ms)
    if not devices:
        return _end(tx, row, now_ms)
    if until_ms is not None:
        return _put(tx, row, due_ms=until_ms, told_seq=None)
    _send(tx, devices, "help" if thread.kind == "help" else "sticky", row.tag, now_ms)
    return _put(tx, row, due_ms=None, told_seq=unread.seq)


def _end(tx: Transaction, row: AnyRow, now_ms: int) -> None:
    """Nothing waits there any more: what a device shows of it goes."""
    of = (telling.c.person_id == row.person_id) & (telling.c.room_id == row.room_id)
    tx.connection.execute(delete(telling).where(of))
    if row.told_seq is not None:
        devices = [each.id for each in model.devices_of(tx.connection, row.person_id, now_ms)]
        _send(tx, devices, "close", row.tag, now_ms)


def _send(tx: Transaction, devices: Sequence[str], kind: str, tag: str, now_ms: int) -> None:
    """To each of these, instead of what is still on its way about the same."""
    if not devices:
        return
    tx.connection.execute(delete(push).where(push.c.tag == tag, push.c.subscription_id.in_(devices)))
    rows = [{"id": new_id("n"), "subscription_id": each, "kind": kind, "tag": tag, "due_ms": now_ms, "tries": 0}
            for each in devices]  # fmt: skip
    tx.connection.execute(push.insert(), rows)


def _put(tx: Transaction, row: AnyRow, **values: int | None) -> None:
    of = (telling.c.person_id == row.person_id) & (telling.c.room_id == row.room_id)
    tx.connection.execute(update(telling).where(of).values(**values))


def _claimed(connection: Connection, person: str, room: str) -> AnyRow | None:
    of = (telling.c.person_id == person) & (telling.c.room_id == room)
    return connection.execute(select(telling).where(of).with_for_update(skip_locked=True)).first()


def _readable(connection: Connection, person: str, room: str, now_ms: int) -> Thread | None:
    """The thread, if this person may still read there."""
    grant = grants.load_absent(connection, [(0, person, person, room, None)], now_ms)[0]
    if may(grant.who, "read", grant.place, datetime.fromtimestamp(now_ms / 1000, UTC)) is not None:
        return None
    return model.thread(connection, person, room, now_ms)
