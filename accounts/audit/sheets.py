"""Rows as a table for a spreadsheet. Pure."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from accounts.audit.reading import Named, Row
from storage.clock import rfc3339

HEAD: Final = (
    "number", "time", "kind", "by", "by_sign_in_name", "subject", "subject_sign_in_name", "in_school", "detail", "hash",
)  # fmt: skip
DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def sheet(rows: Sequence[Row], names: Mapping[str, Named]) -> bytes:
    """CSV as spreadsheets like it: UTF-8 with a mark, a head, one row each."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEAD)
    for row in rows:
        detail = msgspec.json.encode(row.detail).decode() if row.detail else ""
        by, subject = _called(row.by, names), _called(row.subject, names)
        cells = (
            str(row.seq),
            rfc3339(row.at_ms),
            row.kind,
            *by,
            *subject,
            str(row.in_school).lower(),
            detail,
            row.hash,
        )
        writer.writerow(map(safe, cells))
    return text.getvalue().encode("utf-8-sig")


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula and works out."""
    return f"'{cell}" if cell.lstrip().startswith(DANGEROUS) or cell.startswith(DANGEROUS) else cell


def _called(who: str | None, names: Mapping[str, Named]) -> tuple[str, str]:
    if who is None:
        return "", ""
    named = names.get(who)
    return (named.name, named.login) if named else (who, "")
