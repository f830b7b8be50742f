"""The people of a school, as its administrators look for them."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, func, literal, or_, select

from accounts.administration.rules import state_of
from accounts.model import group_member, guardian, person, role, school_group, session
from accounts.rights import ROLES, STAFF_ROLES
from realtime.refusal import Refusal
from storage.rows import AnyRow

PATH: Final = "/administration/people"
PAGE: Final = 50


COLUMNS: Final = (
    person.c.id, person.c.login, person.c.name, person.c.full_name, person.c.role, person.c.sourced_id, person.c.year,
    person.c.starts_ms, person.c.left_ms, person.c.off_ms, person.c.disabled_ms, person.c.erased_ms,
    person.c.manager_id, person.c.created_ms,
)  # fmt: skip


@dataclass(frozen=True)
class Search:
    """What is looked for; empty: everything. `page` counts from 1."""

    text: str = ""
    role: str = ""
    group: str = ""
    state: str = ""
    page: int = 1


@dataclass(frozen=True)
class Found:
    """One page of the people found, by name, and how many there are altogether."""

    people: Sequence[AnyRow]
    total: int
    pages: int


def fold(text: str) -> str:
    """For comparing: without case and accents, so that `Zoe` finds `Zoë`."""
    if text.isascii():
        return text.casefold().strip()
    plain = unicodedata.normalize("NFKD", text)
    return "".join(each for each in plain if not unicodedata.combining(each)).casefold().strip()


def candidates(connection: Connection, school_id: str, wanted: Search) -> Sequence[AnyRow]:
    """Those of the school with the role and in the group that are looked for, by name."""
    return connection.execute(_chosen(school_id, wanted).order_by(person.c.name, person.c.id)).all()


def fitting(rows: Sequence[AnyRow], wanted: Search, now_ms: int) -> Found:
    """Of these, one page of those whose names and state fit. For a large school not a thing for the event loop.

    Compared here: no database's own lower() knows every alphabet.
    """
    words = fold(wanted.text[:100]).split()
    found = [row for row in rows if _fits(row, words, wanted.state, now_ms)]
    start = PAGE * (max(1, wanted.page) - 1)
    return Found(found[start : start + PAGE], len(found), max(1, -(-len(found) // PAGE)))


def _chosen(school_id: str, wanted: Search) -> Any:
    chosen = select(*COLUMNS).where(person.c.school_id == school_id, person.c.erased_ms.is_(None))
    if wanted.role:
        chosen = chosen.where(person.c.role == wanted.role)
    if wanted.group:
        inside = select(group_member.c.person_id).where(group_member.c.group_id == wanted.group)
        chosen = chosen.where(person.c.id.in_(inside))
    return chosen


def _fits(row: AnyRow, words: Sequence[str], state: str, now_ms: int) -> bool:
    if state and state_of(row, now_ms) != state:
        return False
    if not words:
        return True
    said = fold(f"{row.name} {row.full_name} {row.login} {row.sourced_id or ''}")
    return all(word in said for word in words)


def one(connection: Connection, school_id: str, person_id: str) -> AnyRow:
    """A person of this school; Refusal `not_found`."""
    found = connection.execute(
        select(*COLUMNS, (person.c.password.is_not(None)).label("has_password")).where(
            person.c.id == person_id, person.c.school_id == school_id
        )
    ).first()
    if found is None:
        raise Refusal("not_found", "There is no such person at this school.")
    return found


def by_login(connection: Connection, school_id: str, login: str) -> AnyRow:
    """A person of this school by sign-in name; Refusal `bad_request`, for this is what somebody typed."""
    found = connection.execute(
        select(*COLUMNS).where(person.c.login == login, person.c.school_id == school_id, person.c.erased_ms.is_(None))
    ).first()
    if found is None:
        raise Refusal("bad_request", "Nobody at this school has this sign-in name.")
    return found


def base_of(connection: Connection, school_id: str, name: str) -> str:
    """The built-in role behind a role of the school; Refusal `bad_request` if the school has no such role."""
    if name in ROLES:
        return name
    found: str | None = connection.scalar(select(role.c.base).where(role.c.id == name, role.c.school_id == school_id))
    if found is None:
        raise Refusal("bad_request", "There is no such role.")
    return found


def own_roles(connection: Connection, school_id: str) -> list[AnyRow]:
    """The roles that the school made itself: id, name, base."""
    chosen = select(role.c.id, role.c.name, role.c.base).where(role.c.school_id == school_id)
    return list(connection.execute(chosen.order_by(role.c.name)).all())


def groups_of(connection: Connection, person_id: str) -> list[AnyRow]:
    """A person's groups with the part in them, covers that are over left out by the caller."""
    return list(
        connection.execute(
            select(
                school_group.c.id, school_group.c.name, school_group.c.kind, group_member.c.part,
                group_member.c.origin, group_member.c.from_ms, group_member.c.until_ms,
            )
            .join(group_member, group_member.c.group_id == school_group.c.id)
            .where(group_member.c.person_id == person_id, school_group.c.archived_ms.is_(None))
            .order_by(school_group.c.kind, school_group.c.name)
        ).all()
    )  # fmt: skip


def family_of(connection: Connection, person_id: str) -> list[AnyRow]:
    """Guardians and wards alike: id, name, login, origin, and `side`, `guardian` or `ward`."""
    sides = (("guardian", guardian.c.guardian_id, guardian.c.learner_id),
             ("ward", guardian.c.learner_id, guardian.c.guardian_id))  # fmt: skip
    found: list[AnyRow] = []
    for side, them, me in sides:
        chosen = select(person.c.id, person.c.name, person.c.login, guardian.c.origin, literal(side).label("side"))
        joined = chosen.join(guardian, them == person.c.id).where(me == person_id)
        found += connection.execute(joined.order_by(person.c.name)).all()
    return found


def sessions_of(connection: Connection, person_id: str, now_ms: int) -> list[AnyRow]:
    """The open sessions of a person, newest first; never a token."""
    return list(
        connection.execute(
            select(session.c.id, session.c.device, session.c.created_ms, session.c.method, session.c.in_school)
            .where(session.c.person_id == person_id, session.c.ended_ms.is_(None), session.c.expires_ms > now_ms)
            .order_by(session.c.created_ms.desc())
        ).all()
    )


def never_signed_in(connection: Connection, school_id: str, now_ms: int, most: int) -> tuple[int, list[AnyRow]]:
    """How many active people have no session and never had one, and some of them by name."""
    used = select(session.c.id).where(session.c.person_id == person.c.id).exists()
    active = (
        person.c.school_id == school_id, person.c.erased_ms.is_(None), person.c.disabled_ms.is_(None),
        or_(person.c.left_ms.is_(None), person.c.left_ms > now_ms),
        or_(person.c.starts_ms.is_(None), person.c.starts_ms <= now_ms),
        ~used,
    )  # fmt: skip
    count = connection.scalar(select(func.count()).select_from(person).where(*active)) or 0
    return count, list(connection.execute(select(*COLUMNS).where(*active).order_by(person.c.name).limit(most)).all())


def counts_by_state(connection: Connection, school_id: str, now_ms: int) -> Mapping[str, int]:
    """How many people of the school are active, starting, and so on."""
    counts: dict[str, int] = {}
    for row in connection.execute(_chosen(school_id, Search())):
        state = state_of(row, now_ms)
        counts[state] = counts.get(state, 0) + 1
    return counts


def groups_in(connection: Connection, school_id: str) -> list[AnyRow]:
    """The school's groups that are in use, by kind and name."""
    chosen = select(school_group).where(school_group.c.school_id == school_id, school_group.c.archived_ms.is_(None))
    return list(connection.execute(chosen.order_by(school_group.c.kind, school_group.c.name)).all())


def staff(connection: Connection, school_id: str) -> list[AnyRow]:
    """Who works at the school and has an open account, by name: offered where one of them is to be chosen."""
    own = select(role.c.id).where(role.c.school_id == school_id, role.c.base.in_(STAFF_ROLES))
    chosen = select(person.c.id, person.c.login, person.c.name, person.c.full_name, person.c.role).where(
        person.c.school_id == school_id, person.c.erased_ms.is_(None), person.c.disabled_ms.is_(None),
        person.c.role.in_(STAFF_ROLES) | person.c.role.in_(own),
    )  # fmt: skip
    return list(connection.execute(chosen.order_by(person.c.name, person.c.id)).all())
