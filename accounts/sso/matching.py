"""Who of a school's roster a provider vouches for: by the roster's id alone, and ever after by the same subject."""

from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import Connection, Select, func, select

from accounts import settings
from accounts.audit.log import record
from accounts.audit.networks import in_school
from accounts.model import person, role
from accounts.rules import younger_than
from accounts.sso.model import external_identity
from storage.database import Transaction
from storage.rows import AnyRow

Why = Literal["no_roster_id", "not_on_roster", "closed", "too_young", "other_subject", "other_person"]


class Vouched(Struct, frozen=True):
    """What a verified token says. `roster_id`: the configured claim's, if it has one."""

    issuer: str
    subject: str
    roster_id: str | None


class Match(Struct, frozen=True):
    """The person, if the roster has one; `why` they may not come in this way."""

    person: str | None
    why: Why | None = None


def match(tx: Transaction, school_id: str, vouched: Vouched, now_ms: int, address: str) -> Match:
    """The person of this school; the first time, their subject is remembered. Refusals are written down.

    `address`: the visitor's, on the network.
    """
    found = _judged(tx.connection, school_id, vouched, now_ms)
    if found.why is not None:
        inside = in_school(settings.read(tx.connection, school_id).networks, address)
        detail = {"method": "sso", "why": found.why}
        record(tx, school_id, "sign_in_failed", now_ms, by=None, subject=found.person, in_school=inside, detail=detail)
        return found
    _remember(tx.connection, school_id, vouched, found.person, now_ms)
    return found


def _judged(connection: Connection, school_id: str, vouched: Vouched, now_ms: int) -> Match:
    if vouched.roster_id is None:
        return Match(None, "no_roster_id")
    row = connection.execute(_by_roster_id(school_id, vouched.roster_id)).first()
    if row is None:
        return Match(None, "not_on_roster")
    if not _open(row, now_ms):
        return Match(row.id, "closed")
    if row.role == "learner" and younger_than(row.year, settings.read(connection, school_id).passwords_from_year):
        return Match(row.id, "too_young")
    return Match(row.id, _disagreement(connection, school_id, vouched, row.id))


def _by_roster_id(school_id: str, roster_id: str) -> Select[Any]:
    """Held until the end: two first sign-ins of one person, at once, must not both be the first."""
    return (
        select(
            person.c.id, person.c.year, person.c.disabled_ms, person.c.erased_ms, person.c.starts_ms, person.c.off_ms,
            func.coalesce(role.c.base, person.c.role).label("role"),
        )
        .outerjoin(role, role.c.id == person.c.role)
        .where(person.c.school_id == school_id, person.c.sourced_id == roster_id)
        .with_for_update(of=person)
    )  # fmt: skip


def _open(row: AnyRow, now_ms: int) -> bool:
    closed = row.disabled_ms is not None or row.erased_ms is not None
    over = row.off_ms is not None and row.off_ms <= now_ms
    return not closed and not over and (row.starts_ms is None or row.starts_ms <= now_ms)


def _disagreement(connection: Connection, school_id: str, vouched: Vouched, person_id: str) -> Why | None:
    """The provider may give neither this subject to another person, nor this person another subject."""
    rows = connection.execute(
        select(external_identity.c.subject, external_identity.c.person_id).where(
            external_identity.c.school_id == school_id,
            external_identity.c.issuer == vouched.issuer,
            (external_identity.c.subject == vouched.subject) | (external_identity.c.person_id == person_id),
        )
    ).all()
    if any(row.person_id != person_id for row in rows):
        return "other_person"
    return "other_subject" if any(row.subject != vouched.subject for row in rows) else None


def _remember(connection: Connection, school_id: str, vouched: Vouched, person_id: str | None, now_ms: int) -> None:
    known = select(external_identity.c.person_id).where(
        external_identity.c.school_id == school_id,
        external_identity.c.issuer == vouched.issuer,
        external_identity.c.subject == vouched.subject,
    )
    if connection.scalar(known) is None:
        connection.execute(
            external_identity.insert().values(
                school_id=school_id, issuer=vouched.issuer, subject=vouched.subject, person_id=person_id,
                first_ms=now_ms,
            )
        )  # fmt: skip
