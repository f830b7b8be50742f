"""What forms say about quiet hours and absences, checked and kept."""

from collections.abc import Collection
from datetime import time, timedelta
from typing import Final

import msgspec
from sqlalchemy import Connection, delete, select

from accounts.administration.rules import DAY_MS, day_of, start_of, today
from accounts.asking import require
from accounts.audit.log import record
from accounts.frame import Form
from accounts.hours.model import absence, absence_other, planned, quiet_hours
from accounts.hours.rules import WEEKDAYS, Hours
from accounts.model import person
from accounts.policy.store import rights_now
from accounts.sessions import Actor
from accounts.signing_in import Announce
from accounts.standing import is_open
from realtime.refusal import Refusal
from storage.database import Transaction
from storage.rows import AnyRow

LONGEST_LINE: Final = 120  # characters
MOST_OTHERS: Final = 3
FURTHEST_MS: Final = 366 * DAY_MS

_encode: Final = msgspec.json.Encoder().encode


def colleagues(connection: Connection, school_id: str, but: str, now_ms: int) -> list[AnyRow]:
    """The staff of a school, by name, whom somebody else can name as the one to ask."""
    kinds = rights_now(connection, school_id).kinds
    staff = sorted(role for role, kind in kinds.items() if kind == "staff")
    rows = connection.execute(
        select(person.c.id, person.c.name)
        .where(person.c.school_id == school_id, person.c.role.in_(staff), is_open(now_ms), person.c.id != but)
        .order_by(person.c.name, person.c.id)
    )
    return list(rows.all())


def is_staff(connection: Connection, school_id: str, person_id: str) -> bool:
    role = connection.scalar(select(person.c.role).where(person.c.id == person_id, person.c.school_id == school_id))
    return rights_now(connection, school_id).kinds.get(role or "") == "staff"


def may_be_away(connection: Connection, actor: Actor) -> bool:
    """Grown-ups say it themselves; whether a child is at school is not said here."""
    return rights_now(connection, actor.school).kinds.get(actor.role) != "learner"


class Changing:
    """Somebody at work on their own hours, or a leader on those of a member of staff; in one transaction."""

    def __init__(self, tx: Transaction, actor: Actor, announce: Announce, now_ms: int) -> None:
        self._tx = tx
        self._actor = actor
        self._announce = announce
        self._now_ms = now_ms

    def settle(self, form: Form) -> None:
        """The asker's own quiet hours."""
        body = _encode(_hours(form)).decode()
        self._tx.connection.execute(delete(quiet_hours).where(quiet_hours.c.person_id == self._actor.person))
        self._tx.connection.execute(quiet_hours.insert().values(person_id=self._actor.person, body=body))
        self._tell(self._actor.person)

    def go(self, of: str, form: Form) -> None:
        """Somebody is away, as the form says, and instead of what was said before."""
        self._check(of)
        from_ms = start_of(day_of(form.text("from")), self._actor.zone)
        until_ms = start_of(day_of(form.text("back")), self._actor.zone) if form.text("back") else None
        if from_ms > self._now_ms + FURTHEST_MS or (until_ms or 0) > from_ms + FURTHEST_MS:
            raise Refusal("bad_request", "Choose days within a year.")
        if until_ms is not None and until_ms <= max(from_ms, self._now_ms):
            raise Refusal("bad_request", "The first day back comes after today, and after the first day away.")
        self._keep(of, from_ms, until_ms, _line(form), self._others(of, form.all("other")))

    def go_today(self, of: str) -> None:
        """Somebody is away for the rest of this day."""
        self._check(of)
        tomorrow = today(self._now_ms, self._actor.zone) + timedelta(days=1)
        self._keep(of, self._now_ms, start_of(tomorrow, self._actor.zone), "", ())

    def come_back(self, of: str) -> None:
        self._check(of)
        if planned(self._tx.connection, of, self._now_ms) is None:
            return
        self._forget(of)
        self._told(of, "absence_ended", [])

    def _check(self, of: str) -> None:
        """Refusal unless it is oneself, or a member of staff whom the asker manages."""
        if of == self._actor.person:
            if not may_be_away(self._tx.connection, self._actor):
                raise Refusal("forbidden")
            return
        require(self._tx.connection, self._actor, "manage_people", self._now_ms, about=of)
        if not is_staff(self._tx.connection, self._actor.school, of):
            raise Refusal("bad_request", "This can be said of members of staff.")

    def _others(self, of: str, chosen: Collection[str]) -> tuple[str, ...]:
        wanted = dict.fromkeys(each for each in chosen if each)
        known = {row.id for row in colleagues(self._tx.connection, self._actor.school, of, self._now_ms)}
        if len(wanted) > MOST_OTHERS or not known.issuperset(wanted):
            raise Refusal("bad_request", "Please choose from the list whom one can ask.")
        return tuple(wanted)

    def _keep(self, of: str, from_ms: int, until_ms: int | None, line: str, others: Collection[str]) -> None:
        self._forget(of)
        values = {
            "person_id": of, "from_ms": from_ms, "until_ms": until_ms, "line": line, "set_by": self._actor.person,
        }  # fmt: skip
        self._tx.connection.execute(absence.insert().values(**values))
        if others:
            self._tx.connection.execute(
                absence_other.insert(), [{"person_id": of, "other_id": each} for each in others]
            )
        self._told(of, "absence_set", [name for name in ("until_ms", "line") if values[name]])

    def _forget(self, of: str) -> None:
        self._tx.connection.execute(delete(absence_other).where(absence_other.c.person_id == of))
        self._tx.connection.execute(delete(absence).where(absence.c.person_id == of))

    def _told(self, of: str, kind: str, fields: list[str]) -> None:
        """What one says of oneself is no matter of the record; what a leader says of somebody is."""
        self._tell(of)
        if of != self._actor.person:
            detail = {"fields": fields}
            record(
                self._tx, self._actor.school, kind, self._now_ms, by=self._actor.person, subject=of,
                in_school=self._actor.in_school, detail=detail,
            )  # fmt: skip

    def _tell(self, of: str) -> None:
        """Their own open pages, which count by it."""
        self._announce(self._tx, of, "hours_changed", {}, self._now_ms)


def _hours(form: Form) -> Hours:
    """Refusal `bad_request` for what no clock shows."""
    begins, ends = (form.text(name)[:5] for name in ("begins", "ends"))
    days = frozenset(int(each) for each in form.all("day") if each in {"0", "1", "2", "3", "4", "5", "6"})
    try:
        time.fromisoformat(begins), time.fromisoformat(ends)
    except ValueError:
        raise Refusal("bad_request", "Please give two times, such as 18:00 and 07:30.") from None
    if days == WEEKDAYS:
        raise Refusal("bad_request", "Leave one day of the week that is not quiet all day.")
    return Hours(form.get("on") == "true", begins, ends, days, form.get("closed") == "true")


def _line(form: Form) -> str:
    line = " ".join(form.text("line").split())
    if len(line) > LONGEST_LINE or not (line.isprintable() or line == ""):
        raise Refusal("bad_request", "This line has at most 120 letters.")
    return line
