"""What was handed in, as named tables: one CSV, a folder of them, or a zip; bounded, whatever the zip claims."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from realtime.refusal import Refusal

LARGEST: Final = 20 * 1024 * 1024  # bytes of what is handed in
LARGEST_UNPACKED: Final = 120 * 1024 * 1024  # bytes of all tables together
MOST_ENTRIES: Final = 100
_ENCRYPTED: Final = 0x1
_ALONE: Final = ("people.csv", "groups.csv", "memberships.csv", "terms.csv", "users.csv")

Tables = Mapping[str, bytes]  # content by file name, in small letters and without folders


def tables_of(name: str, content: bytes) -> Tables:
    """The tables in a file that was handed in; Refusal `too_large` or `bad_request` says what is wrong with it."""
    check_size(len(content))
    if content.startswith(b"PK\x03\x04"):
        return _unpacked(content)
    if content.startswith(b"PK"):
        raise Refusal("bad_request", "This zip file is empty.")
    if not content.strip():
        raise Refusal("bad_request", "This file is empty.")
    known = PurePosixPath(name.replace("\\", "/")).name.lower()
    return {known if known in _ALONE else "people.csv": content}


def tables_in(place: Path) -> Tables:
    """The tables of a file, or of a folder, on this machine."""
    if not place.is_dir():
        check_size(place.stat().st_size)
        return tables_of(place.name, place.read_bytes())
    found = sorted(place.glob("*.csv"))[:MOST_ENTRIES]
    if sum(each.stat().st_size for each in found) > LARGEST_UNPACKED:
        raise Refusal("too_large", "This roster is too large. Corridor takes 20 MB.")
    if not found:
        raise Refusal("bad_request", "There is no CSV file in this.")
    return {each.name.lower(): each.read_bytes() for each in found}


def check_size(size: int) -> None:
    if size > LARGEST:
        raise Refusal("too_large", "This roster is too large. Corridor takes 20 MB.")


def _unpacked(content: bytes) -> Tables:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return _read(packed)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise Refusal("bad_request", "This zip file is broken. Make it again, then try once more.") from None


def _read(packed: zipfile.ZipFile) -> Tables:
    entries = packed.infolist()
    if len(entries) > MOST_ENTRIES:
        raise Refusal("too_large", "There are too many files in this zip.")
    tables: dict[str, bytes] = {}
    left = LARGEST_UNPACKED
    for entry in entries:
        name = PurePosixPath(entry.filename.replace("\\", "/")).name.lower()
        if entry.is_dir() or not name.endswith(".csv") or name.startswith("._"):
            continue
        if entry.flag_bits & _ENCRYPTED:
            raise Refusal("bad_request", "This zip file is locked with a password. Make it again without one.")
        if name in tables:
            raise Refusal("bad_request", "A table is in this zip twice.")
        tables[name] = _bounded(packed, entry, left)
        left -= len(tables[name])
    if not tables:
        raise Refusal("bad_request", "There is no CSV file in this.")
    return tables


def _bounded(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """Read no further than `most` bytes: what the zip says about its own size may be a lie."""
    with packed.open(entry) as opened:
        content = opened.read(most + 1)
    if len(content) > most:
        raise Refusal("too_large", "This zip file holds too much.")
    return content
