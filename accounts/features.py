"""What a school has switched on, and for whom: it tries a feature with some groups first, or does without."""

from typing import Final

from sqlalchemy import Connection, select

from accounts.model import group_member
from accounts.relations import valid
from accounts.rights import Who
from realtime.refusal import Refusal

FEATURES: Final = ("files", "feeds", "threads", "reactions", "scheduling", "forwarding", "push", "mail")


def on(connection: Connection, who: Who, feature: str, now_ms: int) -> bool:
    """Whether somebody has a feature. Asks the database only where the school has it for some groups."""
    if feature not in who.rights.switches:
        return True
    groups = who.rights.switches[feature]
    if not groups:
        return False
    of = (group_member.c.person_id == who.id) & group_member.c.group_id.in_(sorted(groups))
    return connection.scalar(select(group_member.c.part).where(of, valid(group_member, now_ms)).limit(1)) is not None


def require(connection: Connection, who: Who, feature: str, now_ms: int) -> None:
    """Refusal `forbidden` for somebody who does not have it."""
    if not on(connection, who, feature, now_ms):
        raise Refusal("forbidden", "Your school has not switched this on for you.")
