"""Which adults somebody may ask for help: their own teachers, and the safeguarding team."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, select

from accounts import safeguarding
from accounts.model import group_member, person, role, role_called, school_group
from accounts.relations import TAUGHT_IN, TEACHING, valid, wards_of
from accounts.rights import STAFF_ROLES, Who
from accounts.rules import initials
from accounts.standing import is_open


def to_choose(connection: Connection, who: Who, now_ms: int) -> list[dict[str, Any]]:
    """Cards of the adults by name, those of the team last; `team`: whether they are in it."""
    team = set(safeguarding.receivers(connection, who.school, now_ms, who.id))
    wanted = (team | _near(connection, who, now_ms)) - {who.id}
    rows = connection.execute(
        select(person.c.id, person.c.name, role_called.label("role"))
        .outerjoin(role, role.c.id == person.c.role)
        .where(
            person.c.id.in_(sorted(wanted)), person.c.school_id == who.school, is_open(now_ms),
            safeguarding.roles_like(STAFF_ROLES),
        )
        .order_by(person.c.name, person.c.id)
    )  # fmt: skip
    cards = [
        {"id": row.id, "name": row.name, "role": row.role, "initials": initials(row.name), "team": row.id in team}
        for row in rows
    ]
    return sorted(cards, key=lambda card: card["team"])


def _near(connection: Connection, who: Who, now_ms: int) -> set[str]:
    """Those who teach a learner, or a guardian's child; of everybody else whoever they answer to."""
    match who.rights.kinds.get(who.role):
        case "learner":
            return _teachers(connection, [who.id], now_ms)
        case "guardian":
            return _teachers(connection, wards_of(connection, who.id), now_ms)
    manager = connection.scalar(select(person.c.manager_id).where(person.c.id == who.id))
    return set() if manager is None else {manager}


def _teachers(connection: Connection, learners: Sequence[str] | Collection[str], now_ms: int) -> set[str]:
    theirs = group_member.alias()
    chosen = (
        select(group_member.c.person_id)
        .join(theirs, theirs.c.group_id == group_member.c.group_id)
        .join(school_group, school_group.c.id == group_member.c.group_id)
        .where(
            theirs.c.person_id.in_(sorted(learners)), theirs.c.part == "learner", valid(theirs, now_ms),
            group_member.c.part.in_(sorted(TEACHING)), valid(group_member, now_ms),
            school_group.c.kind.in_(sorted(TAUGHT_IN)), school_group.c.archived_ms.is_(None),
        )
    )  # fmt: skip
    return set(connection.scalars(chosen))
