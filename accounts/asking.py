"""Asking `may` about the school itself: its people, groups, roster, policy and logs."""

from collections.abc import Collection
from datetime import UTC, datetime

from msgspec import structs
from sqlalchemy import Connection, select

from accounts import relations
from accounts.model import person, school_group
from accounts.policy.store import rights_now
from accounts.rights import Place, SchoolVerb, Verb, Who, may, opens_at
from accounts.sessions import Actor
from realtime.refusal import Refusal


def require(
    connection: Connection, actor: Actor, verb: Verb, now_ms: int, *, about: str | None = None, group: str | None = None
) -> Who:
    """The asker, if they may `verb` in their school, as far as it concerns a person or a group; else a Refusal.

    `not_found` where the person or the group is not one of this school; `second_step` where it takes a second factor.
    """
    who = who_of(connection, actor, now_ms)
    place = _place(connection, actor, about, group, now_ms)
    at = datetime.fromtimestamp(now_ms / 1000, UTC)
    code = may(who, verb, place, at)
    if code is not None:
        raise refusal(code, who, verb, place, at)
    return who


def refusal(code: str, who: Who, verb: Verb, place: Place | None, at: datetime) -> Refusal:
    """The refusal of this code; where a window is closed it says when that opens, if that is known."""
    opens = opens_at(who, verb, place, at) if code == "window_closed" and place is not None else None
    return Refusal(code) if opens is None else Refusal(code, opens_at=opens.isoformat())


def allowed(connection: Connection, actor: Actor, verbs: Collection[SchoolVerb], now_ms: int) -> frozenset[SchoolVerb]:
    """Of these verbs, those that the asker may do to everybody of the school, if need be after a second step."""
    who = structs.replace(who_of(connection, actor, now_ms), strong=True)
    place, at = _whole_school(actor), datetime.fromtimestamp(now_ms / 1000, UTC)
    return frozenset(verb for verb in verbs if may(who, verb, place, at) is None)


def groups_for(connection: Connection, actor: Actor, verb: SchoolVerb, now_ms: int) -> list[str]:
    """The groups whose learners the asker may `verb`: the whole school's, or those that they teach."""
    if verb in allowed(connection, actor, [verb], now_ms):
        every = select(school_group.c.id).where(
            school_group.c.school_id == actor.school, school_group.c.archived_ms.is_(None)
        )
        return list(connection.scalars(every.order_by(school_group.c.name, school_group.c.id)))
    who, at = who_of(connection, actor, now_ms), datetime.fromtimestamp(now_ms / 1000, UTC)
    place = structs.replace(_whole_school(actor), others=("learner",), relations=frozenset({"own_learner"}))
    if may(who, verb, place, at) is not None:
        return []
    return relations.teaching_groups(connection, actor.person, now_ms)


def who_of(connection: Connection, actor: Actor, now_ms: int) -> Who:
    """The asker, as this transaction sees them."""
    row = connection.execute(select(person.c.role, person.c.year, person.c.left_ms).where(person.c.id == actor.person))
    role, year, left_ms = row.one()
    leaver = left_ms is not None and left_ms <= now_ms
    rights = rights_now(connection, actor.school)
    return Who(actor.person, actor.school, role, True, leaver, year, bool(actor.strong), rights)


def _place(connection: Connection, actor: Actor, about: str | None, group: str | None, now_ms: int) -> Place:
    place = _whole_school(actor)
    if about is not None:
        found = connection.execute(select(person.c.school_id, person.c.role).where(person.c.id == about)).first()
        if found is None or found.school_id != actor.school:
            raise Refusal("not_found", "There is no such person at this school.")
        to = relations.between(connection, actor.person, about, now_ms)
        place = structs.replace(place, others=(found.role,), relations=to)
    if group is not None:
        of = connection.scalar(select(school_group.c.school_id).where(school_group.c.id == group))
        if of != actor.school:
            raise Refusal("not_found", "There is no such group at this school.")
        teaches = group in relations.teaching_groups(connection, actor.person, now_ms)
        place = structs.replace(place, others=("learner",), relations={"own_learner"} if teaches else frozenset())
    return place


def _whole_school(actor: Actor) -> Place:
    return Place(actor.school, "school", closed=False, member=True)
