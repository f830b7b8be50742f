"""Closing and opening accounts."""

from sqlalchemy import select, update

from accounts import sessions
from accounts.audit.log import record
from accounts.model import person, school
from accounts.rules import fold_login
from accounts.signing_in import Announce
from realtime.refusal import Refusal
from storage.database import Transaction


def find(tx: Transaction, slug: str, login: str) -> str:
    """The id of a person of a school; Refusal `not_found` if there is none."""
    found: str | None = tx.connection.scalar(
        select(person.c.id)
        .join(school, school.c.id == person.c.school_id)
        .where(school.c.slug == fold_login(slug), person.c.login == fold_login(login))
    )
    if found is None:
        raise Refusal("not_found", f"Nobody at '{slug}' signs in as '{login}'.")
    return found


def disable(tx: Transaction, person_id: str, announce: Announce, now_ms: int, *, by: str | None = None) -> None:
    """Close an account: its sessions end and its connections close. What the person wrote stays.

    `by` None: from the command line.
    """
    tx.connection.execute(update(person).where(person.c.id == person_id).values(disabled_ms=now_ms))
    sessions.end(tx, sessions.open_of(tx.connection, person_id), now_ms)
    announce(tx, person_id, "access_changed", {}, now_ms)
    record(tx, _school_of(tx, person_id), "account_closed", now_ms, by=by, subject=person_id)


def enable(tx: Transaction, person_id: str, now_ms: int, *, by: str | None = None) -> None:
    """Open a closed account again; the person signs in anew."""
    tx.connection.execute(update(person).where(person.c.id == person_id).values(disabled_ms=None))
    record(tx, _school_of(tx, person_id), "account_opened", now_ms, by=by, subject=person_id)


def _school_of(tx: Transaction, person_id: str) -> str:
    found: str = tx.connection.scalars(select(person.c.school_id).where(person.c.id == person_id)).one()
    return found
