"""Whether an account is open at a moment: nobody closed it, it has begun, it has not run out."""

from typing import Final

from sqlalchemy import ColumnElement

from accounts.model import person

# As SQL, where `:now` is the moment.
OPEN: Final = (
    "person.disabled_ms IS NULL AND (person.starts_ms IS NULL OR person.starts_ms <= :now)"
    " AND (person.off_ms IS NULL OR person.off_ms > :now)"
)


def is_open(now_ms: int) -> ColumnElement[bool]:
    """The same as a condition on the table of people."""
    of = person.c
    begun = of.starts_ms.is_(None) | (of.starts_ms <= now_ms)
    return of.disabled_ms.is_(None) & begun & (of.off_ms.is_(None) | (of.off_ms > now_ms))


def was_open(disabled_ms: int | None, starts_ms: int | None, off_ms: int | None, now_ms: int) -> bool:
    """The same of a row that was read."""
    return disabled_ms is None and (starts_ms is None or starts_ms <= now_ms) and (off_ms is None or off_ms > now_ms)
