"""Writing the audit log."""

import re
import secrets
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import text

from accounts.audit.chain import Entry, hash_detail, link
from storage.database import Transaction

_KIND: Final = re.compile(r"[a-z][a-z_]{1,39}")

# The chain's head, made if need be, and held until the end: else two servers would add to the same row.
_hold: Final = text("""
    INSERT INTO audit_head (school_id, seq, hash) VALUES (:school, 0, '')
    ON CONFLICT (school_id) DO UPDATE SET seq = audit_head.seq
    RETURNING seq, hash
""")
_insert: Final = text("""
    INSERT INTO audit_log (school_id, seq, at_ms, kind, "by", subject, in_school, detail_hash, hash)
    VALUES (:school, :seq, :at_ms, :kind, :by, :subject, :inside, :detail_hash, :hash)
""")
_move: Final = text("UPDATE audit_head SET seq = :seq, hash = :hash WHERE school_id = :school")
_explain: Final = text("INSERT INTO audit_detail (school_id, seq, salt, body) VALUES (:school, :seq, :salt, :body)")


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
    if not _KIND.fullmatch(kind):
        raise ValueError(f"{kind!r} is no kind of audit row: write a word in the past tense")
    salt, body = ("", "") if detail is None else (secrets.token_hex(16), msgspec.json.encode(detail).decode())
    head = tx.connection.execute(_hold, {"school": school_id}).one()
    detail_hash = hash_detail(salt, body) if body else ""
    inside = bool(in_school)  # SQLite gives 0 and 1 where there are booleans, and their hash is another
    entry = Entry(school_id, head.seq + 1, at_ms, kind, by, subject, inside, detail_hash)
    _append(tx, entry, link(head.hash, entry))
    if body:
        tx.connection.execute(_explain, {"school": school_id, "seq": entry.seq, "salt": salt, "body": body})
    return entry.seq


def _append(tx: Transaction, entry: Entry, hashed: str) -> None:
    tx.connection.execute(
        _insert,
        {
            "school": entry.school_id, "seq": entry.seq, "at_ms": entry.at_ms, "kind": entry.kind, "by": entry.by,
            "subject": entry.subject, "inside": entry.in_school, "detail_hash": entry.detail_hash, "hash": hashed,
        },
    )  # fmt: skip
    tx.connection.execute(_move, {"school": entry.school_id, "seq": entry.seq, "hash": hashed})
