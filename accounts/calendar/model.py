"""A school's calendar in the tables: reading it, and changing an entry of it."""

from datetime import date

from sqlalchemy import Connection, delete, select, update

from accounts import settings
from accounts.calendar.rules import Calendar, Days
from accounts.model import school, term
from realtime.refusal import Refusal
from storage.database import Transaction
from storage.ids import new_id


def load(connection: Connection, school_id: str) -> Calendar:
    """The calendar as it is now. For windows, retention and the diary."""
    settled = settings.read(connection, school_id)
    zone: str = connection.scalars(select(school.c.zone).where(school.c.id == school_id)).one()
    rows = connection.execute(select(term).where(term.c.school_id == school_id).order_by(term.c.starts_on, term.c.id))
    days = tuple(
        Days(row.id, row.kind, row.name, date.fromisoformat(row.starts_on), date.fromisoformat(row.ends_on), row.origin)
        for row in rows
    )
    return Calendar(zone, days, settled.day_starts, settled.day_ends, settled.country, settled.subdivision)


def add(tx: Transaction, school_id: str, days: Days) -> str:
    """A new entry by hand; gives its id."""
    made = new_id("t")
    tx.connection.execute(
        term.insert().values(
            id=made, school_id=school_id, kind=days.kind, name=days.name, starts_on=days.starts_on.isoformat(),
            ends_on=days.ends_on.isoformat(), origin="name",
        )
    )  # fmt: skip
    settings.rights_changed(tx, school_id)
    return made


def change(tx: Transaction, school_id: str, days: Days) -> None:
    """Refusal `not_found` where the school has no such entry by hand: the roster's own are changed by the roster."""
    values = {
        "kind": days.kind, "name": days.name, "starts_on": days.starts_on.isoformat(),
        "ends_on": days.ends_on.isoformat(),
    }  # fmt: skip
    of = (term.c.id == days.id) & (term.c.school_id == school_id) & (term.c.origin == "name")
    if not tx.connection.execute(update(term).where(of).values(**values)).rowcount:
        raise Refusal("not_found")
    settings.rights_changed(tx, school_id)


def remove(tx: Transaction, school_id: str, entry: str) -> None:
    """Refusal as of `change`."""
    of = (term.c.id == entry) & (term.c.school_id == school_id) & (term.c.origin == "name")
    if not tx.connection.execute(delete(term).where(of)).rowcount:
        raise Refusal("not_found")
    settings.rights_changed(tx, school_id)
