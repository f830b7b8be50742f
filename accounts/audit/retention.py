"""How long details of sign-ins and the access log are kept; and that a person's details go with the person.

The chain itself tells of both, so that a detail that is missing without such a row is found.
"""

from typing import Final

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, delete, or_, select

from accounts import settings
from accounts.audit.log import record
from accounts.audit.model import access, audit_detail, audit_log
from accounts.model import school
from storage.database import Transaction

DAY_MS: Final = 24 * 3600 * 1000
RETAINED: Final = ("signed_in", "sign_in_failed")  # kinds whose details are kept as long as the access log
EXPIRED: Final = "details_expired"
ERASED: Final = "erased"
SLACK_MS: Final = 7 * DAY_MS  # rows of a server whose clock was behind


class _Expired(Struct):
    before: int


def expire(tx: Transaction, school_id: str, now_ms: int) -> int:
    """Delete what a school keeps no longer; gives how much that was, and records it if it was anything."""
    before = now_ms - settings.read(tx.connection, school_id).access_log_days * DAY_MS
    details = _expire_details(tx, school_id, before)
    seen = tx.connection.execute(delete(access).where(access.c.school_id == school_id, access.c.at_ms < before))
    if details + seen.rowcount:
        detail = {"before": before, "details": details, "access": seen.rowcount}
        record(tx, school_id, EXPIRED, now_ms, by=None, detail=detail)
    return details + seen.rowcount


def _expire_details(tx: Transaction, school_id: str, before: int) -> int:
    """Only from where the last time left off: the chain grows for years, and others wait to write."""
    since = expired_before(tx.connection, school_id) - SLACK_MS
    old = select(audit_log.c.seq).where(
        audit_log.c.school_id == school_id, audit_log.c.kind.in_(RETAINED),
        audit_log.c.at_ms >= since, audit_log.c.at_ms < before,
    )  # fmt: skip
    gone = delete(audit_detail).where(audit_detail.c.school_id == school_id, audit_detail.c.seq.in_(old))
    return tx.connection.execute(gone).rowcount


def expired_before(connection: Connection, school_id: str) -> int:
    """Until when details have been deleted, in milliseconds; 0 if none have."""
    bodies = connection.scalars(
        select(audit_detail.c.body)
        .join(audit_log, (audit_log.c.school_id == audit_detail.c.school_id) & (audit_log.c.seq == audit_detail.c.seq))
        .where(audit_log.c.school_id == school_id, audit_log.c.kind == EXPIRED)
    )
    return max(map(_before, bodies), default=0)


def _before(body: str) -> int:
    """0 from a detail that somebody spoiled: the verification tells of it."""
    try:
        return msgspec.json.decode(body, type=_Expired).before
    except msgspec.DecodeError:
        return 0


def erase_details(tx: Transaction, school_id: str, person_id: str) -> int:
    """Delete the details of all rows by or about a person, and what the access log has of them; gives how many.

    To be followed, in the same transaction, by a record of the kind `erased` with this subject.
    """
    theirs = select(audit_log.c.seq).where(
        audit_log.c.school_id == school_id, or_(audit_log.c.by == person_id, audit_log.c.subject == person_id)
    )
    gone = delete(audit_detail).where(audit_detail.c.school_id == school_id, audit_detail.c.seq.in_(theirs))
    seen = delete(access).where(access.c.person_id == person_id)
    return tx.connection.execute(gone).rowcount + tx.connection.execute(seen).rowcount


def erased_people(connection: Connection, school_id: str) -> dict[str, int]:
    """People who were erased, with the seq of the last row that says so."""
    rows = connection.execute(
        select(audit_log.c.subject, audit_log.c.seq)
        .where(audit_log.c.school_id == school_id, audit_log.c.kind == ERASED)
        .order_by(audit_log.c.seq)
    )
    return {row.subject: row.seq for row in rows if row.subject}


def schools(connection: Connection) -> list[str]:
    return list(connection.scalars(select(school.c.id).order_by(school.c.id)))
