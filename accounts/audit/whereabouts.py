"""Whose school it is that somebody signs in to, and whether from there."""

from sqlalchemy import Connection, select

from accounts import settings
from accounts.audit.networks import in_school
from accounts.model import person, school


def whereabouts(connection: Connection, person_id: str, address: str) -> tuple[str, bool]:
    """The id of the person's school, and whether `address` is one of its networks."""
    found = connection.execute(
        select(school.c.id, school.c.settings)
        .join(person, person.c.school_id == school.c.id)
        .where(person.c.id == person_id)
    ).one()
    return found.id, in_school(settings.decoded(found.settings).networks, address)
