"""Holds and erasures. What others wrote, the evidence and the record's chain stay as they are."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, select, update

from accounts.administration.changes import touchable
from accounts.administration.desk import Hooks
from accounts.administration.rules import state_of
from accounts.asking import require
from accounts.audit.log import record
from accounts.leaving.rules import check_reason
from accounts.model import group_member, person
from accounts.privacy.exporting import subject
from accounts.privacy.keepers import Keeper
from accounts.privacy.model import hold
from accounts.rules import fold_login
from accounts.sessions import Actor
from realtime.refusal import Refusal
from storage.database import Transaction
from storage.ids import new_id
from storage.rows import AnyRow

CLOSED: Final = ("disabled", "off")


def holds(connection: Connection, person_id: str) -> list[AnyRow]:
    """All holds on a person's data, the latest first, each with `giver`, the name of who gave it."""
    giver = person.alias()
    chosen = (
        select(hold, giver.c.name.label("giver"))
        .join(giver, giver.c.id == hold.c.given_by, isouter=True)
        .where(hold.c.person_id == person_id)
        .order_by(hold.c.at_ms.desc(), hold.c.id)
    )
    return list(connection.execute(chosen).all())


def is_held(connection: Connection, person_id: str) -> bool:
    standing = select(hold.c.id).where(hold.c.person_id == person_id, hold.c.lifted_ms.is_(None)).limit(1)
    return connection.scalar(standing) is not None


def put_hold(tx: Transaction, actor: Actor, person_id: str, reason: str, now_ms: int) -> None:
    """Nothing of this person is erased until the hold is lifted, because of what somebody wrote.

    Whoever reads the record may hold, and so may the safeguarding lead, who erases nobody.
    """
    require(tx.connection, actor, "read_audit", now_ms, about=person_id)
    subject(tx.connection, actor.school, person_id)
    why = check_reason(reason)
    tx.connection.execute(
        hold.insert().values(id=new_id("h"), person_id=person_id, given_by=actor.person, reason=why, at_ms=now_ms)
    )
    _record(tx, actor, "erasure_held", person_id, now_ms)


def lift_hold(tx: Transaction, actor: Actor, person_id: str, now_ms: int) -> None:
    require(tx.connection, actor, "read_audit", now_ms, about=person_id)
    standing = (hold.c.person_id == person_id) & hold.c.lifted_ms.is_(None)
    values = {"lifted_ms": now_ms, "lifted_by": actor.person}
    if not tx.connection.execute(update(hold).where(standing).values(values)).rowcount:
        raise Refusal("bad_request", "There is no hold to lift.")
    _record(tx, actor, "erasure_hold_lifted", person_id, now_ms)


def preview(connection: Connection, school_id: str, person_id: str, keepers: Sequence[Keeper]) -> Mapping[str, int]:
    """What an erasure would take away, by the English words for it; nothing that is nought."""
    of = subject(connection, school_id, person_id)
    counts = {what: n for keeper in keepers for what, n in keeper.count(connection, of).items()}
    return {what: n for what, n in counts.items() if n}


def erase(
    tx: Transaction, actor: Actor, person_id: str, typed: str, keepers: Sequence[Keeper], hooks: Hooks, now_ms: int
) -> None:
    """Take away all that is personal. `typed`: the person's sign-in name, typed to confirm.

    Refusals: `bad_request` while the account is open, while there is a hold, or if another name was typed.
    """
    _check(tx, actor, person_id, typed, now_ms)
    if tx.connection.dialect.name == "sqlite":
        tx.connection.exec_driver_sql("PRAGMA secure_delete=ON")  # what is deleted is overwritten, not only let go
    of = subject(tx.connection, actor.school, person_id)
    counts = preview(tx.connection, actor.school, person_id, keepers)
    groups = _groups_of(tx.connection, person_id)
    for keeper in keepers:
        keeper.erase(tx, of, actor.person, now_ms)
    hooks.groups_changed(tx, actor.school, groups, now_ms)
    _record(tx, actor, "erased", person_id, now_ms, {"kind": of.kind, "rows": sum(counts.values())})


def _check(tx: Transaction, actor: Actor, person_id: str, typed: str, now_ms: int) -> None:
    require(tx.connection, actor, "erase_person", now_ms, about=person_id)
    found = touchable(tx.connection, actor, person_id, now_ms)
    if found.erased_ms is not None:
        raise Refusal("bad_request", "Everything personal is gone already.")
    if person_id == actor.person or state_of(found, now_ms) not in CLOSED:
        raise Refusal("bad_request", "Close the account first. Only a closed account can be erased.")
    if is_held(tx.connection, person_id):
        raise Refusal("bad_request", "There is a hold on this person's data. It has to be lifted first.")
    if fold_login(typed) != found.login:
        raise Refusal("bad_request", "This is not the sign-in name of this person. Nothing was erased.")


def _groups_of(connection: Connection, person_id: str) -> list[str]:
    chosen = select(group_member.c.group_id).where(group_member.c.person_id == person_id)
    return list(connection.scalars(chosen.distinct().order_by(group_member.c.group_id)))


def _record(
    tx: Transaction, actor: Actor, kind: str, person_id: str, now_ms: int, detail: Mapping[str, object] | None = None
) -> None:
    record(
        tx, actor.school, kind, now_ms,
        by=actor.person, subject=person_id, in_school=actor.in_school, detail=detail,
    )  # fmt: skip
