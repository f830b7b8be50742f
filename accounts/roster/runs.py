"""A run of the roster: looked at first, carried in when somebody says so, and told in the audit log either way."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select, update

from accounts.audit.log import record
from accounts.model import school
from accounts.roster import current
from accounts.roster.carrying import carry
from accounts.roster.current import Current
from accounts.roster.difference import Difference
from accounts.roster.hooks import Hooks
from accounts.roster.model import roster_run, roster_upload
from accounts.roster.plan import implausible, plan
from accounts.roster.sentences import sentences
from accounts.roster.wanted import Wanted
from accounts.roster.wording import Problem, Sentence
from realtime.refusal import Refusal
from storage.database import Transaction
from storage.ids import new_id

KEPT_MS: Final = 3600 * 1000  # how long what was handed in waits to be confirmed
INTERRUPTED_MS: Final = 120 * 1000  # after which a run that is still writing was cut off: its server is gone
MOST_PROBLEMS: Final = 300
_MOST_IDS: Final = 500  # of people, in one row of the audit log
_decode: Final = msgspec.json.Decoder


class Candidate(Struct, frozen=True):
    """Somebody new in the roster who may be one whom the school made by hand already."""

    sid: str
    roster_name: str
    person: str
    name: str
    login: str
    role: str


class Preview(Struct, frozen=True, kw_only=True):
    """What a look at a roster found; kept with the run."""

    sentences: tuple[Sentence, ...] = ()
    doubts: tuple[Sentence, ...] = ()  # why it is implausible
    problems: tuple[Problem, ...] = ()
    problem_count: int = 0
    figure: int = 0  # what confirms it in spite of the doubts
    empty: bool = False
    raised: bool = False
    fingerprint: str = ""
    counts: dict[str, int] = {}
    candidates: tuple[Candidate, ...] = ()
    adopt: dict[str, str] = {}


class Order(Struct, frozen=True, kw_only=True):
    """Carry it in: who says so, what they saw, and what they confirm. `expected` "": whatever it is by now."""

    run: str
    by: str | None
    expected: str = ""
    confirmed: int | None = None
    adopt: Mapping[str, str] = {}
    may_raise: bool = False  # give roles that look or administer
    in_school: bool = False


class Draft(Struct, frozen=True):
    """A difference, and what it was planned against."""

    current: Current
    difference: Difference
    doubts: tuple[Sentence, ...]


class Stale(Exception):  # noqa: N818
    """The school changed between the planning, which happens beside the event loop, and the transaction."""


def draft(found: Current, wanted: Wanted, now_ms: int, adopt: Mapping[str, str]) -> Draft:
    """Pure, and too slow for the event loop: some tenths of a second for a large school."""
    difference = plan(found, wanted, now_ms, adopt)
    return Draft(found, difference, tuple(implausible(found, wanted, difference, now_ms)))


def preview(made: Draft, wanted: Wanted, adopt: Mapping[str, str]) -> Preview:
    difference = made.difference
    return Preview(
        sentences=tuple(sentences(difference)), doubts=made.doubts, problems=difference.problems[:MOST_PROBLEMS],
        problem_count=len(difference.problems), figure=difference.figure, empty=difference.empty,
        raised=difference.raised, fingerprint=difference.fingerprint(), counts=counts(difference),
        candidates=tuple(_candidates(made, wanted)), adopt=dict(adopt),
    )  # fmt: skip


def counts(difference: Difference) -> dict[str, int]:
    names = (name for name in difference.__struct_fields__ if name not in ("moves", "problems"))
    found = {name: len(getattr(difference, name)) for name in names}
    return {name: count for name, count in found.items() if count}


def _candidates(made: Draft, wanted: Wanted) -> list[Candidate]:
    """By the same sign-in name or the same full name; an administrator decides."""
    by_name = {who.facts.full_name.casefold(): who for who in made.current.by_hand.values() if who.facts.full_name}
    by_login = {who.login: who for who in made.current.by_hand.values()}
    found = []
    for arrival in made.difference.arriving:
        told = wanted.people[arrival.sid]
        who = by_login.get(told.login.casefold()) or by_name.get(told.full_name.casefold())
        if who is not None:
            found.append(Candidate(arrival.sid, told.full_name, who.id, who.facts.name, who.login, who.actual_role))
    return found[:MOST_PROBLEMS]


def keep(
    tx: Transaction, school_id: str, by: str | None, name: str, content: bytes, source: str, found: Preview, now_ms: int
) -> str:
    """A new run with what was handed in, which is kept for an hour at most; gives the run's id."""
    forget_expired(tx, now_ms)
    run = new_id("o")
    tx.connection.execute(
        roster_run.insert().values(
            id=run, school_id=school_id, by_id=by, at_ms=now_ms, source=source, state="previewed", state_ms=now_ms,
            file_hash=hashlib.sha256(content).hexdigest(), body=_body(found),
        )
    )  # fmt: skip
    tx.connection.execute(
        roster_upload.insert().values(run_id=run, name=name[:200], content=content, expires_ms=now_ms + KEPT_MS)
    )
    detail = {"run": run, "source": source, "counts": found.counts, "problems": found.problem_count}
    record(tx, school_id, "roster_previewed", now_ms, by=by, detail=detail)
    return run


def forget_expired(tx: Transaction, now_ms: int) -> None:
    """Take away what was handed in and not carried in within the hour."""
    tx.connection.execute(roster_upload.delete().where(roster_upload.c.expires_ms <= now_ms))


def any_expired(connection: Connection, now_ms: int) -> bool:
    expired = select(roster_upload.c.run_id).where(roster_upload.c.expires_ms <= now_ms)
    return connection.scalar(expired.limit(1)) is not None


def look_again(tx: Transaction, run: str, found: Preview, now_ms: int) -> None:
    """The same file, planned anew."""
    tx.connection.execute(
        update(roster_run).where(roster_run.c.id == run).values(body=_body(found), state="previewed", state_ms=now_ms,
                                                                refusal=None)
    )  # fmt: skip


def take_up(tx: Transaction, run: str, now_ms: int) -> None:
    """Begin to carry it in; Refusal `key_conflict` if it has been begun already."""
    idle = roster_run.c.state.in_(("previewed", "refused")) | (roster_run.c.state_ms < now_ms - INTERRUPTED_MS)
    of = (roster_run.c.id == run) & (roster_run.c.state != "applied") & idle
    values: dict[str, Any] = {"state": "reading", "state_ms": now_ms, "refusal": None}
    if not tx.connection.execute(update(roster_run).where(of).values(**values)).rowcount:
        raise Refusal("key_conflict", "This roster is being carried in already.")


def set_state(tx: Transaction, run: str, state: str, now_ms: int, refusal: str | None = None) -> None:
    values: dict[str, Any] = {"state": state, "state_ms": now_ms, "refusal": refusal}
    tx.connection.execute(update(roster_run).where(roster_run.c.id == run).values(**values))


def apply(
    tx: Transaction, school_id: str, order: Order, made: Draft, found: Preview, hooks: Hooks, now_ms: int
) -> None:
    """Carry in what was planned, if the school is still what it was planned against; else Stale.

    Refusals: `key_conflict` where the school is not what the preview saw, `bad_request` where it is implausible and
    the figure was not confirmed, `forbidden` where it gives a role that its importer may not give.
    """
    _hold(tx, school_id)
    if current.load(tx.connection, school_id) != made.current:
        raise Stale
    if any(each.person == order.by for each in made.difference.leaving):
        raise Refusal("forbidden", "You are not in this roster yourself, and would lose your own account.")
    _check(found, order)
    carry(tx, school_id, made.current, made.difference, hooks, now_ms)
    values = {"state": "applied", "state_ms": now_ms, "body": _body(found), "refusal": None}
    tx.connection.execute(update(roster_run).where(roster_run.c.id == order.run).values(**values))
    tx.connection.execute(roster_upload.delete().where(roster_upload.c.run_id == order.run))
    record(
        tx, school_id, "roster_applied", now_ms, by=order.by, in_school=order.in_school,
        detail=_audited(order.run, made.difference, found),
    )  # fmt: skip


def _hold(tx: Transaction, school_id: str) -> None:
    """Two runs of one school come one after the other. On SQLite the transaction holds the database already."""
    if tx.connection.dialect.name == "postgresql":
        tx.connection.execute(select(school.c.id).where(school.c.id == school_id).with_for_update())


def _check(found: Preview, order: Order) -> None:
    if order.expected and found.fingerprint != order.expected:
        raise Refusal("key_conflict", "The school has changed since your preview. Look at it again.")
    if found.doubts and order.confirmed != found.figure:
        raise Refusal(
            "bad_request", "This roster would change a great deal. Confirm it with the figure that is asked for.",
            figure=found.figure,
        )  # fmt: skip
    if found.raised and not order.may_raise:
        raise Refusal(
            "forbidden", "This roster makes somebody a leader or safeguarding lead, or ends that. You may not do this."
        )


def _audited(run: str, difference: Difference, done: Preview) -> dict[str, Any]:
    leaving = [each.person for each in difference.leaving][:_MOST_IDS]
    roles = {each.person: each.new_role for each in difference.changing if each.new_role}
    return {"run": run, "counts": done.counts, "left": leaving, "roles": dict(list(roles.items())[:_MOST_IDS])}


def refuse(tx: Transaction, school_id: str, order: Order, refusal: Refusal, now_ms: int) -> None:
    """It was not carried in: the run says why, and so does the audit log."""
    set_state(tx, order.run, "refused", now_ms, refusal.message)
    detail = {"run": order.run, "code": refusal.code}
    record(tx, school_id, "roster_refused", now_ms, by=order.by, in_school=order.in_school, detail=detail)


class Run(Struct, frozen=True, kw_only=True):
    """A run as its page shows it."""

    id: str
    by: str | None
    at_ms: int
    source: str
    state: str
    refusal: str | None
    waiting: bool  # what was handed in is still here
    preview: Preview


def find(connection: Connection, school_id: str, run: str, now_ms: int) -> Run:
    """A run of this school; Refusal `not_found` if there is none."""
    row = connection.execute(
        select(roster_run, roster_upload.c.expires_ms)
        .outerjoin(roster_upload, roster_upload.c.run_id == roster_run.c.id)
        .where(roster_run.c.id == run, roster_run.c.school_id == school_id)
    ).first()
    if row is None:
        raise Refusal("not_found")
    waiting = row.expires_ms is not None and row.expires_ms > now_ms
    stuck = row.state in ("reading", "writing") and row.state_ms < now_ms - INTERRUPTED_MS
    return Run(
        id=row.id, by=row.by_id, at_ms=row.at_ms, source=row.source, state="previewed" if stuck else row.state,
        refusal=row.refusal, waiting=waiting, preview=_decode(Preview).decode(row.body),
    )  # fmt: skip


def recent(connection: Connection, school_id: str, limit: int = 20) -> list[Any]:
    """The newest runs: id, by_id, at_ms, source, state."""
    columns = (roster_run.c.id, roster_run.c.by_id, roster_run.c.at_ms, roster_run.c.source, roster_run.c.state)
    rows = connection.execute(
        select(*columns).where(roster_run.c.school_id == school_id).order_by(roster_run.c.at_ms.desc()).limit(limit)
    )
    return list(rows.all())


def handed_in(connection: Connection, run: str, now_ms: int) -> tuple[str, bytes]:
    """The file of a run: its name and content. Refusal `not_found` once the hour has passed."""
    row = connection.execute(
        select(roster_upload.c.name, roster_upload.c.content).where(
            roster_upload.c.run_id == run, roster_upload.c.expires_ms > now_ms
        )
    ).first()
    if row is None:
        raise Refusal("not_found", "This file was kept for an hour only. Please hand it in again.")
    return row.name, bytes(row.content)


def _body(found: Preview) -> str:
    return msgspec.json.encode(found).decode()
