"""Gathers what a reader finds, row by row, and what is wrong with it."""

from collections.abc import Callable
from typing import Final

from accounts.roster.meanings import day_of, year_of
from accounts.roster.sheets import Row, Sheet
from accounts.roster.wanted import (
    Mode,
    Pair,
    SeatKey,
    Wanted,
    WantedGroup,
    WantedPerson,
    WantedSeat,
    WantedTerm,
    Where,
)
from accounts.roster.wording import Problem, Sentence, say

LONGEST_NAME: Final = 80
LONGEST_ID: Final = 120


class Gathering:
    """The wanted, while it is being read. The first of two rows with one id counts."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.modes: dict[str, Mode] = {}
        self.people: dict[str, WantedPerson] = {}
        self.groups: dict[str, WantedGroup] = {}
        self.seats: dict[SeatKey, WantedSeat] = {}
        self.guardians: dict[Pair, bool] = {}
        self.terms: dict[str, WantedTerm] = {}
        self.places: dict[tuple[str, ...], Where] = {}
        self.unclear: set[str] = set()
        self.problems: list[Problem] = []

    def wanted(self) -> Wanted:
        return Wanted(
            source=self.source, modes=self.modes, people=self.people, groups=self.groups, seats=self.seats,
            guardians=self.guardians, terms=self.terms, places=self.places,
            unclear=frozenset(self.unclear - self.people.keys()), problems=tuple(self.problems),
        )  # fmt: skip

    def heed(self, sheet: Sheet, read: Callable[[Row], None]) -> None:
        """Read every row of a table, and note what was odd about the table itself."""
        self.problems += sheet.problems
        for row in sheet.rows:
            read(row)

    def note(self, row: Row, sentence: Sentence) -> None:
        self.problems.append(Problem(row.file, row.line, sentence))

    def person(self, row: Row, person: WantedPerson) -> None:
        if person.sid in self.people:
            self.note(row, say("The id “%(id)s” is there twice. The first row counts.", id=person.sid))
        elif len(person.full_name) > LONGEST_NAME:
            self.unclear.add(person.sid)
            self.note(row, say("This name is longer than 80 letters. The row was left out."))
        else:
            self.people[person.sid] = person

    def group(self, row: Row, group: WantedGroup) -> None:
        if group.sid in self.groups:
            self.note(row, say("The id “%(id)s” is there twice. The first row counts.", id=group.sid))
        else:
            self.groups[group.sid] = group

    def seat(self, row: Row, seat: WantedSeat) -> None:
        key = (seat.group, seat.person, seat.part)
        if key not in self.seats or self.seats[key].gone:  # one taken away and given anew is given
            self.seats[key] = seat
        self.places.setdefault(("seat", *key), Where(row.file, row.line))

    def guardian(self, row: Row, guardian: str, learner: str, *, gone: bool = False) -> None:
        pair = (guardian, learner)
        self.guardians[pair] = gone and self.guardians.get(pair, True)
        self.places.setdefault(("guardian", *pair), Where(row.file, row.line))

    def term(self, row: Row, term: WantedTerm) -> None:
        if term.sid in self.terms:
            self.note(row, say("The id “%(id)s” is there twice. The first row counts.", id=term.sid))
        elif term.ends_on < term.starts_on:
            self.note(row, say("These days end before they begin. The row was left out."))
        else:
            self.terms[term.sid] = term

    def id_of(self, row: Row, *columns: str) -> str | None:
        """The id in one of these columns, or None with a note."""
        found = row.get(*columns)
        if not found:
            self.note(row, say("There is no id in this row. It was left out."))
        elif len(found) > LONGEST_ID:
            self.note(row, say("This id is too long. The row was left out."))
        return found if 0 < len(found) <= LONGEST_ID else None

    def day(self, row: Row, *columns: str) -> str | None:
        """A day, "" for none; None where the table has no such column, or with a note, where it is no day."""
        if not row.has(*columns):
            return None
        found = day_of(row.get(*columns))
        if found is None:
            self.note(row, say("“%(text)s” is no day. Write it like 2026-09-01.", text=row.get(*columns)))
        return found

    def year(self, row: Row, *columns: str) -> str:
        given = row.get(*columns)
        found = year_of(given.split(",")[0])
        if found is None:
            self.note(row, say("“%(text)s” is no year group that Corridor knows.", text=given))
        return found or ""
