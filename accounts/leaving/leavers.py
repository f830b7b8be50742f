"""Leavers: set a last day, extend an account with who and why, undo both, and list who is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, or_, select, update

from accounts import settings
from accounts.administration.rules import DAY_MS, last_day
from accounts.audit.log import record
from accounts.leaving.model import extension
from accounts.leaving.rules import check_reason, check_until, span
from accounts.model import person, school
from accounts.signing_in import Announce
from realtime.refusal import Refusal
from storage.database import Transaction
from storage.ids import new_id
from storage.rows import AnyRow


@dataclass(frozen=True)
class By:
    """Who decides: a person, or None for the command line; and whether from the school's network."""

    person: str | None
    in_school: bool = False


class Leaving:
    """Decisions about when one school's people leave, in one transaction. Whether somebody may is asked before."""

    def __init__(self, tx: Transaction, school_id: str, by: By, announce: Announce, now_ms: int) -> None:
        self.tx = tx
        self.school = school_id
        self.by = by
        self.announce = announce
        self.now_ms = now_ms
        self.zone: str = tx.connection.scalars(select(school.c.zone).where(school.c.id == school_id)).one()

    def leave(self, person_id: str, last_school_day: date) -> None:
        """From the day after on they only read, and a time later, which the school has settled, the account ends."""
        self._one(person_id)
        left_ms, off_ms = span(last_school_day, self._leaver_days(), self.zone)
        self._set(person_id, left_ms, self._extended(person_id) or off_ms)
        self._done("leaver_set", person_id, {"left_ms": left_ms, "off_ms": off_ms})

    def stay(self, person_id: str) -> None:
        """Undo it: they do not leave."""
        self._one(person_id)
        self._undo_extensions(person_id)
        self._set(person_id, None, None)
        self._done("leaver_unset", person_id, {})

    def extend(self, person_id: str, until: date, reason: str) -> None:
        """The account ends after this day and not before, because of what somebody wrote."""
        found = self._leaver(person_id)
        until_ms, why = check_until(until, self.now_ms, self.zone), check_reason(reason)
        self._undo_extensions(person_id)
        self.tx.connection.execute(
            extension.insert().values(
                id=new_id("x"), person_id=person_id, given_by=self.by.person, reason=why, until_ms=until_ms,
                at_ms=self.now_ms,
            )
        )  # fmt: skip
        self._set(person_id, found.left_ms, until_ms)
        self._done("leaver_extended", person_id, {"until_ms": until_ms, "before_ms": found.off_ms})

    def undo_extension(self, person_id: str) -> None:
        """The account ends when it would have ended without."""
        found = self._leaver(person_id)
        if not self._undo_extensions(person_id):
            raise Refusal("bad_request", "There is no extension to take back.")
        _, off_ms = span(last_day(found.left_ms, self.zone), self._leaver_days(), self.zone)
        self._set(person_id, found.left_ms, off_ms)
        self._done("leaver_extension_undone", person_id, {"off_ms": off_ms})

    def _one(self, person_id: str) -> AnyRow:
        found = self.tx.connection.execute(
            select(person.c.left_ms, person.c.off_ms).where(
                person.c.id == person_id, person.c.school_id == self.school, person.c.erased_ms.is_(None)
            )
        ).first()
        if found is None:
            raise Refusal("not_found", "There is no such person at this school.")
        return found

    def _leaver(self, person_id: str) -> AnyRow:
        found = self._one(person_id)
        if found.left_ms is None:
            raise Refusal(
                "bad_request", "Only the account of somebody who leaves can be extended. Set a last day first."
            )
        return found

    def _leaver_days(self) -> int:
        return settings.read(self.tx.connection, self.school).leaver_days

    def _extended(self, person_id: str) -> int | None:
        standing = extension.c.undone_ms.is_(None)
        found: int | None = self.tx.connection.scalar(
            select(func.max(extension.c.until_ms)).where(extension.c.person_id == person_id, standing)
        )
        return found

    def _undo_extensions(self, person_id: str) -> int:
        standing = (extension.c.person_id == person_id) & extension.c.undone_ms.is_(None)
        done = self.tx.connection.execute(update(extension).where(standing).values(undone_ms=self.now_ms))
        return done.rowcount

    def _set(self, person_id: str, left_ms: int | None, off_ms: int | None) -> None:
        values = {"left_ms": left_ms, "off_ms": off_ms}
        self.tx.connection.execute(update(person).where(person.c.id == person_id).values(values))

    def _done(self, kind: str, person_id: str, detail: dict[str, Any]) -> None:
        record(
            self.tx, self.school, kind, self.now_ms,
            by=self.by.person, subject=person_id, in_school=self.by.in_school, detail=detail or None,
        )  # fmt: skip
        self.announce(self.tx, person_id, "access_changed", {}, self.now_ms)


def due(connection: Connection, school_id: str, now_ms: int, days: int) -> list[AnyRow]:
    """Open accounts of leavers: those who leave, or whose account ends, within so many days, soonest first.

    Those who read only at this moment are among them whatever their end.
    """
    soon = now_ms + days * DAY_MS
    chosen = select(person).where(
        person.c.school_id == school_id, person.c.erased_ms.is_(None), person.c.disabled_ms.is_(None),
        or_(person.c.off_ms.is_(None), person.c.off_ms > now_ms),
        or_(person.c.left_ms <= soon, person.c.off_ms <= soon),
    )  # fmt: skip
    return list(connection.execute(chosen.order_by(person.c.left_ms, person.c.name, person.c.id)).all())


def ended(connection: Connection, school_id: str, now_ms: int, most: int) -> list[AnyRow]:
    """Accounts that have ended and still hold personal data, the latest first."""
    over = (person.c.school_id == school_id, person.c.erased_ms.is_(None), person.c.off_ms <= now_ms)
    chosen = select(person).where(*over).order_by(person.c.off_ms.desc(), person.c.name)
    return list(connection.execute(chosen.limit(most)).all())


def extensions(connection: Connection, people: Sequence[str]) -> dict[str, list[AnyRow]]:
    """All extensions of these people, the latest first, each with `giver`, the name of who gave it."""
    giver = person.alias()
    found: dict[str, list[AnyRow]] = {}
    for start in range(0, len(people), 500):
        chosen = (
            select(extension, giver.c.name.label("giver"))
            .join(giver, giver.c.id == extension.c.given_by, isouter=True)
            .where(extension.c.person_id.in_(people[start : start + 500]))
        )
        for row in connection.execute(chosen.order_by(extension.c.at_ms.desc(), extension.c.id)):
            found.setdefault(row.person_id, []).append(row)
    return found
