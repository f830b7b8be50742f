"""Recording that somebody looked."""

from typing import Any, Final

import msgspec
from sqlalchemy import Connection, select

from accounts.administration.rules import start_of, today
from accounts.audit.log import record
from accounts.audit.model import audit_detail, audit_log
from accounts.sessions import Actor
from storage.database import Transaction

LOOKED: Final = "looked"


def look(
    tx: Transaction, actor: Actor, what: str, now_ms: int, *, subject: str | None = None, group: str | None = None,
    kind: str = LOOKED,
) -> None:  # fmt: skip
    """Record a look at something, or at something of the person `subject`'s or of a group: once a session and day."""
    if not looked(tx.connection, actor, what, now_ms, subject=subject, group=group, kind=kind):
        record(
            tx, actor.school, kind, now_ms, by=actor.person, subject=subject, in_school=actor.in_school,
            detail=_detail(actor, what, group),
        )  # fmt: skip


def looked(
    connection: Connection, actor: Actor, what: str, now_ms: int, *, subject: str | None = None,
    group: str | None = None, kind: str = LOOKED,
) -> bool:  # fmt: skip
    """Whether the look was recorded in this session today, by the school's clock."""
    row, detail = audit_log.c, audit_detail.c
    found = connection.scalar(
        select(row.seq)
        .join(audit_detail, (detail.school_id == row.school_id) & (detail.seq == row.seq))
        .where(
            row.school_id == actor.school, row.kind == kind, row.by == actor.person,
            row.subject.is_(None) if subject is None else row.subject == subject,
            row.at_ms >= start_of(today(now_ms, actor.zone), actor.zone),
            detail.body == msgspec.json.encode(_detail(actor, what, group)).decode(),
        )
        .limit(1)
    )  # fmt: skip
    return found is not None


def _detail(actor: Actor, what: str, group: str | None) -> dict[str, Any]:
    return {"what": what, "session": actor.session, **({} if group is None else {"group": group})}
