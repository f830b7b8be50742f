"""Writing the audit log."""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any, Final

import msgspec

from accounts.audit.chain import Entry, hash_detail, link
from storage.database import Transaction
from storage.rows import Statement

_KIND: Final = re.compile(r"[a-z][a-z_]{1,39}")

# The chains' heads, made if need be, and held until the end: else two servers would add to the same row.
_hold: Final = Statement(
    lambda _, given: (
        f"""
        INSERT INTO audit_head (school_id, seq, hash) SELECT school, 0, '' FROM {given} AS given WHERE true
        ON CONFLICT (school_id) DO UPDATE SET seq = audit_head.seq
        RETURNING school_id, seq, hash
    """
    ),
    {"school": str},
)
_FIELDS: Final = {
    "school_id": str, "seq": int, "at_ms": int, "kind": str, '"by"': str, "subject": str, "in_school": bool,
    "detail_hash": str, "hash": str,
}  # fmt: skip
_insert: Final = Statement(
    lambda _, given: f"INSERT INTO audit_log ({', '.join(_FIELDS)}) SELECT {', '.join(_FIELDS)} FROM {given} AS given",
    _FIELDS,
)
_explain: Final = Statement(
    lambda _, given: (
        f"INSERT INTO audit_detail (school_id, seq, salt, body) SELECT school, seq, salt, body FROM {given} AS given"
    ),
    {"school": str, "seq": int, "salt": str, "body": str},
)
_move: Final = Statement(
    lambda _, given: (
        f"UPDATE audit_head SET seq = given.seq, hash = given.hash FROM {given} AS given"
        " WHERE audit_head.school_id = given.school"
    ),
    {"school": str, "seq": int, "hash": str},
)


@dataclass(frozen=True, slots=True)
class Happened:
    """What a row is to tell: see `record`."""

    school: str
    kind: str
    by: str | None
    subject: str | None = None
    in_school: bool = False
    detail: Mapping[str, Any] | None = None


def record(
    tx: Transaction,
    school_id: str,
    kind: str,
    at_ms: int,
    *,
    by: str | None,
    subject: str | None = None,
    in_school: bool = False,
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Add a row to a school's chain, in the transaction of what it tells; gives its seq.

    `by` None: the program or the command line. `detail`: ids, counts, names of fields; never what people wrote,
    never a secret. To be called late in a transaction: nobody else adds to this school's chain until it ends.
    """
    return record_all(tx, [Happened(school_id, kind, by, subject, in_school, detail)], at_ms)[0]


def record_all(tx: Transaction, things: Sequence[Happened], at_ms: int) -> list[int]:
    """The same for several things, in this order; gives their seqs."""
    for each in things:
        if not _KIND.fullmatch(each.kind):
            raise ValueError(f"{each.kind!r} is no kind of audit row: write a word in the past tense")
    heads = _held(tx, {each.school for each in things})
    rows, details = [], []
    for each in things:
        salt, body = ("", "") if each.detail is None else _salted(each.detail)
        entry = _entry(each, heads[each.school][0] + 1, at_ms, hash_detail(salt, body) if body else "")
        heads[each.school] = entry.seq, link(heads[each.school][1], entry)
        rows.append((*astuple(entry), heads[each.school][1]))
        if body:
            details.append((each.school, entry.seq, salt, body))
    _insert.run(tx.connection, rows)
    _move.run(tx.connection, [(school, *head) for school, head in heads.items()])
    if details:
        _explain.run(tx.connection, details)
    return [row[1] for row in rows]


def _held(tx: Transaction, schools: set[str]) -> dict[str, tuple[int, str]]:
    """Where each school's chain stands: its last row's seq and hash. In a fixed order, or two servers could wait."""
    held = _hold.run(tx.connection, [(each,) for each in sorted(schools)])
    return {school: (seq, hashed) for school, seq, hashed in held.all()}


def _salted(detail: Mapping[str, Any]) -> tuple[str, str]:
    return secrets.token_hex(16), msgspec.json.encode(detail).decode()


def _entry(thing: Happened, seq: int, at_ms: int, detail_hash: str) -> Entry:
    inside = bool(thing.in_school)  # SQLite gives 0 and 1 where there are booleans, and their hash is another
    return Entry(thing.school, seq, at_ms, thing.kind, thing.by, thing.subject, inside, detail_hash)
