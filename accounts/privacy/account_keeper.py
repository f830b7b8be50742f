"""What accounts keep about a person: the account itself, groups, guardians, sessions, ways to sign in, the record."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Table, and_, delete, func, or_, select, update

from accounts.audit.model import access, audit_detail, audit_head, audit_log
from accounts.audit.reading import HELD_BACK
from accounts.audit.retention import erase_details
from accounts.children.model import card, class_code, picture_sign_in
from accounts.hours.model import absence, absence_other, quiet_hours
from accounts.invitations.model import invitation
from accounts.leaving.model import extension
from accounts.looks.model import school_logo
from accounts.model import (
    group_member,
    guardian,
    person,
    policy_change,
    role,
    school,
    school_group,
    session,
    sign_in_failure,
    term,
)
from accounts.pausing import pause
from accounts.privacy.keepers import Part, Subject
from accounts.privacy.model import hold
from accounts.privacy.names import reduced
from accounts.roster.model import roster_role, roster_run, roster_upload
from accounts.second_step.model import passkey, recovery_code, spent_challenge, totp
from accounts.sso.model import external_identity, used_sign_on
from accounts.windows.model import school_window, window_once
from storage.clock import rfc3339
from storage.database import Transaction
from storage.ids import new_id
from storage.rows import AnyRow


@dataclass(frozen=True)
class Kept:
    """A table with rows about people. `of`: the columns that name the person; `secret`: columns never handed out.

    `others`: columns that name other people, whose names are reduced. Its rows go when the person is erased.
    """

    table: Table
    title: str
    of: tuple[str, ...] = ("person_id",)
    secret: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


KEPT: Final = (
    Kept(group_member, "Groups", others=("given_by",)),
    Kept(guardian, "Guardians and wards", of=("guardian_id", "learner_id"), others=("guardian_id", "learner_id")),
    Kept(session, "Sessions", secret=("token_hash",)),
    Kept(card, "Class cards", secret=("token_hash",), others=("made_by",)),
    Kept(picture_sign_in, "Picture sign-in", secret=("own_picture", "pictures_hash")),
    Kept(totp, "Codes from an app", secret=("sealed_key",)),
    Kept(passkey, "Passkeys", secret=("public_key",)),
    Kept(recovery_code, "Recovery codes", secret=("code_hash",)),
    Kept(external_identity, "Single sign-on"),
    Kept(invitation, "One-time links", secret=("token_hash",), others=("made_by",)),
    Kept(roster_role, "Role by the roster"),
    Kept(extension, "Extensions of the account", others=("given_by",)),
    Kept(hold, "Holds against erasure", others=("given_by", "lifted_by")),
    Kept(access, "What was opened"),
    Kept(pause, "Pauses of their messages", of=("of_id",), secret=("reason",), others=("paused_by", "ended_by")),
    Kept(quiet_hours, "Quiet hours"),
    Kept(
        absence_other, "Whom to ask while somebody is away", of=("person_id", "other_id"),
        others=("person_id", "other_id"),
    ),
    Kept(absence, "Being away", others=("set_by",)),
)  # fmt: skip

# Tables of ours with nothing about one person, or whose rows stay; docs/privacy.md says why of each.
STAYING: Final = (
    school, role, policy_change, person, school_group, term, sign_in_failure, audit_log, audit_detail, audit_head,
    class_code, spent_challenge, used_sign_on, roster_run, roster_upload, school_logo,
    school_window, window_once,
)  # fmt: skip

FORMER: Final[Mapping[str, str]] = {
    "staff": "Former member of staff", "governor": "Former governor", "learner": "Former learner",
    "guardian": "Former guardian", "visitor": "Former visitor",
}  # fmt: skip
MOST_AUDIT_ROWS: Final = 100_000


class AccountKeeper:
    """The share of accounts in exports and erasures."""

    tables: Collection[str] = frozenset(table.name for table in (*(kept.table for kept in KEPT), *STAYING))

    def hand_out(self, connection: Connection, of: Subject) -> list[Part]:
        found = {kept: _rows(connection, kept, of) for kept in KEPT}
        audit = _audit(connection, of)
        people = {row[name] for kept, rows in found.items() for row in rows for name in kept.others if row[name]}
        people |= {row["by"] for row in audit if row["by"]} | {row["subject"] for row in audit if row["subject"]}
        names = {**reduced(connection, people), of.person: of.full_name or of.name}
        parts = [
            Part(kept.table.name, kept.title, [_told(row, kept, names) for row in rows]) for kept, rows in found.items()
        ]
        return [_account(connection, of), *parts, *_record_parts(audit, of, names)]

    def count(self, connection: Connection, of: Subject) -> Mapping[str, int]:
        counts = {}
        for kept in KEPT:
            counted = select(func.count()).select_from(kept.table).where(_about(kept, of))
            counts[kept.title] = connection.scalar(counted) or 0
        return counts

    def erase(self, tx: Transaction, of: Subject, by: str, now_ms: int) -> None:  # noqa: ARG002 - a Keeper's
        erase_details(tx, of.school, of.person)
        for kept in KEPT:
            tx.connection.execute(delete(kept.table).where(_about(kept, of)))
        _forget_roster_runs(tx, of)
        tx.connection.execute(update(person).where(person.c.manager_id == of.person).values(manager_id=None))
        tx.connection.execute(update(person).where(person.c.id == of.person).values(_emptied(of, now_ms)))


def _about(kept: Kept, of: Subject) -> Any:
    return or_(*(kept.table.c[name] == of.person for name in kept.of))


def _rows(connection: Connection, kept: Kept, of: Subject) -> list[dict[str, Any]]:
    columns = [column for column in kept.table.c if column.name not in kept.secret]
    return [row._asdict() for row in connection.execute(select(*columns).where(_about(kept, of)))]


def _told(row: Mapping[str, Any], kept: Kept, names: Mapping[str, str]) -> dict[str, Any]:
    """The row for a reader: moments as times, other people without their names."""
    told = dict(_times(row))
    for name in kept.others:
        told[name] = names.get(row[name], "somebody") if row[name] else None
    return told


def _times(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if name.endswith("_ms"):
            yield name.removesuffix("_ms") + "_at", None if value is None else rfc3339(value)
        else:
            yield name, value


def _account(connection: Connection, of: Subject) -> Part:
    columns = [column for column in person.c if column.name not in ("password", "manager_id")]
    row = connection.execute(select(*columns, person.c.password.is_not(None).label("has_password"))
                             .where(person.c.id == of.person)).one()  # fmt: skip
    return Part("account", "The account", [dict(_times(row._asdict()))])


def _audit(connection: Connection, of: Subject) -> Sequence[dict[str, Any]]:
    """Rows of the record by or about the person, with their details; not those that would tell that somebody asked."""
    row = audit_log.c
    chosen = (
        select(audit_log.c.seq, audit_log.c.at_ms, audit_log.c.kind, audit_log.c.by, audit_log.c.subject,
               audit_log.c.in_school, audit_detail.c.body)
        .join(audit_detail, (audit_detail.c.school_id == audit_log.c.school_id)
              & (audit_detail.c.seq == audit_log.c.seq), isouter=True)
        .where(
            row.school_id == of.school,
            or_(row.by == of.person, and_(row.subject == of.person, row.kind.not_in(HELD_BACK))),
        )
        .order_by(audit_log.c.seq)
        .limit(MOST_AUDIT_ROWS)
    )  # fmt: skip
    return [row._asdict() for row in connection.execute(chosen)]


def _record_parts(rows: Sequence[Mapping[str, Any]], of: Subject, names: Mapping[str, str]) -> list[Part]:
    told = [_told_record(row, of, names) for row in rows]
    looks = [row for row in told if row["kind"] == "looked" and row["about"] == names[of.person]]
    return [Part("looks", "Who looked", looks), Part("record", "The record", told)]


def _told_record(row: Mapping[str, Any], of: Subject, names: Mapping[str, str]) -> dict[str, Any]:
    """Details only of what is about the person: what they did to others concerns those."""
    mine = row["subject"] == of.person or row["subject"] is None
    return {
        "at": rfc3339(row["at_ms"]),
        "kind": row["kind"],
        "by": names.get(row["by"], "somebody") if row["by"] else "the program",
        "about": (names.get(row["subject"]) or "something of the school") if row["subject"] else None,
        "in_school": bool(row["in_school"]),
        "detail": msgspec.json.decode(row["body"]) if row["body"] and mine else None,
    }


def _emptied(of: Subject, now_ms: int) -> dict[str, Any]:
    return {
        "login": new_id("erased-"), "name": FORMER[of.kind], "full_name": "", "password": None, "sourced_id": None,
        "year": None, "manager_id": None, "starts_ms": None, "disabled_ms": now_ms, "erased_ms": now_ms,
        "preferences": "{}",
    }  # fmt: skip


def _forget_roster_runs(tx: Transaction, of: Subject) -> None:
    """Earlier runs keep their counts, and lose the sentences about people where one of them is this person."""
    said = [msgspec.json.encode(word).decode()[1:-1] for word in (of.full_name, of.name, of.login) if word]
    runs = tx.connection.execute(select(roster_run.c.id, roster_run.c.body).where(roster_run.c.school_id == of.school))
    for row in runs.all():
        if any(word in row.body for word in said):
            _forget_words(tx, row)
    theirs = select(roster_run.c.id).where(roster_run.c.school_id == of.school)
    tx.connection.execute(delete(roster_upload).where(roster_upload.c.run_id.in_(theirs)))


def _forget_words(tx: Transaction, run: AnyRow) -> None:
    body = msgspec.json.decode(run.body)
    kept = {
        name: value for name, value in body.items() if name not in ("sentences", "problems", "candidates", "doubts")
    }
    changed = update(roster_run).where(roster_run.c.id == run.id)
    tx.connection.execute(changed.values(body=msgspec.json.encode(kept).decode()))
