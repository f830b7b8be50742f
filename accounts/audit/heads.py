"""Where all chains stand, written to a file a day: whoever cuts a chain's end off has to change these files too."""

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, select

from accounts.audit.model import audit_head
from accounts.model import school
from storage.clock import rfc3339

FOLDER: Final = "audit-heads"  # in the data folder


class Head(Struct, frozen=True, forbid_unknown_fields=True):
    """That the row `seq` of a school's chain has this hash. `slug` is for people."""

    school: str
    slug: str
    seq: int
    hash: str


class HeadFile(Struct, frozen=True, forbid_unknown_fields=True, tag_field="form", tag="corridor-audit-heads-1"):
    """All heads at one moment, RFC 3339."""

    at: str
    heads: list[Head]


class Known(Struct, frozen=True):
    """A head and the name of the file that has it."""

    file: str
    head: Head


def current(connection: Connection) -> list[Head]:
    """The heads of all chains, the installation's among them."""
    rows = connection.execute(
        select(audit_head.c.school_id, school.c.slug, audit_head.c.seq, audit_head.c.hash)
        .outerjoin(school, school.c.id == audit_head.c.school_id)
        .where(audit_head.c.seq > 0)
        .order_by(audit_head.c.school_id)
    )
    return [Head(row.school_id, row.slug or row.school_id, row.seq, row.hash) for row in rows]


def path_of(data: Path, now_ms: int) -> Path:
    """The day's file, by UTC."""
    return data / FOLDER / f"{datetime.fromtimestamp(now_ms / 1000, UTC).date().isoformat()}.json"


def write(data: Path, heads: list[Head], now_ms: int) -> bool:
    """Write the day's file whole or not at all; False if it is there already, for it is never written twice."""
    target = path_of(data, now_ms)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    with part.open("xb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(HeadFile(rfc3339(now_ms), heads))) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(part, target)  # unlike a renaming it does not replace what another process wrote first
    except FileExistsError:
        return False
    finally:
        part.unlink()
    return True


def read(data: Path) -> tuple[list[Known], list[str]]:
    """What all files say, and the names of those that cannot be read."""
    known: list[Known] = []
    broken: list[str] = []
    for path in sorted((data / FOLDER).glob("*.json")):
        try:
            found = msgspec.json.decode(path.read_bytes(), type=HeadFile)
        except (OSError, msgspec.DecodeError):
            broken.append(path.name)
        else:
            known += [Known(path.name, head) for head in found.heads]
    return known, broken
