"""The command line's way to let a leaver keep their access for longer: `corridor person extend`."""

from sqlalchemy import select

from accounts.administration.rules import day_of
from accounts.leaving.leavers import By, Leaving
from accounts.model import person
from accounts.people import find
from accounts.signing_in import Announce
from storage.database import Transaction


def extend(tx: Transaction, slug: str, login: str, until: str, reason: str, announce: Announce, now_ms: int) -> None:
    """The account ends after the day `until`, such as 2027-07-31; Refusals say what cannot be."""
    whom = find(tx, slug, login)
    school_id = tx.connection.scalars(select(person.c.school_id).where(person.c.id == whom)).one()
    Leaving(tx, school_id, By(None), announce, now_ms).extend(whom, day_of(until), reason)
