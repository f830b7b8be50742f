"""A class teacher's overview: traffic of stickies, not text, and nobody's name but the learner's own."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, case, func, select

from accounts.asking import require, who_of
from accounts.children.register import children
from accounts.model import person, school_group
from accounts.relations import between_all
from accounts.sessions import Actor
from rooms import private
from rooms.model import event, member, room
from rooms.oversight.rules import DAY_MS, Said, partner, traffic


def of_class(connection: Connection, actor: Actor, group: str, now_ms: int) -> dict[str, Any]:
    """For whoever may see when these learners were here; Refusal for others, and `not_found` for no such group."""
    require(connection, actor, "see_access_log", now_ms, group=group)
    learners = children(connection, group, now_ms)
    ids = [each.id for each in learners]
    said = _said(connection, ids, now_ms)
    there = {
        of: [each.id for each in people]
        for of, people in private.ever_in(connection, {each.room for each in said}).items()
    }
    pairs = {(one, other) for people in there.values() for one in people for other in people if one in set(ids)}
    relations = between_all(connection, pairs, now_ms)
    kinds = _kinds(connection, actor, {other for _, other in pairs}, now_ms)
    partners = {(one, other): partner(kinds.get(other), relations[one, other]) for one, other in pairs if one != other}
    counted = traffic(ids, said, there, partners)
    name = connection.scalars(select(school_group.c.name).where(school_group.c.id == group)).one()
    return {
        "group": {"id": group, "name": name},
        "learners": [{"id": each.id, "name": each.name, "counts": counted[each.id]} for each in learners],
    }


def _said(connection: Connection, learners: Collection[str], now_ms: int) -> list[Said]:
    """How much each person said in each thread that these learners are in. Where help is asked for is no thread."""
    threads = (
        select(member.c.room_id)
        .join(room, room.c.id == member.c.room_id)
        .where(member.c.person_id.in_(learners), room.c.kind == "thread")
    )
    week = func.sum(case((event.c.at_ms >= now_ms - 7 * DAY_MS, 1), else_=0))
    rows = connection.execute(
        select(event.c.room_id, event.c.author_id, week, func.count())
        .where(
            event.c.room_id.in_(threads), event.c.kind.in_(private.SAID), event.c.at_ms >= now_ms - 30 * DAY_MS,
            event.c.at_ms <= now_ms,
        )
        .group_by(event.c.room_id, event.c.author_id)
    )  # fmt: skip
    return [Said(row[0], row[1], int(row[2]), int(row[3])) for row in rows]


def _kinds(connection: Connection, actor: Actor, people: Collection[str], now_ms: int) -> dict[str, str]:
    kinds = who_of(connection, actor, now_ms).rights.kinds
    rows = connection.execute(select(person.c.id, person.c.role).where(person.c.id.in_(sorted(people))))
    return {row.id: kinds[row.role] for row in rows if row.role in kinds}
