"""What the tests of oversight do over and over."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
from msgspec import structs
from sqlalchemy import Connection

from accounts.audit.model import audit_detail, audit_log
from accounts.model import policy_change
from accounts.model import session as session_table
from accounts.policy import store
from accounts.policy.rules import shipped
from accounts.sessions import Actor
from realtime.connection import Caller
from rooms.oversight.commands import LookInto, PauseMessaging, RecallMessage, ResumeMessaging
from storage.clock import Clock
from storage.database import Transaction
from tests.rooms.stickies.people import Class, class_of
from tests.world import School, World

SATURDAY = datetime(2026, 11, 21, 12, tzinfo=UTC)  # when learners may write to each other


async def on_saturday(world: World) -> Class:
    """The class, on a day without school; the safeguarding lead has shown a second factor."""
    world.clock = Clock(SATURDAY)
    here = await class_of(world)
    await strong(world, here.lead)
    return here


def later(world: World, **by: float) -> None:
    world.clock = Clock(world.clock.now() + timedelta(**by))


async def strong(world: World, *people: Caller) -> None:
    for each in people:
        await world.set(session_table, {"strong": True}, id=each.session)


async def actor(world: World, of: Caller) -> Actor:
    """The person in the session that the caller has."""
    rows = await world.rows(session_table, id=of.session)
    school_id = of.card["school"]
    return Actor(
        of.person, of.session, rows[0].expires_ms, of.card["name"], of.card["role"], school_id, "", "", "primary",
        "Europe/London", bool(rows[0].strong), False, of.card["role"],
    )  # fmt: skip


async def allow(world: World, school: School, rule: str, **changed: Any) -> None:
    """Have a rule of the school's policy hold, changed in this way."""
    body = msgspec.json.encode(structs.replace(shipped("primary")[rule], on=True, **changed)).decode()
    row = {"school_id": school.id, "rule": rule, "body": body, "changed_by": "p1", "changed_ms": world.now_ms}

    def change(tx: Transaction) -> None:
        tx.connection.execute(policy_change.insert().values(row))
        store.changed(tx, school.id, lambda *_: None, world.now_ms)

    await world.database.write(change)


def look(by: Caller, into: str, reason: str = "Ava asked me to", role: str = "safeguarding") -> LookInto:
    return msgspec.convert(
        {"room": by.own_room, "key": str(uuid4()), "into": into, "reason": reason, "role": role}, LookInto
    )  # fmt: skip


def pause(by: Caller, scope: str, of: str | None = None, reason: str = "A fight at lunch") -> PauseMessaging:
    return msgspec.convert(
        {"room": by.own_room, "key": str(uuid4()), "scope": scope, "of": of, "reason": reason}, PauseMessaging
    )  # fmt: skip


def resume(by: Caller, of: str) -> ResumeMessaging:
    return ResumeMessaging(room=by.own_room, key=uuid4(), pause=of)


def recall(by: Caller, of: str, message: str, *, quietly: bool = False) -> RecallMessage:
    return RecallMessage(room=by.own_room, key=uuid4(), of=of, message=message, reason="It hurts", quietly=quietly)


async def recorded(world: World, school: School, kind: str) -> list[tuple[str | None, str | None, dict[str, Any]]]:
    """The rows of the record of a kind: by whom, about whom, and their details."""

    def read(connection: Connection) -> list[Any]:
        of = (audit_detail.c.school_id == audit_log.c.school_id) & (audit_detail.c.seq == audit_log.c.seq)
        joined = audit_log.join(audit_detail, of)
        chosen = joined.select().where(audit_log.c.school_id == school.id, audit_log.c.kind == kind)
        return list(connection.execute(chosen.order_by(audit_log.c.seq)).all())

    return [(row.by, row.subject, msgspec.json.decode(row.body)) for row in await world.database.read(read)]
