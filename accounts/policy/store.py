"""Policy and roles in the database; the compiled rights of a school, read again only after a change."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec
from msgspec import structs
from sqlalchemy import Connection, func, select

from accounts import pausing, settings
from accounts.calendar.model import load
from accounts.model import person, policy_change, role, school, session
from accounts.policy.rules import SETS, Changes, OwnRoles, Rule, compiled
from accounts.policy.timetable import Timetable
from accounts.rights import NOTHING, Rights
from accounts.windows.model import held_once, own_windows
from storage.database import Transaction

MOST_KEPT: Final = 1000  # schools whose rights this process remembers

# Tells people, in their own rooms' logs: (transaction, people, kind, body, milliseconds).
AnnounceAll = Callable[[Transaction, Sequence[str], str, dict[str, Any], int], None]

_decode_rule = msgspec.json.Decoder(Rule).decode
_kept: dict[str, tuple[int, Rights]] = {}


def rights_of(connection: Connection, school_id: str, version: int) -> Rights:
    """What the school has settled, as of `version` of it."""
    kept = _kept.get(school_id)
    if kept is not None and kept[0] == version:
        return kept[1]
    rights = _load(connection, school_id)
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[school_id] = (version, rights)
    return rights


def last_known(school_id: str) -> Rights:
    """What the school had settled when this process last asked: for what is only shown, such as a menu."""
    kept = _kept.get(school_id)
    return NOTHING if kept is None else kept[1]


def rights_now(connection: Connection, school_id: str) -> Rights:
    version = connection.scalars(select(school.c.rights_version).where(school.c.id == school_id)).one()
    return rights_of(connection, school_id, version)


def _load(connection: Connection, school_id: str) -> Rights:
    settled = settings.read(connection, school_id)
    rights = compiled(
        phase_of(connection, school_id), changes_of(connection, school_id), own_roles(connection, school_id),
        settled.second_step, own_windows=own_windows(connection, school_id),
    )  # fmt: skip
    timetable = timetable_of(connection, school_id)
    switches = {
        name: frozenset(switch.groups) if switch.on == "groups" else None
        for name, switch in settled.features.items()
        if switch.on != "everybody"
    }
    return structs.replace(
        rights, is_open=timetable.is_open, opens_at=timetable.opens_at, changes_at=timetable.changes_at,
        switches=switches, labels=settled.labels, paused=pausing.paused(connection, school_id),
        safeguarding=_safeguarding(own_roles(connection, school_id)),
    )  # fmt: skip


def _safeguarding(own: OwnRoles) -> frozenset[str]:
    """The roles of the safeguarding team, with those that the school copied from them."""
    named = SETS["safeguarding"]
    return named | {role for role, base in own.items() if base in named}


def timetable_of(connection: Connection, school_id: str) -> Timetable:
    """When the school's windows open and close."""
    return Timetable(load(connection, school_id), own_windows(connection, school_id), held_once(connection, school_id))


def phase_of(connection: Connection, school_id: str) -> str:
    phase: str = connection.scalars(select(school.c.phase).where(school.c.id == school_id)).one()
    return phase


def changes_of(connection: Connection, school_id: str) -> Changes:
    of = policy_change.c.school_id == school_id
    rows = connection.execute(select(policy_change.c.rule, policy_change.c.body).where(of).order_by("rule"))
    return {name: None if body is None else _decode_rule(body) for name, body in rows}


def own_roles(connection: Connection, school_id: str) -> OwnRoles:
    rows = connection.execute(select(role.c.id, role.c.base).where(role.c.school_id == school_id))
    return {row[0]: row[1] for row in rows}


def role_names(connection: Connection, school_id: str) -> dict[str, str]:
    """The names of the school's own roles, by id."""
    rows = connection.execute(
        select(role.c.id, role.c.name).where(role.c.school_id == school_id).order_by(func.lower(role.c.name))
    )
    return {row[0]: row[1] for row in rows}


def changed(tx: Transaction, school_id: str, announce: AnnounceAll, now_ms: int) -> None:
    """Rights of this school are other ones from this transaction on, for everybody who is connected too."""
    settings.rights_changed(tx, school_id)
    here = (
        select(person.c.id)
        .join(session, session.c.person_id == person.c.id)
        .where(person.c.school_id == school_id, session.c.ended_ms.is_(None), session.c.expires_ms > now_ms)
    )
    announce(tx, tx.connection.scalars(here.distinct().order_by(person.c.id)).all(), "access_changed", {}, now_ms)
