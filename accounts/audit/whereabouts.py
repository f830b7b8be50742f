"""Whose school it is that somebody signs in to, and whether from there."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from accounts import settings
from accounts.audit.networks import in_school
from storage.rows import Statement

_schools: Final = Statement(
    lambda _, given: (
        f"""
        SELECT person.id, school.id, school.settings
        FROM {given} AS given
        JOIN person ON person.id = given.person
        JOIN school ON school.id = person.school_id
    """
    ),
    {"person": str},
)


def whereabouts(connection: Connection, person_id: str, address: str) -> tuple[str, bool]:
    """The id of the person's school, and whether `address` is one of its networks; KeyError if there is nobody."""
    return all_whereabouts(connection, [(person_id, address)])[0]


def all_whereabouts(connection: Connection, visits: Sequence[tuple[str, str]]) -> list[tuple[str, bool]]:
    """The same for each (person, address)."""
    rows = _schools.run(connection, [(each,) for each in sorted({person for person, _ in visits})])
    found = {person: (school, settings.decoded(text).networks) for person, school, text in rows}
    return [(found[person][0], in_school(found[person][1], address)) for person, address in visits]
