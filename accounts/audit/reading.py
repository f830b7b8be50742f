"""Reading a school's own rows of the audit log: newest first, filtered, a page at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select

from accounts.audit.model import audit_detail, audit_log
from accounts.model import person, role
from accounts.privacy.model import hold
from accounts.rules import fold_login

PAGE: Final = 50
MOST_PEOPLE: Final = 50  # of the same name
LOOKS: Final = ("looked", "exported")
# What is told only later to whom it was about, or not at all: it could say that somebody has asked for help.
HELD_BACK: Final = ("looked_into", "message_recalled")
LATER_MS: Final = 28 * 24 * 3600 * 1000


@dataclass(frozen=True)
class Chosen:
    """What is looked for; empty: everything. `day`: the first and the first no more millisecond of it."""

    who: str = ""
    kind: str = ""
    day: tuple[int, int] | None = None
    before: int | None = None  # rows with a smaller seq only


@dataclass(frozen=True)
class Row:
    """A row as people of the school read it."""

    seq: int
    at_ms: int
    kind: str
    by: str | None
    subject: str | None
    in_school: bool
    detail: dict[str, Any]
    hash: str


@dataclass(frozen=True)
class Named:
    """What somebody is called. `role`: a built-in one, or the name that the school gave its own."""

    login: str
    name: str
    role: str


def rows(connection: Connection, school_id: str, chosen: Chosen, limit: int = PAGE) -> list[Row]:
    """At most `limit` rows of this school, newest first."""
    wanted = _select().where(audit_log.c.school_id == school_id, *_conditions(connection, school_id, chosen))
    return [_row(each) for each in connection.execute(wanted.order_by(audit_log.c.seq.desc()).limit(limit))]


def looks_at(
    connection: Connection, school_id: str, person_id: str, before: int | None, limit: int, now_ms: int
) -> list[Row]:
    """Who looked at, or took along, what is this person's; not what they did themselves.

    Looks into threads are told four weeks later, and not while somebody holds the person's data.
    """
    row = audit_log.c
    held = select(hold.c.id).where(hold.c.person_id == person_id, hold.c.lifted_ms.is_(None))
    late = and_(row.kind == "looked_into", row.at_ms < now_ms - LATER_MS, ~held.exists())
    wanted = _select().where(
        row.school_id == school_id, row.subject == person_id, or_(row.kind.in_(LOOKS), late),
        or_(row.by.is_(None), row.by != person_id),
    )  # fmt: skip
    if before is not None:
        wanted = wanted.where(row.seq < before)
    return [_row(each) for each in connection.execute(wanted.order_by(row.seq.desc()).limit(limit))]


def sign_ins_of(connection: Connection, school_id: str, person_id: str, since_ms: int, before_ms: int) -> list[Row]:
    """When a person signed in, or somebody tried to as them, newest first."""
    row = audit_log.c
    wanted = _select().where(
        row.school_id == school_id, row.subject == person_id, row.kind.in_(("signed_in", "sign_in_failed")),
        row.at_ms >= since_ms, row.at_ms < before_ms,
    )  # fmt: skip
    return [_row(each) for each in connection.execute(wanted.order_by(row.at_ms.desc()).limit(200))]


def names(connection: Connection, school_id: str, ids: Collection[str]) -> dict[str, Named]:
    """What people of this school are called, by id; nobody else's name is ever among them."""
    found = connection.execute(
        select(person.c.id, person.c.login, person.c.name, person.c.full_name, person.c.role, role.c.name.label("own"))
        .outerjoin(role, role.c.id == person.c.role)
        .where(person.c.school_id == school_id, person.c.id.in_(ids))
    )
    return {each.id: Named(each.login, each.full_name or each.name, each.own or each.role) for each in found}


def people_of(shown: Sequence[Row]) -> set[str]:
    return {each for row in shown for each in (row.by, row.subject) if each}


def _select() -> Select[Any]:
    row, detail = audit_log.c, audit_detail.c
    of = and_(detail.school_id == row.school_id, detail.seq == row.seq)
    return select(audit_log, detail.body).outerjoin(audit_detail, of)


def _conditions(connection: Connection, school_id: str, chosen: Chosen) -> list[ColumnElement[bool]]:
    row, conditions = audit_log.c, []
    if chosen.who:
        ids = _ids(connection, school_id, chosen.who)
        conditions.append(or_(row.by.in_(ids), row.subject.in_(ids)))
    if chosen.kind:
        conditions.append(row.kind == chosen.kind)
    if chosen.day:
        conditions += [row.at_ms >= chosen.day[0], row.at_ms < chosen.day[1]]
    if chosen.before is not None:
        conditions.append(row.seq < chosen.before)
    return conditions


def _ids(connection: Connection, school_id: str, who: str) -> list[str]:
    """The person who signs in so, else those in whose name all these words are."""
    words = fold_login(who[:100]).split()
    people = connection.execute(
        select(person.c.id, person.c.login, person.c.name, person.c.full_name).where(person.c.school_id == school_id)
    ).all()
    exactly = [each.id for each in people if each.login == fold_login(who)]
    said = ((each.id, fold_login(f"{each.name} {each.full_name}")) for each in people)
    return exactly or [found for found, name in said if all(word in name for word in words)][:MOST_PEOPLE]


def _row(row: Any) -> Row:
    return Row(row.seq, row.at_ms, row.kind, row.by, row.subject, row.in_school, _detail(row.body), row.hash)


def _detail(body: str | None) -> dict[str, Any]:
    """Empty if it was deleted, or somebody spoiled it by hand: the page shows the rest, the verification tells."""
    try:
        found = msgspec.json.decode(body or "{}")
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}
