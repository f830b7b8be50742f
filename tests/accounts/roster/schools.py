"""Rosters of made-up schools, as the files of Corridor's own format: deterministic, of any size."""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence

from accounts.roster.files import tables_of
from accounts.roster.reading import read
from accounts.roster.wanted import Wanted

GIVEN = ("Aisha", "Ben", "Chloe", "Dev", "Ella", "Finn", "Gita", "Hugo", "Iman", "Jack", "Kezia", "Liam")
FAMILY = (
    "Adeyemi",
    "Brown",
    "Clarke",
    "Dunn",
    "Evans",
    "Fox",
    "Gill",
    "Hughes",
    "Igwe",
    "Jones",
    "Khan",
    "Lowe",
    "Moss",
)
COLUMNS = ("id", "role", "given name", "family name", "year", "class", "manager", "guardian of")


class Entry(dict[str, str]):
    """One row of people.csv by its columns; what is not given is blank."""


def table(rows: Iterable[Mapping[str, str]], columns: Sequence[str] = COLUMNS) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def zipped(tables: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in tables.items():
            packed.writestr(name, content)
    return out.getvalue()


def reading(content: bytes | str, name: str = "people.csv") -> Wanted:
    """What a file wants."""
    return read(tables_of(name, content.encode() if isinstance(content, str) else content))


def learner(number: int, year: str, of: str) -> Entry:
    given, family = GIVEN[number % len(GIVEN)], FAMILY[number // len(GIVEN) % len(FAMILY)]
    return Entry({"id": f"L{number}", "role": "learner", "given name": given, "family name": family, "year": year,
                  "class": of})  # fmt: skip


def staff(number: int, role: str, of: str = "") -> Entry:
    family = f"{FAMILY[number % len(FAMILY)]}-{number}"
    return Entry({"id": f"S{number}", "role": role, "given name": "Sam", "family name": family, "class": of,
                  "manager": "S0" if number else ""})  # fmt: skip


def guardian(number: int, of: str) -> Entry:
    return Entry({"id": f"G{number}", "role": "guardian", "given name": "Pat", "family name": f"Parent-{number}",
                  "guardian of": of})  # fmt: skip


def primary(
    year_of_entry: int = 0, *, forms: str = "ABC", size: int = 30, years: int = 7, helpers: int = 70
) -> list[Entry]:
    """The roster of a school in its nth year: each year's intake has numbers of its own, and goes up through R, 1…"""
    rows: list[Entry] = []
    labels = ["R", *map(str, range(1, years))]
    for place, label in enumerate(labels):
        intake = year_of_entry - place + years
        for nth in range(size * len(forms)):
            number = intake * 1000 + nth
            rows.append(learner(number, label, f"{label}{forms[nth % len(forms)]}"))
            rows.append(guardian(number, f"L{number}"))
    rows.append(staff(0, "head"))
    classes = [f"{label}{form}" for label in labels for form in forms]
    rows += [staff(nth + 1, "teacher", of) for nth, of in enumerate(classes)]
    rows += [staff(len(classes) + nth + 1, "ta", classes[nth % len(classes)]) for nth in range(helpers)]
    return rows
