"""What the pages of oversight show, read in one transaction each."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, func, select

from accounts import pausing
from accounts.asking import who_of
from accounts.model import person
from accounts.rights import Place, Who, may
from accounts.rules import initials
from accounts.sessions import Actor
from accounts.standing import is_open
from realtime.refusal import Refusal
from rooms import private
from rooms.oversight import looking, model
from rooms.oversight.rules import MOST_SHOWN
from storage.rows import AnyRow

SHORTEST: Final = 2  # letters of a name that is looked for


def act(connection: Connection, actor: Actor, of: AnyRow, now_ms: int) -> tuple[str, str] | None:
    """The way to somebody's threads without text, for their card."""
    who, at = who_of(connection, actor, now_ms), datetime.fromtimestamp(now_ms / 1000, UTC)
    there = steps_in(who, now_ms) or (
        looking.looks_at_all(who) and looking.would_look(connection, who, of.id, now_ms, at)
    )
    return ("stickies", f"/oversight/people/{of.id}") if there else None


def desk(connection: Connection, actor: Actor, sought: str, now_ms: int) -> dict[str, Any]:
    """The page of pauses and of the latest looks; Refusal `not_found` for who may not step in."""
    who = who_of(connection, actor, now_ms)
    if not steps_in(who, now_ms):
        raise Refusal("not_found")
    held, over = pausing.standing(connection, actor.school), pausing.ended(connection, actor.school)
    sees = looking.looks_at_all(who)
    looks = model.latest(connection, actor.school) if sees else []
    rooms = {each.of_id for each in [*held, *over] if each.scope == "thread"} | {each.room_id for each in looks}
    there = private.ever_in(connection, rooms)
    called = _names(connection, [*held, *over])
    return {
        "held": [_pause(each, called, there) for each in held],
        "over": [_pause(each, called, there) for each in over],
        "looks": [
            {"room": each.room_id, "by": each.full_name or each.name, "role": each.role, "reason": each.reason,
             "at_ms": each.at_ms, "people": _listed(there.get(each.room_id, ()))}
            for each in looks
        ],
        "sees": sees,
        "sought": sought,
        "found": _found(connection, actor, sought, now_ms) if len(sought) >= SHORTEST else None,
    }  # fmt: skip


def _found(connection: Connection, actor: Actor, sought: str, now_ms: int) -> list[dict[str, str]]:
    """People of the school by a part of their name."""
    like = f"%{sought.lower().replace('%', '').replace('_', '')}%"
    of = (person.c.school_id == actor.school) & (person.c.id != actor.person) & is_open(now_ms)
    named = func.lower(person.c.name).like(like) | func.lower(person.c.full_name).like(like)
    rows = connection.execute(select(person).where(of, named).order_by(person.c.name, person.c.id).limit(MOST_SHOWN))
    return [{"id": row.id, "name": row.full_name or row.name, "role": row.role} for row in rows]


def of_person(connection: Connection, actor: Actor, person_id: str, now_ms: int) -> dict[str, Any]:
    """Somebody's threads without their text, as far as the asker may look into them."""
    who, at = who_of(connection, actor, now_ms), datetime.fromtimestamp(now_ms / 1000, UTC)
    stepping_in, looks = steps_in(who, now_ms), looking.looks_at_all(who)
    chosen = select(person).where(person.c.id == person_id, person.c.school_id == actor.school)
    row = connection.execute(chosen).first()
    if row is None or not (stepping_in or looks) or person_id == actor.person:
        raise Refusal("not_found", "There is no such person at this school.")
    threads = looking.threads_of(connection, who, person_id, now_ms, at) if looks else []
    if not threads and not stepping_in and not looking.would_look(connection, who, person_id, now_ms, at):
        raise Refusal("not_found", "There is no such person at this school.")
    pauses = [each for each in pausing.standing(connection, actor.school) if each.of_id == person_id]
    return {
        "of": {"id": row.id, "name": row.name, "initials": initials(row.name)},
        "threads": [{**asdict(each), "people": _listed(each.people)} for each in threads] if looks else None,
        "steps_in": stepping_in and who.rights.kinds.get(row.role) != "staff",
        "pause": pauses[0].id if pauses else None,
    }


def of_thread(
    connection: Connection, actor: Actor, room_id: str, before: int | None, now_ms: int
) -> dict[str, Any]:  # fmt: skip
    """All of a thread while a look is good; before that, who is in it and how much there is to see."""
    who = _judged(connection, actor, room_id, now_ms)
    threads = looking.told(connection, [room_id])
    if not threads:
        raise Refusal("not_found")
    about = {
        "room": room_id, "people": _listed(threads[0].people), "count": threads[0].said,
        "first_ms": threads[0].first_ms, "last_ms": threads[0].last_ms, "steps_in": steps_in(who, now_ms),
    }  # fmt: skip
    standing = model.standing(connection, (actor.person, actor.session), room_id, now_ms)
    if standing is None:
        return {**about, "begun": None}
    pauses = [each.id for each in pausing.standing(connection, actor.school) if each.of_id == room_id]
    begun = {"reason": standing.reason, "role": standing.role, "until_ms": standing.until_ms}
    page = looking.page(connection, room_id, before)
    return {**about, "begun": begun, "page": page, "pause": pauses[0] if pauses else None}


def require_look(connection: Connection, actor: Actor, room_id: str, now_ms: int) -> dict[str, Any]:
    """That the asker may look, and that the look that they began is still good; else Refusal `not_found`."""
    _judged(connection, actor, room_id, now_ms)
    if model.standing(connection, (actor.person, actor.session), room_id, now_ms) is None:
        raise Refusal("not_found")
    return {}


def steps_in(who: Who, now_ms: int) -> bool:
    at = datetime.fromtimestamp(now_ms / 1000, UTC)
    return may(who, "step_in", Place(who.school, "school", closed=False, member=True), at) is None


def _judged(connection: Connection, actor: Actor, room_id: str, now_ms: int) -> Who:
    who = who_of(connection, actor, now_ms)
    code = looking.judge(connection, who, room_id, now_ms, datetime.fromtimestamp(now_ms / 1000, UTC))
    if code is not None:
        raise Refusal(code)
    return who


def _pause(row: AnyRow, called: dict[str, str], there: dict[str, list[AnyRow]]) -> dict[str, Any]:
    return {
        "id": row.id, "scope": row.scope, "of": row.of_id, "reason": row.reason, "at_ms": row.at_ms,
        "by": called.get(row.paused_by, ""), "ended_ms": row.ended_ms, "ended_by": called.get(row.ended_by or "", ""),
        "name": called.get(row.of_id or "", ""), "people": _listed(there.get(row.of_id or "", ())),
    }  # fmt: skip


def _names(connection: Connection, pauses: Sequence[AnyRow]) -> dict[str, str]:
    ids: Collection[str] = {of for each in pauses for of in (each.of_id, each.paused_by, each.ended_by) if of}
    rows = connection.execute(
        select(person.c.id, person.c.name, person.c.full_name).where(person.c.id.in_(sorted(ids)))
    )
    return {row.id: row.full_name or row.name for row in rows}


def _listed(people: Sequence[AnyRow]) -> list[dict[str, str]]:
    return [{"id": each.id, "name": each.name, "initials": initials(each.name)} for each in people]
