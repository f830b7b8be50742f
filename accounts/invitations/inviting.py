"""Invitations: made by whoever sees to sign-in, printed, used once within four weeks."""

import secrets
from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Connection, func, select, update

from accounts import sessions, settings
from accounts.asking import require
from accounts.audit.log import record
from accounts.invitations.model import invitation
from accounts.model import person, role, school
from accounts.rights import LEADERS
from accounts.rules import younger_than
from accounts.sessions import Actor
from accounts.signing_in import Announce
from accounts.standing import is_open
from realtime.refusal import Refusal
from storage.database import Transaction
from storage.ids import new_id

LIFETIME_MS: Final = 28 * 24 * 3600 * 1000
MOST_AT_ONCE: Final = 300
GUARDED: Final = LEADERS | {"dsl"}


class Invitation(Struct, frozen=True):
    """What is printed: who, how they sign in, and the token, which is kept nowhere."""

    name: str
    login: str
    role: str
    token: str


class Invited(Struct, frozen=True):
    """Whom a token invites."""

    id: str
    person: str
    name: str
    login: str
    school_id: str
    school_slug: str
    school_name: str


def make(tx: Transaction, actor: Actor, person_ids: Sequence[str], now_ms: int) -> list[Invitation]:
    """An invitation for each; earlier ones of theirs end. Refusals as of `require` and `_check_may_have`."""
    made = [_make(tx, actor, each, now_ms) for each in person_ids[:MOST_AT_ONCE]]
    for each in person_ids[:MOST_AT_ONCE]:
        record(tx, actor.school, "invitation_made", now_ms, by=actor.person, subject=each, in_school=actor.in_school)
    return made


def _make(tx: Transaction, actor: Actor, person_id: str, now_ms: int) -> Invitation:
    require(tx.connection, actor, "manage_sign_in", now_ms, about=person_id)
    row = _row(tx.connection, person_id)
    _check_may_have(tx.connection, actor, row, now_ms)
    end_all(tx, person_id, now_ms)
    token = secrets.token_urlsafe(24)
    tx.connection.execute(
        invitation.insert().values(
            id=new_id("i"), token_hash=sessions.hash_token(token), person_id=person_id, made_by=actor.person,
            made_ms=now_ms, expires_ms=now_ms + LIFETIME_MS,
        )
    )  # fmt: skip
    return Invitation(row.full_name or row.name, row.login, row.role, token)


def end_all(tx: Transaction, person_id: str, now_ms: int) -> None:
    """No earlier link of this person works any more."""
    of = (invitation.c.person_id == person_id) & invitation.c.used_ms.is_(None)
    tx.connection.execute(update(invitation).where(of, invitation.c.expires_ms > now_ms).values(expires_ms=now_ms))


def _row(connection: Connection, person_id: str) -> Any:
    return connection.execute(
        select(person, func.coalesce(role.c.base, person.c.role).label("base"))
        .outerjoin(role, role.c.id == person.c.role)
        .where(person.c.id == person_id)
    ).one()


def _check_may_have(connection: Connection, actor: Actor, row: Any, now_ms: int) -> None:
    """Whoever makes a link for a leader could use it themselves: that takes the right to change the policy."""
    if row.disabled_ms is not None or row.erased_ms is not None or (row.off_ms is not None and row.off_ms <= now_ms):
        raise Refusal("bad_request", "This account is closed.")
    first_year = settings.read(connection, row.school_id).passwords_from_year
    if row.base == "learner" and younger_than(row.year, first_year):
        raise Refusal("bad_request", "Learners of this year sign in with a card or pictures.")
    if row.base in GUARDED and row.id != actor.person:
        require(connection, actor, "change_policy", now_ms)


def waiting(connection: Connection, actor: Actor, now_ms: int) -> dict[str, list[str]]:
    """By role, who of the school has no password yet and could have one: the ids."""
    require(connection, actor, "manage_sign_in", now_ms)
    first_year = settings.read(connection, actor.school).passwords_from_year
    rows = connection.execute(
        select(person.c.id, person.c.role, person.c.year)
        .where(person.c.school_id == actor.school, person.c.password.is_(None), person.c.erased_ms.is_(None),
               person.c.left_ms.is_(None), is_open(now_ms))
        .order_by(person.c.name, person.c.id)
    )  # fmt: skip
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.role != "learner" or not younger_than(row.year, first_year):
            found.setdefault(row.role, []).append(row.id)
    return found


def find(connection: Connection, token: str, now_ms: int) -> Invited:
    """Whom it invites; Refusal `not_found`, the same for every link that does not work."""
    row = connection.execute(
        select(invitation.c.id, person.c.id.label("person_id"), person.c.name, person.c.login,
               school.c.id.label("school_id"), school.c.slug, school.c.name.label("school_name"))
        .join(person, person.c.id == invitation.c.person_id)
        .join(school, school.c.id == person.c.school_id)
        .where(
            invitation.c.token_hash == sessions.hash_token(token[:200]), invitation.c.used_ms.is_(None),
            invitation.c.expires_ms > now_ms, person.c.disabled_ms.is_(None), person.c.erased_ms.is_(None),
            person.c.off_ms.is_(None) | (person.c.off_ms > now_ms),
        )
    ).first()  # fmt: skip
    if row is None:
        raise Refusal("not_found", "This link was used already, or is too old. Ask your school for another.")
    return Invited(row.id, row.person_id, row.name, row.login, row.school_id, row.slug, row.school_name)


def accept(tx: Transaction, token: str, hashed: str, announce: Announce, now_ms: int) -> Invited:
    """Set the password; sessions that are open end. Refusal as of `find`; a link works for the first of two."""
    invited = find(tx.connection, token, now_ms)
    of = (invitation.c.id == invited.id) & invitation.c.used_ms.is_(None)
    if not tx.connection.execute(update(invitation).where(of).values(used_ms=now_ms)).rowcount:
        raise Refusal("not_found", "This link was used already, or is too old. Ask your school for another.")
    tx.connection.execute(update(person).where(person.c.id == invited.person).values(password=hashed))
    if ended := sessions.open_of(tx.connection, invited.person):
        sessions.end(tx, ended, now_ms)
        announce(tx, invited.person, "session_ended", {"sessions": sorted(ended)}, now_ms)
    record(tx, invited.school_id, "invitation_used", now_ms, by=invited.person, subject=invited.person)
    return invited
