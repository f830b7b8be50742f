"""Asking `may` about the school itself: its people, groups, roster, policy and logs."""

from datetime import UTC, datetime

from sqlalchemy import Connection, select

from accounts.model import group_member, person, school_group
from accounts.rights import Place, Verb, Who, may
from accounts.sessions import Actor
from realtime.refusal import Refusal


def require(
    connection: Connection, actor: Actor, verb: Verb, now_ms: int, *, about: str | None = None, group: str | None = None
) -> Who:
    """The asker, if they may `verb` in their school, as far as it concerns a person or a group; else a Refusal.

    `not_found` where the person or the group is not one of this school.
    """
    who = Who(actor.person, actor.school, actor.role)
    place = Place(actor.school, "school", closed=False, member=True)
    _check_school(connection, actor, about, group)
    code = may(who, verb, place, datetime.fromtimestamp(now_ms / 1000, UTC))
    if code is not None:
        raise Refusal(code)
    return who


def _check_school(connection: Connection, actor: Actor, about: str | None, group: str | None) -> None:
    if about is not None:
        of = connection.scalar(select(person.c.school_id).where(person.c.id == about))
        if of != actor.school:
            raise Refusal("not_found", "There is no such person at this school.")
    if group is not None:
        of = connection.scalar(select(school_group.c.school_id).where(school_group.c.id == group))
        if of != actor.school:
            raise Refusal("not_found", "There is no such group at this school.")


def teaches(connection: Connection, who: str, learner: str, now_ms: int) -> bool:
    """Whether `who` has a class or tutor group today in which `learner` is."""
    mine, theirs = group_member.alias(), group_member.alias()
    found = connection.scalar(
        select(mine.c.group_id)
        .join(theirs, theirs.c.group_id == mine.c.group_id)
        .where(
            mine.c.person_id == who, mine.c.part.in_(("teacher", "assistant", "head")),
            theirs.c.person_id == learner, theirs.c.part == "learner",
            (mine.c.from_ms.is_(None)) | (mine.c.from_ms <= now_ms),
            (mine.c.until_ms.is_(None)) | (mine.c.until_ms > now_ms),
        )
        .limit(1)
    )  # fmt: skip
    return found is not None
