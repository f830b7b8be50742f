"""The safeguarding team: who receives what children ask, report and worry about."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import ColumnElement, Connection, select

from accounts.model import person, role
from accounts.policy.rules import SETS
from accounts.policy.store import last_known
from accounts.rights import LEADERS, Who
from accounts.sessions import Actor
from accounts.standing import is_open

TEAM: Final = SETS["safeguarding"]


def roles_like(names: Collection[str]) -> ColumnElement[bool]:
    """Whether a person has one of these built-in roles, or one that their school copied from it."""
    copied = select(role.c.id).where(role.c.base.in_(sorted(names)))
    return person.c.role.in_(sorted(names)) | person.c.role.in_(copied)


def team(connection: Connection, school_id: str, now_ms: int) -> list[str]:
    """The ids of those who are in the team at this moment, in their order."""
    return _present(connection, school_id, TEAM, now_ms)


def receivers(connection: Connection, school_id: str, now_ms: int, without: str | None = None) -> list[str]:
    """Whom something reaches: the team without this person; where nobody is left of it, the leaders without them."""
    for names in (TEAM, LEADERS):
        found = [each for each in _present(connection, school_id, names, now_ms) if each != without]
        if found:
            return found
    return []


def in_team(who: Who) -> bool:
    return who.role in who.rights.safeguarding


def safeguards(asker: Actor | None) -> bool:
    """Whether the menu leads this person to the inbox. Quick: it is asked on every page."""
    return asker is not None and asker.role in last_known(asker.school).safeguarding


def _present(connection: Connection, school_id: str, names: Collection[str], now_ms: int) -> list[str]:
    here = (person.c.school_id == school_id) & roles_like(names) & is_open(now_ms)
    still = person.c.left_ms.is_(None) | (person.c.left_ms > now_ms)
    return list(connection.scalars(select(person.c.id).where(here, still).order_by(person.c.id)))
