"""A table as spreadsheets write it: byte order marks, UTF-16, semicolons, quoted line breaks, blank ends."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from accounts.roster.wording import Problem, say
from realtime.refusal import Refusal

MOST_ROWS: Final = 200_000
LONGEST_CELL: Final = 500  # characters; longer ones are cut, and told
_FIELD_LIMIT: Final = 100_000  # characters after which a quotation mark that nobody closed is given up
_DELIMITERS: Final = ",;\t|"
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


class Row(Struct, frozen=True):
    """One row's cells by the folded name of their column; `line` is where it begins in the file."""

    file: str
    line: int
    cells: Mapping[str, str]

    def get(self, *names: str) -> str:
        """The first of these columns that has something in it."""
        return next((found for name in names if (found := self.cells.get(name, ""))), "")

    def has(self, *names: str) -> bool:
        """Whether the table has one of these columns."""
        return any(name in self.cells for name in names)


class Sheet(Struct, frozen=True):
    """A table: the folded names of its columns, its rows, and what was odd about it."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


def read(file: str, content: bytes) -> Sheet:
    """Refusal `bad_request` where a table is broken: half a roster would make leavers of the other half."""
    problems: list[Problem] = []
    text = _decoded(file, content, problems)
    lines = _records(file, text)
    columns = next(((number, cells) for number, cells in lines if any(map(str.strip, cells))), None)
    if columns is None:
        return Sheet((), (), tuple(problems))
    names = tuple(fold(cell) for cell in columns[1])
    rows = [Row(file, number, _cells(file, number, names, cells, problems)) for number, cells in _filled(lines)]
    return Sheet(names, tuple(rows), tuple(problems))


def fold(column: str) -> str:
    """`"Given name"`, `givenName` and `given_name` are one column."""
    return re.sub(r"[^a-z0-9]", "", column.lower())


def clean(cell: str) -> str:
    """One line, without what cannot be seen and PostgreSQL cannot keep."""
    return " ".join(_UNPRINTABLE.sub(" ", cell).split())


def _decoded(file: str, content: bytes, problems: list[Problem]) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if content[:200].count(0) > len(content[:200]) // 4:  # UTF-16 without its mark
        return content.decode("utf-16-be" if content[:1] == b"\0" else "utf-16-le", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.append(Problem(file, 0, say("This is not UTF-8; it was read as Windows writes. Look at the accents.")))
        return content.decode("cp1252", "replace")


def _records(file: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it begins on."""
    csv.field_size_limit(_FIELD_LIMIT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    for count in range(MOST_ROWS + 2):
        begins = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise Refusal(
                "bad_request", "A table is broken: a quotation mark is not closed.", file=file, line=begins
            ) from None
        if count > MOST_ROWS:
            raise Refusal("too_large", "A table has too many rows.", file=file)
        yield begins, cells


def _delimiter(text: str) -> str:
    head = next((line for line in text[:20_000].splitlines() if line.strip()), "")
    return max(_DELIMITERS, key=head.count)


def _filled(lines: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    return ((number, cells) for number, cells in lines if any(cell.strip() for cell in cells))


def _cells(
    file: str, number: int, names: tuple[str, ...], cells: list[str], problems: list[Problem]
) -> Mapping[str, str]:
    found = dict.fromkeys(names, "")
    for name, cell in zip(names, cells, strict=False):
        if len(cell) > LONGEST_CELL:
            problems.append(Problem(file, number, say("A cell is far too long and was cut.")))
        found[name] = found[name] or clean(cell[:LONGEST_CELL])
    return found
