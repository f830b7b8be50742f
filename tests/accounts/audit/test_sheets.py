"""A table for a spreadsheet, which works nothing out by itself."""

import csv
import io

import pytest

from accounts.audit.reading import Named, Row
from accounts.audit.sheets import HEAD, safe, sheet


def test_a_row_has_names_times_and_the_seal() -> None:
    row = Row(7, 1_795_348_800_000, "looked", "p1", "p2", True, {"what": "audit"}, "ab")
    text = sheet([row], {"p1": Named("amara", "Amara, Ökafor", "head")}).decode("utf-8-sig")
    head, line = csv.reader(io.StringIO(text, newline=""))
    assert tuple(head) == HEAD
    assert line == [
        "7", "2026-11-22T12:00:00.000+00:00", "looked", "Amara, Ökafor", "amara", "p2", "", "true",
        '{"what":"audit"}', "ab",
    ]  # fmt: skip


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\n=1"])
def test_a_cell_that_would_be_worked_out_is_text(cell: str) -> None:
    assert safe(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Amara", "p1", "2026-11-22", "a=1"])
def test_another_cell_stays_as_it_is(cell: str) -> None:
    assert safe(cell) == cell


def test_a_name_that_is_a_formula_is_text_in_the_table() -> None:
    row = Row(1, 0, "looked", "p1", None, False, {}, "ab")
    assert b"'=HYPERLINK" in sheet([row], {"p1": Named("x", "=HYPERLINK(1)", "head")})
