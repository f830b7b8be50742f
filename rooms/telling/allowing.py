"""Who may be told in which way, and when they are not to be disturbed."""

from datetime import UTC, datetime
from math import ceil
from typing import Final, Literal

from sqlalchemy import Connection, select

from accounts import features, settings
from accounts.hours import rules
from accounts.hours.model import away, hours_of, quiet_until
from accounts.model import person
from accounts.policy.store import rights_now
from accounts.rights import Who
from accounts.rules import younger_than
from accounts.standing import is_open
from rooms.telling.rules import HOUR_MS

Way = Literal["push", "mail"]
TEAM: Final = frozenset({"staff", "governor"})  # whom a call for help reaches at any hour


def may_be_told(connection: Connection, person_id: str, way: Way, now_ms: int) -> bool:
    """Whether the school lets this person be told in this way; learners only where it says so itself."""
    who = _who(connection, person_id, now_ms)
    if who is None or not features.on(connection, who, way, now_ms):
        return False
    if who.rights.kinds.get(who.role) != "learner":
        return True
    settled = settings.read(connection, who.school)
    if way == "push":
        return settled.push_for_learners
    return settled.mail_from_year > 0 and not younger_than(who.year, settled.mail_from_year)


def quiet_for(connection: Connection, person_id: str, kind: str, now_ms: int) -> int | None:
    """Until when somebody is left in peace about a room of this kind; None: they may be told now.

    Whoever is away and does not say until when is looked for again in an hour.
    """
    if kind == "help" and _is_grown_up(connection, person_id, now_ms):
        return None
    absent = away(connection, [person_id], now_ms).get(person_id)
    back = None if absent is None else absent.until_ms or now_ms + HOUR_MS
    quiet = quiet_until(connection, person_id, now_ms)
    return max((each for each in (back, quiet) if each is not None), default=None)


def quiet_now(connection: Connection, person_id: str, now_ms: int) -> tuple[bool, int | None]:
    """Whether somebody's own pages count nothing but calls for help, and in how many seconds that changes."""
    hours, calendar = hours_of(connection, person_id)
    at = datetime.fromtimestamp(now_ms / 1000, UTC)
    changes = rules.changes_at(hours, calendar, at)
    seconds = None if changes is None else max(1, ceil((changes - at).total_seconds()))
    return rules.quiet_until(hours, calendar, at) is not None, seconds


def _is_grown_up(connection: Connection, person_id: str, now_ms: int) -> bool:
    who = _who(connection, person_id, now_ms)
    return who is not None and who.rights.kinds.get(who.role) in TEAM


def _who(connection: Connection, person_id: str, now_ms: int) -> Who | None:
    of = (person.c.id == person_id) & is_open(now_ms)
    row = connection.execute(select(person.c.school_id, person.c.role, person.c.year).where(of)).first()
    if row is None:
        return None
    return Who(person_id, row.school_id, row.role, year=row.year, rights=rights_now(connection, row.school_id))
