"""Other people in somebody's export: who they were to the school, not who they are."""

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import Connection, select

from accounts.model import person, role
from accounts.rights import KINDS, Kind
from accounts.rules import initials

_OTHERS: Final[Mapping[Kind, str]] = {
    "learner": "a learner", "guardian": "a guardian", "governor": "a governor", "visitor": "a visitor",
}  # fmt: skip


def reduced(connection: Connection, people: Collection[str]) -> dict[str, str]:
    """By person: initials for staff, and no more than `a learner` for a child."""
    listed = sorted(people)
    found: dict[str, str] = {}
    for start in range(0, len(listed), 500):
        chosen = (
            select(person.c.id, person.c.name, person.c.full_name, person.c.role, role.c.base)
            .join(role, role.c.id == person.c.role, isouter=True)
            .where(person.c.id.in_(listed[start : start + 500]))
        )
        for row in connection.execute(chosen):
            kind = KINDS.get(row.base or row.role, "visitor")
            found[row.id] = _OTHERS.get(kind) or f"{initials(row.full_name or row.name)} (staff)"
    return found
