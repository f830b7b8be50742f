"""Reading a chain from end to end and telling what is wrong with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Integer, select, text, type_coerce

from accounts.audit.chain import FIRST, Entry, hash_detail, link
from accounts.audit.heads import Known
from accounts.audit.model import INSTALLATION, audit_detail, audit_head, audit_log
from accounts.audit.retention import RETAINED, erased_people, expired_before
from accounts.model import school
from storage.rows import AnyRow

PAGE: Final = 5000
MOST_SAID: Final = 100  # faults of one chain


@dataclass(frozen=True)
class Fault:
    """What is wrong, at which row of the chain, as a sentence."""

    seq: object
    sentence: str


@dataclass
class Verdict:
    """What was found in one chain. `head` is the last row's hash."""

    name: str
    rows: int = 0
    head: str = FIRST
    faults: list[Fault] = field(default_factory=list)

    def blame(self, seq: object, sentence: str) -> None:
        self.faults.append(Fault(seq, sentence))


def verify(connection: Connection, known: Sequence[Known], slug: str | None = None) -> list[Verdict]:
    """A verdict on every chain, or on that of the school `slug` alone; ValueError if there is no such school.

    `known`: the heads that were exported.
    """
    if connection.dialect.name == "postgresql":  # else rows that are added meanwhile would stand beyond the head
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    names = _chains(connection, known)
    chosen = {each: name for each, name in names.items() if slug in (None, name)}
    if slug is not None and not chosen:
        raise ValueError(f"There is no school '{slug}'.")
    return [_verify(connection, each, name, known) for each, name in sorted(chosen.items(), key=lambda one: one[1])]


def said(verdicts: Sequence[Verdict], broken: Sequence[str] = ()) -> Iterator[str]:
    """What the command prints: a line for each fault, or one that all is well. `broken`: files that are unreadable."""
    for name in broken:
        yield f"The file {name} of exported heads cannot be read."
    for each in verdicts:
        yield from (f"{each.name}: row {fault.seq} {fault.sentence}" for fault in each.faults[:MOST_SAID])
        if len(each.faults) > MOST_SAID:
            yield f"{each.name}: and {len(each.faults) - MOST_SAID} faults more."
        if not each.faults:
            yield f"{each.name}: {each.rows} rows, intact, head {each.head or 'none yet'}"


def _chains(connection: Connection, known: Sequence[Known]) -> dict[str, str]:
    """Names by id of all schools and of whatever else has, or had, a chain."""
    ids = {each.head.school for each in known}
    for column in (audit_log.c.school_id, audit_head.c.school_id, audit_detail.c.school_id):
        ids.update(connection.scalars(select(column).distinct()))
    slugs = {row.id: row.slug for row in connection.execute(select(school.c.id, school.c.slug))}
    return {**{each: each for each in (*ids, INSTALLATION)}, **slugs}


def _verify(connection: Connection, school_id: str, name: str, known: Sequence[Known]) -> Verdict:
    verdict = Verdict(name)
    walk = _Walk(connection, school_id, verdict, [each for each in known if each.head.school == school_id])
    for row in _rows(connection, school_id):
        walk.step(row)
    walk.finish()
    return verdict


class _Walk:
    """Goes along a chain; knows what the next row has to be."""

    def __init__(self, connection: Connection, school_id: str, verdict: Verdict, known: Sequence[Known]) -> None:
        self._connection = connection
        self._school = school_id
        self._verdict = verdict
        self._known: dict[int, list[Known]] = {}
        for each in known:
            self._known.setdefault(each.head.seq, []).append(each)
        self._next = 1
        self._expired = expired_before(connection, school_id)
        self._erased = erased_people(connection, school_id)

    def step(self, row: AnyRow) -> None:
        if not isinstance(row.seq, int) or row.seq < self._next:
            self._verdict.blame(row.seq, "stands where no row can stand: it was inserted.")
            return
        whole = row.seq == self._next
        if not whole:
            self._verdict.blame(self._next, f"is missing{_through(self._next, row.seq - 1)}.")
        if whole and _hashed(self._verdict.head, row) != row.hash:
            self._verdict.blame(row.seq, "was altered, or stands in another row's place: its hash does not fit.")
        self._check_exported(row)
        self._check_detail(row)
        self._verdict.rows += 1
        self._verdict.head, self._next = row.hash, row.seq + 1

    def _check_exported(self, row: AnyRow) -> None:
        for each in self._known.get(row.seq, ()):
            if each.head.hash != row.hash:
                self._verdict.blame(row.seq, f"is not the row that the exported head in {each.file} knows.")

    def _check_detail(self, row: AnyRow) -> None:
        if row.body is None:
            if row.detail_hash and not self._may_lack_detail(row):
                self._verdict.blame(row.seq, "lacks its detail, which neither retention nor an erasure took away.")
        elif not row.detail_hash:
            self._verdict.blame(row.seq, "has a detail that it was not written with.")
        elif hash_detail(str(row.salt), str(row.body)) != row.detail_hash:
            self._verdict.blame(row.seq, "has a detail that was altered.")

    def _may_lack_detail(self, row: AnyRow) -> bool:
        if row.kind in RETAINED and isinstance(row.at_ms, int) and row.at_ms < self._expired:
            return True
        return any(self._erased.get(each, 0) > row.seq for each in (row.by, row.subject))

    def finish(self) -> None:
        """What only the end tells: rows cut off, rows beyond the head, details of no row."""
        last = self._next - 1
        head = self._connection.execute(select(audit_head).where(audit_head.c.school_id == self._school)).first()
        if head is None and last:
            self._verdict.blame(last, "is the last row, and the chain's head is missing.")
        elif head is not None and not isinstance(head.seq, int):
            self._verdict.blame(last, "is the last row, and does not fit the chain's head.")
        elif head is not None and head.seq > last:
            self._verdict.blame(last + 1, f"is missing{_through(last + 1, head.seq)}: the chain was cut off.")
        elif head is not None and head.seq < last:
            self._verdict.blame(head.seq + 1, "stands beyond the chain's head: it was added by hand.")
        elif head is not None and head.hash != self._verdict.head:
            self._verdict.blame(last, "is the last row, and does not fit the chain's head.")
        self._check_exported_beyond(last)
        self._check_orphans()

    def _check_exported_beyond(self, last: int) -> None:
        for seq in sorted(each for each in self._known if each > last):
            files = ", ".join(each.file for each in self._known[seq])
            self._verdict.blame(seq, f"is missing: the exported head in {files} knows it. The chain was cut off.")

    def _check_orphans(self) -> None:
        detail, row = audit_detail.c, audit_log.c
        alone = (
            select(detail.seq)
            .outerjoin(audit_log, (row.school_id == detail.school_id) & (row.seq == detail.seq))
            .where(detail.school_id == self._school, row.seq.is_(None))
        )
        for seq in self._connection.scalars(alone):
            self._verdict.blame(seq, "is missing, and its detail is there.")


def _hashed(before: str, row: AnyRow) -> str:
    inside: Any = {0: False, 1: True}.get(row.inside, row.inside)
    entry = Entry(row.school_id, row.seq, row.at_ms, row.kind, row.by, row.subject, inside, row.detail_hash)
    return link(before, entry)


def _through(first: int, last: int) -> str:
    return "" if first == last else f", and so are all up to {last}"


def _rows(connection: Connection, school_id: str) -> Iterator[AnyRow]:
    """All rows of a chain with their details, by seq, a page at a time.

    The flag as it is stored: SQLAlchemy would take any number for True.
    """
    row, detail = audit_log.c, audit_detail.c
    chosen = (
        select(audit_log, type_coerce(row.in_school, Integer).label("inside"), detail.salt, detail.body)
        .outerjoin(audit_detail, (detail.school_id == row.school_id) & (detail.seq == row.seq))
        .where(row.school_id == school_id)
        .order_by(row.seq)
        .limit(PAGE)
    )
    page = connection.execute(chosen).all()
    while page:
        yield from page
        page = connection.execute(chosen.where(row.seq > page[-1].seq)).all()
