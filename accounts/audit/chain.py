"""The hash chain: pure. docs/audit.md says it for whoever checks it with another program."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import msgspec

FIRST: Final = ""  # the hash before the first row
FORM: Final = "corridor-audit-1"  # begins what is hashed, so that another form can follow one day

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Entry:
    """What a row of the log says, without its hash."""

    school_id: str
    seq: int
    at_ms: int
    kind: str
    by: str | None
    subject: str | None
    in_school: bool
    detail_hash: str


def link(before: str, entry: Entry) -> str:
    """The row's hash, in hexadecimals: SHA-256 over a compact JSON array of the form, the hash before, the fields."""
    fields: list[Any] = [
        FORM, before, entry.school_id, entry.seq, entry.at_ms, entry.kind, entry.by, entry.subject, entry.in_school,
        entry.detail_hash,
    ]  # fmt: skip
    return hashlib.sha256(_encode(fields)).hexdigest()


def hash_detail(salt: str, body: str) -> str:
    """What a row keeps of its detail: SHA-256 over the salt and the body."""
    return hashlib.sha256(f"{salt}{body}".encode()).hexdigest()
